/**
 * TCP segments (RFC 9293) with the options Linux sends at set-up and on every segment: MSS, window scale,
 * SACK-permitted, timestamps. SACK blocks are not modelled. 32-bit fields are held as int32 and compared by
 * difference, so that they wrap as on the wire.
 */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

export const NO_BYTES = new Uint8Array(0);

export class TcpOptions {
  constructor(
    /** Maximum segment size; 0: option absent. */
    readonly mss: number,
    readonly sackPermitted: boolean,
    readonly hasTimestamps: boolean,
    readonly tsVal: number,
    readonly tsEcr: number,
    /** Shift count; -1: option absent. */
    readonly windowScale: number,
  ) {}
}

export const NO_OPTIONS = new TcpOptions(0, false, false, 0, 0, -1);

export class Tcp {
  constructor(
    readonly srcPort: number,
    readonly dstPort: number,
    readonly seq: number,
    readonly ack: number,
    readonly flags: number,
    /** As on the wire: not yet scaled. */
    readonly window: number,
    readonly options: TcpOptions,
    readonly data: Uint8Array,
  ) {}
}

/** Is `a` before `b` in sequence space? */
export function seqBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** Sequence numbers a segment occupies: its data, and one each for SYN and FIN. */
export function segmentLength(segment: Tcp): number {
  return segment.data.length + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0);
}
