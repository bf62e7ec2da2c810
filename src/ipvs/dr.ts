/**
 * Direct routing: the packet goes to the server's MAC as it came, one hop older [B-dr-01]. A server whose
 * address is the director's own gets it locally. Every outcome in which nothing is sent is the kernel's, in
 * its order (ip_vs_xmit.c): no route, loopback source, TTL [B-ttl-dr], MTU. Not modelled: fragments of what
 * is too big and may be fragmented.
 */
import type { Device } from '../linux/device.ts';
import type { Kernel } from '../linux/kernel.ts';
import { NF_ACCEPT, NF_STOLEN, type Verdict } from '../linux/netfilter.ts';
import { FRAGMENTATION_NEEDED, HOST_UNREACHABLE, TIME_EXCEEDED, UNREACHABLE } from '../wire/icmp.ts';
import { isLoopback } from '../wire/ip-address.ts';
import { ICMP, type Ipv4, withDecrementedTtl } from '../wire/ipv4.ts';
import { ipv4Length } from '../wire/ipv4-length.ts';
import type { Destination } from './destination.ts';

/** `device`: where the packet came in; lo for one made here. */
export function forwardDirectly(
  kernel: Kernel,
  packet: Ipv4,
  device: Device,
  destination: Destination,
): Verdict {
  const hop = kernel.routes.lookup(destination.ip);
  if (hop !== null && hop.type === 'local') return NF_ACCEPT;
  if (hop === null || hop.type !== 'unicast') {
    kernel.icmp.sendError(packet, device, UNREACHABLE, HOST_UNREACHABLE);
    return NF_STOLEN;
  }
  if (isLoopback(packet.src)) {
    kernel.dropped(packet, 'martian source');
    return NF_STOLEN;
  }
  if (packet.ttl <= 1) {
    kernel.icmp.sendError(packet, device, TIME_EXCEEDED, 0);
    return NF_STOLEN;
  }
  const forwarded = withDecrementedTtl(packet);
  const { mtu } = hop.device;
  if (forwarded.dontFragment && forwarded.kind !== ICMP && ipv4Length(forwarded) > mtu) {
    kernel.icmp.sendError(forwarded, device, UNREACHABLE, FRAGMENTATION_NEEDED, mtu);
    return NF_STOLEN;
  }
  kernel.ip.emit(forwarded, hop);
  return NF_STOLEN;
}
