/**
 * IPv4 coming in: what is accepted [m5-host-input], where it goes (this host, on to another), and to whom
 * here. Order as in the kernel: PREROUTING, routing with its source checks, LOCAL_IN or FORWARD.
 */
import type { Receiver } from '../engine/event.ts';
import type { Ipv4Frame } from '../wire/ethernet.ts';
import { PROTOCOL_UNREACHABLE, UNREACHABLE } from '../wire/icmp.ts';
import { IP_BROADCAST, isLoopback, isMulticast } from '../wire/ip-address.ts';
import { ICMP, IGMP, type Ipv4, protocolOf, RAW_PACKET, TCP, UDP, VRRP } from '../wire/ipv4.ts';
import type { Device } from './device.ts';
import { isMartianSource } from './ip-output.ts';
import type { Kernel } from './kernel.ts';
import { NF_ACCEPT, NF_DROP, type Verdict } from './netfilter.ts';
import type { PacketDropReason } from './records.ts';

/** Takes packets of a protocol that a program handles itself, as a raw socket. */
export type RawListener = (packet: Ipv4, device: Device) => void;

const ALL_SYSTEMS = 0xe0000001 | 0;

export class IpInput implements Receiver {
  private readonly rawListeners = new Map<number, RawListener[]>();
  /** The running packet came in a frame that was addressed to this host alone. */
  private toMe = true;

  constructor(private readonly kernel: Kernel) {}

  /** Opens a raw socket for a protocol; returns what closes it. */
  listenRaw(protocol: number, listener: RawListener): () => void {
    const listeners = this.rawListeners.get(protocol) ?? [];
    this.rawListeners.set(protocol, listeners);
    listeners.push(listener);
    return () => {
      listeners.splice(listeners.indexOf(listener), 1);
    };
  }

  receiveFrame(frame: Ipv4Frame, device: Device): void {
    const packet = frame.payload;
    if (!frame.dst.isGroup && frame.dst !== device.mac) return this.drop(packet, 'not for this host');
    this.toMe = !frame.dst.isGroup;
    this.input(packet, device);
  }

  /** A packet of this host to itself comes back in by lo, after what is running now. */
  loopBack(packet: Ipv4): void {
    const { engine } = this.kernel;
    engine.deliverAt(engine.nowNs, this, packet, engine.cause);
  }

  /** The far end of lo. */
  receive(packet: Ipv4): void {
    if (!this.kernel.alive) return;
    this.toMe = true;
    const { loopback } = this.kernel.devices;
    if (this.passed(this.kernel.netfilter.preRouting.run(packet, loopback), packet)) {
      this.localIn(packet, loopback);
    }
  }

  private input(packet: Ipv4, device: Device): void {
    const { netfilter, routes, ipForward } = this.kernel;
    const { src, dst } = packet;
    if (!this.passed(netfilter.preRouting.run(packet, device), packet)) return;
    if (isMartianSource(src)) return this.drop(packet, 'martian source');
    if (isMulticast(dst)) return this.multicast(packet, device);
    if (isLoopback(dst) || dst >>> 24 === 0) return this.drop(packet, 'martian destination');
    const hop = routes.lookup(dst);
    const broadcast = dst === IP_BROADCAST || (hop !== null && hop.type === 'broadcast');
    if (broadcast || (hop !== null && hop.type === 'local')) {
      if (broadcast) this.toMe = false;
      return this.validated(packet, device);
    }
    if (device.conf.forwarding === 0) return this.drop(packet, 'not forwarding');
    if (!this.toMe) return this.drop(packet, 'broadcast forward');
    ipForward.forward(packet, device, hop);
  }

  /**
   * Why a packet, or an ARP request, from `src` may not come in by `device`; null: it may
   * (fib_validate_source).
   */
  refusesSource(src: number, device: Device): PacketDropReason | null {
    const { addresses, sysctl, ip } = this.kernel;
    const rpFilter = Math.max(device.conf.rp_filter, sysctl.all.rp_filter);
    const acceptsLocal = (device.conf.accept_local | sysctl.all.accept_local) !== 0;
    if (!acceptsLocal && addresses.isConfigured(src)) return 'own source address';
    if (rpFilter === 0) return null;
    if (acceptsLocal && addresses.isLocal(src)) {
      return rpFilter === 2 || addresses.isConfiguredOn(src, device) ? null : 'reverse path';
    }
    return ip.passesReversePath(src, device, rpFilter) ? null : 'reverse path';
  }

  private multicast(packet: Ipv4, device: Device): void {
    if (packet.dst !== ALL_SYSTEMS && !device.groups.has(packet.dst)) {
      return this.drop(packet, 'no listener');
    }
    this.toMe = false;
    this.validated(packet, device);
  }

  private validated(packet: Ipv4, device: Device): void {
    const refused = this.refusesSource(packet.src, device);
    if (refused !== null) return this.drop(packet, refused);
    this.localIn(packet, device);
  }

  private passed(verdict: Verdict, packet: Ipv4): boolean {
    if (verdict === NF_DROP) this.drop(packet, 'netfilter');
    return verdict === NF_ACCEPT;
  }

  private localIn(packet: Ipv4, device: Device): void {
    const verdict = this.kernel.netfilter.localIn.run(packet, device);
    if (this.passed(verdict, packet)) this.deliver(packet, device);
  }

  /** To this host's own protocols, as after LOCAL_IN. */
  deliver(packet: Ipv4, device: Device): void {
    const { kernel } = this;
    switch (packet.kind) {
      case TCP:
        if (!this.toMe) return this.drop(packet, 'broadcast TCP');
        return kernel.tcp.receive(packet, device);
      case UDP:
        return kernel.udp.receive(packet, device, this.toMe);
      case ICMP:
        return kernel.icmp.receive(packet, device);
      case VRRP:
      case RAW_PACKET:
        return this.deliverRaw(packet, device);
      default:
        // IGMP reports of others: a host that is no router has nothing to do with them.
        return;
    }
  }

  /**
   * A packet with a bad checksum stayed raw: of a protocol the kernel has itself it ends here [m5-host-input
   * bad-*].
   */
  private deliverRaw(packet: Ipv4, device: Device): void {
    const protocol = protocolOf(packet);
    if (protocol === TCP || protocol === UDP || protocol === ICMP) return this.drop(packet, 'malformed');
    const listeners = this.rawListeners.get(protocol);
    if (listeners !== undefined && listeners.length > 0) {
      for (const listener of [...listeners]) listener(packet, device);
      return;
    }
    if (!this.toMe || protocol === IGMP) return this.drop(packet, 'no listener');
    this.kernel.icmp.sendError(packet, device, UNREACHABLE, PROTOCOL_UNREACHABLE);
  }

  private drop(packet: Ipv4, reason: PacketDropReason): void {
    this.kernel.dropped(packet, reason);
  }
}
