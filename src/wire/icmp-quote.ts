/**
 * The packet an ICMP error is about, as the error quotes it: the header and as much of the data as makes
 * the error 576 bytes at most (RFC 1812 §4.3.2.3), and what a receiver reads from it to find the socket
 * concerned.
 */
import { Reader, Writer } from './bytes.ts';
import { ICMP, type Ipv4, TCP, UDP } from './ipv4.ts';
import { encodeIpv4 } from './ipv4-bytes.ts';
import { ipv4Length } from './ipv4-length.ts';

/** 576 less the headers of the error itself. */
const MAX_QUOTE = 576 - 20 - 8;
const HEADER = 20;

export interface Quote {
  readonly src: number;
  readonly dst: number;
  readonly protocol: number;
  /** 0 where the protocol has no ports. */
  readonly srcPort: number;
  readonly dstPort: number;
  /** Of TCP, or an echo's identifier and sequence, as int32; otherwise 0. */
  readonly seq: number;
}

export function quote(packet: Ipv4): Uint8Array {
  const to = new Writer(new Uint8Array(ipv4Length(packet)));
  encodeIpv4(to, packet);
  return to.bytes.length > MAX_QUOTE ? to.bytes.slice(0, MAX_QUOTE) : to.bytes;
}

/** Null unless a whole header and, of TCP, UDP and ICMP, 8 bytes more are there. Checksums are not looked at. */
export function readQuote(data: Uint8Array): Quote | null {
  const headerLength = ((data[0] ?? 0) & 15) * 4;
  if (data.length < HEADER || (data[0] ?? 0) >>> 4 !== 4) return null;
  if (headerLength < HEADER || data.length < headerLength) return null;
  const from = new Reader(data);
  from.at = 9;
  const protocol = from.u8();
  from.at = 12;
  const src = from.i32();
  const dst = from.i32();
  const isKnown = protocol === TCP || protocol === UDP || protocol === ICMP;
  if (!isKnown) return { src, dst, protocol, srcPort: 0, dstPort: 0, seq: 0 };
  if (data.length < headerLength + 8) return null;
  if (protocol === ICMP) {
    from.at = headerLength + 4;
    return { src, dst, protocol, srcPort: 0, dstPort: 0, seq: from.i32() };
  }
  from.at = headerLength;
  const srcPort = from.u16();
  const dstPort = from.u16();
  return { src, dst, protocol, srcPort, dstPort, seq: protocol === TCP ? from.i32() : 0 };
}
