/**
 * Routing for others: TTL, redirects, the errors a router sends [m5-forwarding-icmp-errors,
 * m5-icmp-redirects]. Not modelled: fragmentation, so what is too big and may be fragmented is dropped.
 */
import {
  ADMIN_PROHIBITED,
  FRAGMENTATION_NEEDED,
  HOST_UNREACHABLE,
  NET_UNREACHABLE,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '../wire/icmp.ts';
import { type Ipv4, withDecrementedTtl } from '../wire/ipv4.ts';
import { ipv4Length } from '../wire/ipv4-length.ts';
import type { Device } from './device.ts';
import type { Kernel } from './kernel.ts';
import { NF_ACCEPT, NF_DROP } from './netfilter.ts';
import type { Hop } from './routes.ts';

export class IpForward {
  constructor(private readonly kernel: Kernel) {}

  forward(packet: Ipv4, from: Device, hop: Hop | null): void {
    const { icmp, netfilter } = this.kernel;
    if (hop === null) return icmp.sendRouteError(packet, from, NET_UNREACHABLE);
    switch (hop.type) {
      case 'unreachable':
        return icmp.sendRouteError(packet, from, HOST_UNREACHABLE);
      case 'prohibit':
        return icmp.sendRouteError(packet, from, ADMIN_PROHIBITED);
      case 'blackhole':
        return this.kernel.dropped(packet, 'blackhole route');
      default:
        break;
    }
    const refused = this.kernel.ipInput.refusesSource(packet.src, from);
    if (refused !== null) return this.kernel.dropped(packet, refused);
    if (packet.ttl <= 1) return icmp.sendError(packet, from, TIME_EXCEEDED, 0);
    if (ipv4Length(packet) > hop.device.mtu) {
      if (!packet.dontFragment) return this.kernel.dropped(packet, 'too big');
      return icmp.sendError(packet, from, UNREACHABLE, FRAGMENTATION_NEEDED, hop.device.mtu);
    }
    const forwarded = withDecrementedTtl(packet);
    if (hop.device === from) this.redirectIfShorter(forwarded, from, hop);
    const verdict = netfilter.forward.run(forwarded, from);
    if (verdict === NF_ACCEPT) this.kernel.ip.emit(forwarded, hop);
    else if (verdict === NF_DROP) this.kernel.dropped(packet, 'netfilter');
  }

  /** The packet leaves by where it came in, and its sender could have reached the next hop itself. */
  private redirectIfShorter(packet: Ipv4, from: Device, hop: Hop): void {
    const { icmp, routes, sysctl } = this.kernel;
    if ((from.conf.send_redirects | sysctl.all.send_redirects) === 0) return;
    const back = routes.lookupMain(packet.src);
    if (back === null || back.device !== from || back.gateway !== null) return;
    icmp.sendRedirect(packet, from, hop.nextHop);
  }
}
