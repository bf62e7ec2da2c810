/** Ethernet II frames. Records without behaviour; immutable once sent, so that a trace may keep them. */
import type { Arp } from './arp.ts';
import type { Ipv4 } from './ipv4.ts';
import type { Mac } from './mac.ts';

export const ARP = 0x0806;
export const IPV4 = 0x0800;
/** `kind` of a frame whose payload is not modelled or malformed. */
export const RAW_FRAME = 0;

export class EthernetFrame<Kind extends number, Payload> {
  constructor(
    readonly dst: Mac,
    readonly src: Mac,
    /** The EtherType where it is modelled, else RAW_FRAME. */
    readonly kind: Kind,
    readonly payload: Payload,
  ) {}
}

export class RawFramePayload {
  constructor(
    readonly etherType: number,
    readonly bytes: Uint8Array,
  ) {}
}

export type ArpFrame = EthernetFrame<typeof ARP, Arp>;
export type Ipv4Frame = EthernetFrame<typeof IPV4, Ipv4>;
export type RawFrame = EthernetFrame<typeof RAW_FRAME, RawFramePayload>;
export type Frame = ArpFrame | Ipv4Frame | RawFrame;

export function arpFrame(dst: Mac, src: Mac, arp: Arp): ArpFrame {
  return new EthernetFrame(dst, src, ARP, arp);
}

export function ipv4Frame(dst: Mac, src: Mac, packet: Ipv4): Ipv4Frame {
  return new EthernetFrame(dst, src, IPV4, packet);
}
