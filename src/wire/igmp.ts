/**
 * IGMPv3 membership reports (RFC 3376 §4.2), as far as joining and leaving a group from any source.
 * Queries, the reports of versions 1 and 2, and records with sources stay raw.
 */
import { internetChecksum, isChecksum, Reader, type Writer } from './bytes.ts';

export const IGMPV3_REPORT = 0x22;
/** Record types: CHANGE_TO_INCLUDE_MODE with no sources leaves a group, CHANGE_TO_EXCLUDE_MODE joins it. */
export const CHANGE_TO_INCLUDE = 3;
export const CHANGE_TO_EXCLUDE = 4;

export class IgmpGroupRecord {
  constructor(
    readonly type: number,
    readonly group: number,
  ) {}
}

export class Igmp {
  constructor(readonly records: readonly IgmpGroupRecord[]) {}
}

const HEADER = 8;
const RECORD = 8;

export function encodeIgmp(to: Writer, igmp: Igmp): void {
  const start = to.at;
  to.u16(IGMPV3_REPORT << 8);
  to.u16(0);
  to.u16(0);
  to.u16(igmp.records.length);
  for (const record of igmp.records) {
    to.u8(record.type);
    to.u8(0);
    to.u16(0);
    to.u32(record.group);
  }
  to.u16At(start + 2, internetChecksum(to.bytes, start, to.at));
}

/** Null for what is not modelled, truncated or has a bad checksum. */
export function decodeIgmp(bytes: Uint8Array): Igmp | null {
  if (bytes.length < HEADER || !isChecksum(bytes, 2, 0, bytes.length)) return null;
  const from = new Reader(bytes);
  if (from.u16() !== IGMPV3_REPORT << 8) return null;
  from.u16();
  const reserved = from.u16();
  const count = from.u16();
  if (reserved !== 0 || from.left !== count * RECORD) return null;
  const records: IgmpGroupRecord[] = [];
  for (let i = 0; i < count; i++) {
    const type = from.u8();
    const auxiliaryLength = from.u8();
    const sources = from.u16();
    if (auxiliaryLength !== 0 || sources !== 0) return null;
    records.push(new IgmpGroupRecord(type, from.i32()));
  }
  return new Igmp(records);
}
