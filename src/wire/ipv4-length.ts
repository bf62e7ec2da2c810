/**
 * How long a packet is on the wire, from its fields alone. IPVS counts bytes and slow cables count time
 * with it, so it makes nothing and encodes nothing; that it agrees with the encoder is a property test's
 * business.
 */
import { ICMP, IGMP, type Ipv4, TCP, UDP, VRRP } from './ipv4.ts';
import { tcpOptionsLength } from './tcp.ts';

const HEADER = 20;
const ROUTER_ALERT_OPTION = 4;

/** Total length as the IP header says it. */
export function ipv4Length(packet: Ipv4): number {
  return (packet.routerAlert ? HEADER + ROUTER_ALERT_OPTION : HEADER) + payloadLength(packet);
}

function payloadLength(packet: Ipv4): number {
  switch (packet.kind) {
    case TCP:
      return 20 + tcpOptionsLength(packet.payload.options) + packet.payload.data.length;
    case UDP:
      return 8 + packet.payload.data.length;
    case ICMP:
      return 8 + packet.payload.data.length;
    case VRRP:
      return 8 + 4 * packet.payload.addresses.length + 8;
    case IGMP:
      return 8 + 8 * packet.payload.records.length;
    default:
      return packet.payload.bytes.length;
  }
}
