/**
 * IPv4 on its way out: hooks, route, neighbour, wire. A packet to one of the host's own addresses goes back in over lo
 * and never touches a cable. Not modelled: fragmentation (what does not fit is refused or answered with 3/4).
 */
import { isLoopback, isMulticast } from '../wire/ip-address.ts';
import { ipv4Frame } from '../wire/ethernet.ts';
import { HOST_UNREACHABLE, UNREACHABLE } from '../wire/icmp.ts';
import type { Ipv4 } from '../wire/ipv4.ts';
import { ipv4Length } from '../wire/ipv4-length.ts';
import { MAC_BROADCAST, type Mac, multicastMac } from '../wire/mac.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';
import type { Kernel } from './kernel.ts';
import type { Neighbour } from './neighbour.ts';
import { NF_ACCEPT } from './netfilter.ts';
import type { Hop } from './routes.ts';

export class IpLayer {
  private identification: number;

  constructor(private readonly kernel: Kernel) {
    this.identification = Math.floor(kernel.random('ip-id')() * 0x10000);
  }

  /** A packet made on this host. null: handed on, though it may still be lost. */
  send(packet: Ipv4): Errno | null {
    if (this.kernel.netfilter.localOut.run(packet, null) !== NF_ACCEPT) return null;
    const hop = this.kernel.routes.lookup(packet.dst);
    if (hop === null) return 'ENETUNREACH';
    switch (hop.type) {
      case 'unreachable':
        return 'EHOSTUNREACH';
      case 'prohibit':
        return 'EPERM';
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
    if (this.kernel.netfilter.localOut.run(packet, null) !== NF_ACCEPT) return 'EPERM';
    this.toWire(packet, device, multicastMac(packet.dst));
    return null;
  }

  /** Along a hop that was looked up: POSTROUTING, then the neighbour. */
  emit(packet: Ipv4, hop: Hop): void {
    if (this.kernel.netfilter.postRouting.run(packet, null) !== NF_ACCEPT) return;
    if (hop.type === 'local') return this.kernel.ipInput.loopBack(packet);
    const { device } = hop;
    if (hop.type === 'multicast') return this.toWire(packet, device, multicastMac(packet.dst));
    if (hop.type === 'broadcast') return this.toWire(packet, device, MAC_BROADCAST);
    const neighbour = this.kernel.neighbours.findOrCreate(device, hop.nextHop);
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
    this.kernel.icmp.sendError(packet, device, UNREACHABLE, HOST_UNREACHABLE);
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

  /** May a packet from `src` come in by `device`? 1: only if the way back leaves there; 2: if there is any way back. */
  passesReversePath(src: number, device: Device, rpFilter: number): boolean {
    if (this.kernel.addresses.isLocal(src)) return false;
    const back = this.kernel.routes.lookupMain(src);
    if (back === null || back.type !== 'unicast') return false;
    return rpFilter === 2 || back.device === device;
  }

  private toWire(packet: Ipv4, device: Device, mac: Mac): void {
    if (!device.up || device.nic === null) return this.kernel.dropped(packet, 'interface down');
    device.nic.send(ipv4Frame(mac, device.mac, packet));
  }
}

/** Addresses nothing on the wire may come from, whatever the settings. */
export function isMartianSource(src: number): boolean {
  return isLoopback(src) || isMulticast(src) || src === 0 || src === -1;
}
