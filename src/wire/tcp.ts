/**
 * TCP segments (RFC 9293) with the options Linux sends at set-up and on every segment: MSS, window scale,
 * SACK-permitted, timestamps. Segments with other options (SACK blocks) or with these in another order than
 * Linux's, with an urgent pointer or a reserved bit stay raw. 32-bit fields are held as int32 and compared
 * by difference, so that they wrap as on the wire.
 */
import { internetChecksum, isChecksum, pseudoHeaderSum, Reader, type Writer } from './bytes.ts';

const PROTOCOL = 6;
const HEADER = 20;

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

/** Bytes of the options: a multiple of 4, for Linux fills each up with NOPs. */
export function tcpOptionsLength(options: TcpOptions): number {
  let length = options.mss !== 0 ? 4 : 0;
  if (options.hasTimestamps) length += 12;
  else if (options.sackPermitted) length += 4;
  return options.windowScale >= 0 ? length + 4 : length;
}

export function encodeTcp(to: Writer, tcp: Tcp, src: number, dst: number): void {
  const start = to.at;
  to.u16(tcp.srcPort);
  to.u16(tcp.dstPort);
  to.u32(tcp.seq);
  to.u32(tcp.ack);
  to.u8((HEADER + tcpOptionsLength(tcp.options)) << 2);
  to.u8(tcp.flags);
  to.u16(tcp.window);
  to.u32(0);
  encodeOptions(to, tcp.options);
  to.put(tcp.data);
  const pseudo = pseudoHeaderSum(src, dst, PROTOCOL, to.at - start);
  to.u16At(start + 16, internetChecksum(to.bytes, start, to.at, pseudo));
}

/** Null for what is not modelled, truncated or has a bad checksum. */
export function decodeTcp(bytes: Uint8Array, src: number, dst: number): Tcp | null {
  if (bytes.length < HEADER) return null;
  const pseudo = pseudoHeaderSum(src, dst, PROTOCOL, bytes.length);
  if (!isChecksum(bytes, 16, 0, bytes.length, pseudo)) return null;
  const from = new Reader(bytes);
  const srcPort = from.u16();
  const dstPort = from.u16();
  const seq = from.i32();
  const ack = from.i32();
  const offset = from.u8();
  const flags = from.u8();
  const window = from.u16();
  from.u16();
  const urgent = from.u16();
  const optionsLength = (offset >>> 4) * 4 - HEADER;
  if ((offset & 15) !== 0 || urgent !== 0 || optionsLength < 0 || optionsLength > from.left) return null;
  const options = decodeOptions(from.view(optionsLength));
  if (options === null) return null;
  return new Tcp(srcPort, dstPort, seq, ack, flags, window, options, from.take(from.left));
}

// The options as Linux lays them out (tcp_options_write in net/ipv4/tcp_output.c): always in this order, in
// words of 32 bits. SACK-permitted shares the word of the timestamps where there are any.
const MSS = 0x0204;
const SACK_PERMITTED_TIMESTAMPS = 0x0402080a;
const TIMESTAMPS = 0x0101080a;
const SACK_PERMITTED = 0x01010402;
const WINDOW_SCALE = 0x010303;

function encodeOptions(to: Writer, options: TcpOptions): void {
  if (options.mss !== 0) {
    to.u16(MSS);
    to.u16(options.mss);
  }
  if (options.hasTimestamps) {
    to.u32(options.sackPermitted ? SACK_PERMITTED_TIMESTAMPS : TIMESTAMPS);
    to.u32(options.tsVal);
    to.u32(options.tsEcr);
  } else if (options.sackPermitted) {
    to.u32(SACK_PERMITTED);
  }
  if (options.windowScale >= 0) to.u32((WINDOW_SCALE << 8) | options.windowScale);
}

/** Null for anything but that layout. */
function decodeOptions(bytes: Uint8Array): TcpOptions | null {
  if (bytes.length === 0) return NO_OPTIONS;
  const from = new Reader(bytes);
  let word = from.i32();
  let mss = 0;
  let sackPermitted = false;
  let hasTimestamps = false;
  let tsVal = 0;
  let tsEcr = 0;
  let windowScale = -1;
  if (word >>> 16 === MSS && (word & 0xffff) !== 0) {
    mss = word & 0xffff;
    word = from.i32();
  }
  if (word === TIMESTAMPS || word === SACK_PERMITTED_TIMESTAMPS) {
    hasTimestamps = true;
    sackPermitted = word === SACK_PERMITTED_TIMESTAMPS;
    tsVal = from.i32();
    tsEcr = from.i32();
    word = from.i32();
  } else if (word === SACK_PERMITTED) {
    sackPermitted = true;
    word = from.i32();
  }
  if (word >>> 8 === WINDOW_SCALE) {
    windowScale = word & 0xff;
    word = from.i32();
  }
  // One word past the last option has been asked for, and nothing else.
  if (from.at !== bytes.length + 4) return null;
  return new TcpOptions(mss, sackPermitted, hasTimestamps, tsVal, tsEcr, windowScale);
}
