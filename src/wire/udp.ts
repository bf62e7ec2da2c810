/** UDP (RFC 768). */
import { internetChecksum, pseudoHeaderSum, Reader, u16From, type Writer } from './bytes.ts';

const PROTOCOL = 17;
const HEADER = 8;

export class Udp {
  constructor(
    readonly srcPort: number,
    readonly dstPort: number,
    readonly data: Uint8Array,
    /** False: the sender left the checksum out, which any receiver accepts. */
    readonly hasChecksum = true,
  ) {}
}

export function encodeUdp(to: Writer, udp: Udp, src: number, dst: number): void {
  const start = to.at;
  const length = HEADER + udp.data.length;
  to.u16(udp.srcPort);
  to.u16(udp.dstPort);
  to.u16(length);
  to.u16(0);
  to.put(udp.data);
  if (!udp.hasChecksum) return;
  to.u16At(start + 6, checksum(to.bytes, start, to.at, pseudoHeaderSum(src, dst, PROTOCOL, length)));
}

/** Null for what is truncated, has bytes to spare or a bad checksum. */
export function decodeUdp(bytes: Uint8Array, src: number, dst: number): Udp | null {
  if (bytes.length < HEADER || u16From(bytes, 4) !== bytes.length) return null;
  const given = u16From(bytes, 6);
  const pseudo = pseudoHeaderSum(src, dst, PROTOCOL, bytes.length);
  if (given !== 0 && checksum(bytes, 0, bytes.length, pseudo - given) !== given) return null;
  const from = new Reader(bytes);
  const srcPort = from.u16();
  const dstPort = from.u16();
  from.i32();
  return new Udp(srcPort, dstPort, from.take(from.left), given !== 0);
}

/** 0 says that there is none, so a sum of 0 goes out as its other form. */
function checksum(bytes: Uint8Array, from: number, to: number, initial: number): number {
  return internetChecksum(bytes, from, to, initial) || 0xffff;
}
