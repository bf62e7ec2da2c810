/**
 * A fingerprint of a whole trace: every record, and every frame that was sent, byte for byte. Two runs of one version,
 * scenario and seed have the same, on every platform. 64 bits of FNV-1a in two lanes: it tells runs apart, it does not
 * withstand forgers.
 */
import type { TraceRecord } from '../engine/trace-record.ts';
import { SENT } from '../link/frame-tap.ts';
import { encodeFrame } from '../wire/codec.ts';
import type { FrameLog } from './frame-log.ts';

const PRIME = 0x01000193;
const OFFSET = 0x811c9dc5;

class Fingerprint {
  private low = OFFSET;
  private high = OFFSET ^ 0x5bd1e995;

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i));
    this.mix(0x1f);
  }

  bytes(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.mix(bytes[i] as number);
  }

  hex(): string {
    const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return word(this.high) + word(this.low);
  }

  private mix(value: number): void {
    this.low = Math.imul(this.low ^ value, PRIME);
    this.high = Math.imul(this.high ^ value ^ (this.low >>> 13), PRIME);
  }
}

/** 16 hexadecimal digits. */
export function traceHash(records: readonly TraceRecord[], frames: FrameLog | null): string {
  const fingerprint = new Fingerprint();
  for (const record of records) fingerprint.text(JSON.stringify(record));
  if (frames !== null) {
    for (const { timeNs, nic, direction, frame } of frames) {
      fingerprint.text(`${timeNs} ${nic} ${direction}`);
      if (direction === SENT) fingerprint.bytes(encodeFrame(frame));
    }
    for (const { timeNs, place, reason } of frames.lost) fingerprint.text(`${timeNs} ${place} ${reason}`);
  }
  return fingerprint.hex();
}
