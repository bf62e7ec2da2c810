/**
 * IPv4 on its way out: hooks, route, neighbour, wire. A packet to one of the host's own addresses goes back
 * in over lo and never touches a cable. Not modelled: fragmentation (what does not fit is refused or answered
 * with 3/4).
 */
import { ipv4Frame } from '../wire/ethernet.ts';
import { HOST_UNREACHABLE, UNREACHABLE } from '../wire/icmp.ts';
import { IP_BROADCAST, isLoopback, isMulticast } from '../wire/ip-address.ts';
import type { Ipv4 } from '../wire/ipv4.ts';
import { ipv4Length } from '../wire/ipv4-length.ts';
import { MAC_BROADCAST, type Mac, multicastMac } from '../wire/mac.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';
import type { Kernel } from './kernel.ts';
import type { Neighbour } from './neighbour.ts';
import { NF_ACCEPT, NF_DROP, type Verdict } from './netfilter.ts';
import type { Hop } from './routes.ts';

export class IpLayer {
  private identification: number;

  constructor(private readonly kernel: Kernel) {
    this.identification = Math.floor(kernel.random('ip-id')() * 0x10000);
  }

  /** A packet made on this host. null: handed on, though it may still be lost. */
  send(packet: Ipv4): Errno | null {
    const verdict = this.kernel.netfilter.localOut.run(packet, null);
    if (verdict !== NF_ACCEPT) return this.refused(packet, verdict);
    const hop = this.kernel.routes.lookup(packet.dst);
    if (hop === null) return 'ENETUNREACH';
    switch (hop.type) {
      case 'unreachable':
        return 'EHOSTUNREACH';
      case 'prohibit':
        return 'EACCES';
      case 'blackhole':
        return 'EINVAL';
      default:
        if (ipv4Length(packet) > hop.device.mtu) return 'EMSGSIZE';
        this.emit(packet, hop);
        return null;
    }
  }

  /** To `nextHop` whatever the packet's destination, past LOCAL_OUT: IPVS' direct routing. */
  sendTo(packet: Ipv4, nextHop: number): Errno | null {
    const hop = this.kernel.routes.lookup(nextHop);
    if (hop === null || hop.type !== 'unicast') return 'ENETUNREACH';
    this.emit(packet, hop);
    return null;
  }

  /** A multicast packet out of a given device, as a socket bound to it sends. */
  sendMulticast(packet: Ipv4, device: Device): Errno | null {
    if (!device.up) return 'ENETDOWN';
    const { localOut, postRouting } = this.kernel.netfilter;
    const verdict = localOut.run(packet, null) || postRouting.run(packet, null);
    if (verdict !== NF_ACCEPT) return this.refused(packet, verdict);
    this.toWire(packet, device, multicastMac(packet.dst));
    return null;
  }

  /** Along a hop that was looked up: POSTROUTING, then the neighbour. */
  emit(packet: Ipv4, hop: Hop): void {
    const verdict = this.kernel.netfilter.postRouting.run(packet, null);
    if (verdict !== NF_ACCEPT) {
      this.refused(packet, verdict);
      return;
    }
    if (hop.type === 'local') return this.kernel.ipInput.loopBack(packet);
    const { device } = hop;
    if (hop.type === 'multicast') return this.toWire(packet, device, multicastMac(packet.dst));
    if (hop.type === 'broadcast') return this.toWire(packet, device, MAC_BROADCAST);
    let { neighbour } = hop;
    if (neighbour === null || neighbour.removed) {
      neighbour = this.kernel.neighbours.findOrCreate(device, hop.nextHop);
      hop.neighbour = neighbour;
    }
    const mac = this.kernel.neighbours.resolve(neighbour, packet);
    if (mac !== null) this.toWire(packet, device, mac);
  }

  /** A queued packet whose neighbour has just answered. */
  transmit(packet: Ipv4, neighbour: Neighbour): void {
    const mac = this.kernel.neighbours.resolve(neighbour, packet);
    if (mac !== null) this.toWire(packet, neighbour.device, mac);
  }

  /** Nobody answered for the next hop: the sender is told, be it another host or a socket here. */
  neighbourFailed(packet: Ipv4, device: Device): void {
    const source = this.sourceFor(packet.src);
    this.kernel.icmp.sendError(packet, device, UNREACHABLE, HOST_UNREACHABLE, 0, source);
  }

  /** Hands a packet to this host's own protocols, as after LOCAL_IN. */
  deliver(packet: Ipv4, device: Device): void {
    this.kernel.ipInput.deliver(packet, device);
  }

  /** Source address of a packet to `dst`; null: no route. */
  sourceFor(dst: number): number | null {
    const hop = this.kernel.routes.lookup(dst);
    return hop === null ? null : hop.src;
  }

  mtuTo(dst: number): number {
    return this.kernel.routes.lookup(dst)?.device.mtu ?? 0;
  }

  /** Identification of a packet that belongs to no TCP connection. */
  nextId(): number {
    this.identification = (this.identification + 1) & 0xffff;
    return this.identification;
  }

  /** The layer above knows that packets to `dst` get through. */
  confirm(dst: number): void {
    const hop = this.kernel.routes.lookup(dst);
    if (hop !== null && hop.type === 'unicast') this.kernel.neighbours.confirm(hop.device, hop.nextHop);
  }

  isQueued(packet: Ipv4): boolean {
    return this.kernel.neighbours.isQueued(packet);
  }

  /**
   * May a packet from `src` come in by `device`? 1: only if the way back leaves there; 2: if there is any way
   * back.
   */
  passesReversePath(src: number, device: Device, rpFilter: number): boolean {
    const { addresses, routes } = this.kernel;
    if (addresses.isLocal(src) || addresses.isBroadcast(src)) return false;
    const back = routes.lookupMain(src);
    if (back === null || back.type !== 'unicast') return false;
    return rpFilter === 2 || back.device === device;
  }

  /** What a program hears when a hook does not let its packet pass: nothing, if the hook took it over. */
  private refused(packet: Ipv4, verdict: Verdict): Errno | null {
    if (verdict !== NF_DROP) return null;
    this.kernel.dropped(packet, 'netfilter');
    return 'EPERM';
  }

  private toWire(packet: Ipv4, device: Device, mac: Mac): void {
    if (!device.up || device.nic === null) return this.kernel.dropped(packet, 'interface down');
    device.nic.send(ipv4Frame(mac, device.mac, packet));
  }
}

/** Addresses nothing on the wire may come from, whatever the settings. */
export function isMartianSource(src: number): boolean {
  return src >>> 24 === 0 || isLoopback(src) || isMulticast(src) || src === IP_BROADCAST;
}
