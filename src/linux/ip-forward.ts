/**
 * Routing for others: TTL, redirects, the errors a router sends [m5-forwarding-icmp-errors, m5-icmp-redirects].
 */
import { MS } from '../engine/time.ts';
import {
  ADMIN_PROHIBITED,
  FRAGMENTATION_NEEDED,
  HOST_UNREACHABLE,
  NET_UNREACHABLE,
  REDIRECT,
  REDIRECT_HOST,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '../wire/icmp.ts';
import { type Ipv4, withDecrementedTtl } from '../wire/ipv4.ts';
import { ipv4Length } from '../wire/ipv4-length.ts';
import type { Device } from './device.ts';
import type { Kernel } from './kernel.ts';
import { NF_ACCEPT } from './netfilter.ts';
import type { Hop } from './routes.ts';

/** net/ipv4/route.c: the wait after the n-th redirect is 20 ms × 2^n; after nine there is silence. */
const REDIRECT_LOAD_NS = 20 * MS;
const MAX_REDIRECTS = 9;
const REDIRECT_SILENCE_NS = REDIRECT_LOAD_NS << (MAX_REDIRECTS + 1);

interface RedirectState {
  sent: number;
  lastNs: number;
}

export class IpForward {
  private readonly redirects = new Map<number, RedirectState>();

  constructor(private readonly kernel: Kernel) {}

  forward(packet: Ipv4, from: Device, hop: Hop | null): void {
    const { icmp, netfilter } = this.kernel;
    if (hop === null) return icmp.sendError(packet, from, UNREACHABLE, NET_UNREACHABLE);
    switch (hop.type) {
      case 'unreachable':
        return icmp.sendError(packet, from, UNREACHABLE, HOST_UNREACHABLE);
      case 'prohibit':
        return icmp.sendError(packet, from, UNREACHABLE, ADMIN_PROHIBITED);
      case 'blackhole':
        return this.kernel.dropped(packet, 'blackhole route');
      case 'broadcast':
        return this.kernel.dropped(packet, 'broadcast forward');
      default:
        break;
    }
    if (packet.ttl <= 1) return icmp.sendError(packet, from, TIME_EXCEEDED, 0);
    if (ipv4Length(packet) > hop.device.mtu) {
      if (!packet.dontFragment) return this.kernel.dropped(packet, 'too big');
      return icmp.sendError(packet, from, UNREACHABLE, FRAGMENTATION_NEEDED, hop.device.mtu);
    }
    const forwarded = withDecrementedTtl(packet);
    this.redirectIfShorter(forwarded, from, hop);
    if (netfilter.forward.run(forwarded, from) !== NF_ACCEPT) {
      return this.kernel.dropped(packet, 'netfilter');
    }
    this.kernel.ip.emit(forwarded, hop);
  }

  /** The packet leaves by where it came in, and its sender could have reached the next hop itself. */
  private redirectIfShorter(packet: Ipv4, from: Device, hop: Hop): void {
    if (hop.device !== from) return;
    if ((from.conf.send_redirects | this.kernel.sysctl.all.send_redirects) === 0) return;
    const back = this.kernel.routes.lookupMain(packet.src);
    if (back === null || back.device !== from || back.gateway !== null) return;
    if (!this.mayRedirect(packet.src)) return;
    this.kernel.icmp.sendError(packet, from, REDIRECT, REDIRECT_HOST, hop.nextHop);
  }

  private mayRedirect(src: number): boolean {
    const now = this.kernel.engine.nowNs;
    let state = this.redirects.get(src);
    if (state === undefined || now - state.lastNs > REDIRECT_SILENCE_NS) {
      state = { sent: 0, lastNs: now };
      this.redirects.set(src, state);
    } else if (state.sent >= MAX_REDIRECTS || now - state.lastNs <= REDIRECT_LOAD_NS << state.sent) {
      return false;
    }
    state.sent++;
    state.lastNs = now;
    return true;
  }
}
