/**
 * IPv4 packets as bytes and back. Fragments, options other than router alert, and headers with a bad
 * checksum are not modelled: they have no record, and their frame stays raw. A payload without a record of
 * its own stays raw inside its packet.
 */
import { internetChecksum, isChecksum, type Reader, type Writer } from './bytes.ts';
import { decodeIcmp, encodeIcmp } from './icmp.ts';
import { decodeIgmp, encodeIgmp } from './igmp.ts';
import {
  ICMP,
  IGMP,
  type Ipv4,
  Ipv4Packet,
  protocolOf,
  RAW_PACKET,
  RawPacketPayload,
  TCP,
  UDP,
  VRRP,
} from './ipv4.ts';
import { ipv4Length } from './ipv4-length.ts';
import { decodeTcp, encodeTcp } from './tcp.ts';
import { decodeUdp, encodeUdp } from './udp.ts';
import { decodeVrrp, encodeVrrp } from './vrrp.ts';

const HEADER = 20;
const MAX_LENGTH = 65535;
const DONT_FRAGMENT = 0x4000;
/** RFC 2113 §2.1: "router shall examine packet". */
const ROUTER_ALERT = 0x94040000 | 0;

export function encodeIpv4(to: Writer, packet: Ipv4): void {
  const start = to.at;
  const length = ipv4Length(packet);
  if (length > MAX_LENGTH) throw new RangeError(`no IPv4 packet has ${length} bytes`);
  to.u8(packet.routerAlert ? 0x46 : 0x45);
  to.u8(packet.tos);
  to.u16(length);
  to.u16(packet.id);
  to.u16(packet.dontFragment ? DONT_FRAGMENT : 0);
  to.u8(packet.ttl);
  to.u8(protocolOf(packet));
  to.u16(0);
  to.u32(packet.src);
  to.u32(packet.dst);
  if (packet.routerAlert) to.u32(ROUTER_ALERT);
  to.u16At(start + 10, internetChecksum(to.bytes, start, to.at));
  encodePayload(to, packet);
}

function encodePayload(to: Writer, packet: Ipv4): void {
  switch (packet.kind) {
    case TCP:
      encodeTcp(to, packet.payload, packet.src, packet.dst);
      break;
    case UDP:
      encodeUdp(to, packet.payload, packet.src, packet.dst);
      break;
    case ICMP:
      encodeIcmp(to, packet.payload);
      break;
    case VRRP:
      encodeVrrp(to, packet.payload);
      break;
    case IGMP:
      encodeIgmp(to, packet.payload);
      break;
    default:
      to.put(packet.payload.bytes);
  }
}

/** Reads one packet and leaves what follows it; null for what has no record (see above) or is truncated. */
export function decodeIpv4(from: Reader): Ipv4 | null {
  const header = from.at;
  const available = from.left;
  if (available < HEADER) return null;
  const versionAndLength = from.u8();
  const routerAlert = versionAndLength === 0x46;
  if (!routerAlert && versionAndLength !== 0x45) return null;
  const headerLength = routerAlert ? HEADER + 4 : HEADER;
  const tos = from.u8();
  const length = from.u16();
  if (length < headerLength || length > available) return null;
  const id = from.u16();
  const fragment = from.u16();
  if (fragment !== 0 && fragment !== DONT_FRAGMENT) return null;
  const ttl = from.u8();
  const protocol = from.u8();
  from.u16();
  const src = from.i32();
  const dst = from.i32();
  if (routerAlert && from.i32() !== ROUTER_ALERT) return null;
  if (!isChecksum(from.bytes, header + 10, header, header + headerLength)) return null;
  const bytes = from.view(length - headerLength);
  const payload = decodePayload(protocol, bytes, src, dst);
  const kind = payload === null ? RAW_PACKET : protocol;
  const content = payload ?? new RawPacketPayload(protocol, bytes.slice());
  // Kind and payload were chosen together; the compiler cannot see that they match.
  return new Ipv4Packet(src, dst, ttl, tos, id, fragment !== 0, routerAlert, kind, content) as Ipv4;
}

function decodePayload(
  protocol: number,
  bytes: Uint8Array,
  src: number,
  dst: number,
): Exclude<Ipv4['payload'], RawPacketPayload> | null {
  switch (protocol) {
    case TCP:
      return decodeTcp(bytes, src, dst);
    case UDP:
      return decodeUdp(bytes, src, dst);
    case ICMP:
      return decodeIcmp(bytes);
    case VRRP:
      return decodeVrrp(bytes);
    case IGMP:
      return decodeIgmp(bytes);
    default:
      return null;
  }
}
