/** IPv4 packets (RFC 791), whole: fragments are not modelled. */
import type { Icmp } from './icmp.ts';
import type { Igmp } from './igmp.ts';
import type { Tcp } from './tcp.ts';
import type { Udp } from './udp.ts';
import type { Vrrp } from './vrrp.ts';

export const ICMP = 1;
export const IGMP = 2;
export const TCP = 6;
export const UDP = 17;
export const VRRP = 112;
/** `kind` of a packet whose payload is not modelled or malformed. */
export const RAW_PACKET = 0;

export const DEFAULT_TTL = 64;
/** TOS of routing protocols and of ICMP errors (CS6). */
export const TOS_INTERNETWORK_CONTROL = 0xc0;

export class Ipv4Packet<Kind extends number, Payload> {
  constructor(
    readonly src: number,
    readonly dst: number,
    readonly ttl: number,
    readonly tos: number,
    /** Identification, 0…65535. */
    readonly id: number,
    readonly dontFragment: boolean,
    /** The router alert option (RFC 2113), which IGMP carries. */
    readonly routerAlert: boolean,
    /** The protocol number where it is modelled, else RAW_PACKET. */
    readonly kind: Kind,
    readonly payload: Payload,
  ) {}
}

export class RawPacketPayload {
  constructor(
    readonly protocol: number,
    readonly bytes: Uint8Array,
  ) {}
}

export type IcmpPacket = Ipv4Packet<typeof ICMP, Icmp>;
export type IgmpPacket = Ipv4Packet<typeof IGMP, Igmp>;
export type TcpPacket = Ipv4Packet<typeof TCP, Tcp>;
export type UdpPacket = Ipv4Packet<typeof UDP, Udp>;
export type VrrpPacket = Ipv4Packet<typeof VRRP, Vrrp>;
export type RawPacket = Ipv4Packet<typeof RAW_PACKET, RawPacketPayload>;
export type Ipv4 = IcmpPacket | IgmpPacket | TcpPacket | UdpPacket | VrrpPacket | RawPacket;

export function protocolOf(packet: Ipv4): number {
  return packet.kind === RAW_PACKET ? packet.payload.protocol : packet.kind;
}

/** The same packet one hop further: nothing but the TTL (and with it the header checksum) differs. */
export function withDecrementedTtl(packet: Ipv4): Ipv4 {
  return new Ipv4Packet(
    packet.src,
    packet.dst,
    packet.ttl - 1,
    packet.tos,
    packet.id,
    packet.dontFragment,
    packet.routerAlert,
    packet.kind,
    packet.payload,
  ) as Ipv4;
}
