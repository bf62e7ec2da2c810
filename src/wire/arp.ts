/**
 * ARP for IPv4 over Ethernet (RFC 826). Requests and replies alone: other operations, hardware and
 * protocols stay raw.
 */
import type { Reader, Writer } from './bytes.ts';
import { Mac } from './mac.ts';

export const ARP_REQUEST = 1;
export const ARP_REPLY = 2;
export const ARP_LENGTH = 28;

/** Hardware type Ethernet, protocol type IPv4; address lengths 6 and 4. */
const ETHERNET_IPV4 = 0x00010800;
const LENGTHS = 0x0604;

export class Arp {
  constructor(
    /** ARP_REQUEST or ARP_REPLY. */
    readonly op: number,
    readonly senderMac: Mac,
    readonly senderIp: number,
    readonly targetMac: Mac,
    readonly targetIp: number,
  ) {}
}

export function encodeArp(to: Writer, arp: Arp): void {
  to.u32(ETHERNET_IPV4);
  to.u16(LENGTHS);
  to.u16(arp.op);
  to.u48(arp.senderMac.value);
  to.u32(arp.senderIp);
  to.u48(arp.targetMac.value);
  to.u32(arp.targetIp);
}

/** Null for what is not modelled or truncated. */
export function decodeArp(from: Reader): Arp | null {
  if (from.left < ARP_LENGTH || from.i32() !== ETHERNET_IPV4 || from.u16() !== LENGTHS) return null;
  const op = from.u16();
  if (op !== ARP_REQUEST && op !== ARP_REPLY) return null;
  return new Arp(op, Mac.of(from.u48()), from.i32(), Mac.of(from.u48()), from.i32());
}
