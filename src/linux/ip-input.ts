/**
 * IPv4 coming in: what is accepted [m5-host-input], where it goes (this host, on to another), and to whom here. Order
 * as in the kernel: PREROUTING, routing with its source checks, LOCAL_IN or FORWARD.
 */
import type { Receiver } from '../engine/event.ts';
import type { Ipv4Frame } from '../wire/ethernet.ts';
import { PROTOCOL_UNREACHABLE, UNREACHABLE } from '../wire/icmp.ts';
import { isLoopback, isMulticast } from '../wire/ip-address.ts';
import { ICMP, type Ipv4, protocolOf, RAW_PACKET, TCP, UDP, VRRP } from '../wire/ipv4.ts';
import type { Device } from './device.ts';
import { isMartianSource } from './ip-output.ts';
import type { Kernel } from './kernel.ts';
import { NF_ACCEPT, NF_DROP } from './netfilter.ts';
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
    if (this.kernel.netfilter.preRouting.run(packet, loopback) !== NF_ACCEPT) return;
    this.localIn(packet, loopback);
  }

  private input(packet: Ipv4, device: Device): void {
    const { netfilter, routes } = this.kernel;
    if (netfilter.preRouting.run(packet, device) !== NF_ACCEPT) return this.drop(packet, 'netfilter');
    if (isMartianSource(packet.src) || isLoopback(packet.dst)) return this.drop(packet, 'martian source');
    if (isMulticast(packet.dst)) return this.multicast(packet, device);
    const refused = this.refusesSource(packet.src, device);
    if (refused !== null) return this.drop(packet, refused);
    const hop = routes.lookup(packet.dst);
    if (hop !== null && hop.type === 'local') return this.localIn(packet, device);
    if (packet.dst === -1 || this.kernel.addresses.isBroadcast(packet.dst)) {
      this.toMe = false;
      return this.localIn(packet, device);
    }
    if (!this.kernel.sysctl.forwarding) return this.drop(packet, 'not forwarding');
    if (!this.toMe) return this.drop(packet, 'broadcast forward');
    this.kernel.ipForward.forward(packet, device, hop);
  }

  private refusesSource(src: number, device: Device): PacketDropReason | null {
    const { addresses, sysctl, ip } = this.kernel;
    if (addresses.isConfigured(src)) {
      return (device.conf.accept_local | sysctl.all.accept_local) !== 0 ? null : 'own source address';
    }
    const rpFilter = Math.max(device.conf.rp_filter, sysctl.all.rp_filter);
    if (rpFilter === 0 || ip.passesReversePath(src, device, rpFilter)) return null;
    return 'reverse path';
  }

  private multicast(packet: Ipv4, device: Device): void {
    if (this.kernel.addresses.isConfigured(packet.src)) return this.drop(packet, 'own source address');
    if (packet.dst !== ALL_SYSTEMS && !device.groups.has(packet.dst)) {
      return this.drop(packet, 'no listener');
    }
    this.toMe = false;
    this.localIn(packet, device);
  }

  private localIn(packet: Ipv4, device: Device): void {
    const verdict = this.kernel.netfilter.localIn.run(packet, device);
    if (verdict === NF_ACCEPT) this.deliver(packet, device);
    else if (verdict === NF_DROP) this.drop(packet, 'netfilter');
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

  private deliverRaw(packet: Ipv4, device: Device): void {
    const listeners = this.rawListeners.get(protocolOf(packet));
    if (listeners !== undefined && listeners.length > 0) {
      for (const listener of [...listeners]) listener(packet, device);
      return;
    }
    if (!this.toMe) return this.drop(packet, 'no listener');
    this.kernel.icmp.sendError(packet, device, UNREACHABLE, PROTOCOL_UNREACHABLE);
  }

  private drop(packet: Ipv4, reason: PacketDropReason): void {
    this.kernel.dropped(packet, reason);
  }
}
