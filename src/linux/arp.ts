/**
 * ARP as Linux was recorded answering, asking and learning (net/ipv4/arp.c): which requests are answered
 * [m1a-m1g], with which sender address one asks [m2a-m2d], what changes a neighbour entry [m3a-m3g]. Not
 * modelled: proxy ARP for single addresses (`ip neigh add proxy`) and within one segment.
 */
import type { RandomStream } from '../engine/random.ts';
import { SECOND } from '../engine/time.ts';
import { ARP_REPLY, ARP_REQUEST, Arp } from '../wire/arp.ts';
import { type ArpFrame, arpFrame } from '../wire/ethernet.ts';
import { IP_ANY, isInPrefix, isLoopback, isMulticast } from '../wire/ip-address.ts';
import { MAC_BROADCAST, MAC_ZERO, type Mac } from '../wire/mac.ts';
import type { Device } from './device.ts';
import { isMartianSource } from './ip-output.ts';
import type { Kernel } from './kernel.ts';
import type { Neighbour, Solicitor } from './neighbour.ts';

/** Unit of locktime and proxy_delay. */
const HUNDREDTH_NS = SECOND / 100;

export class ArpLayer implements Solicitor {
  private proxyDelay: RandomStream | null = null;

  constructor(private readonly kernel: Kernel) {}

  receive(frame: ArpFrame, device: Device): void {
    const arp = frame.payload;
    if (!frame.dst.isGroup && frame.dst !== device.mac) return;
    if (arp.op !== ARP_REQUEST && arp.op !== ARP_REPLY) return;
    if (isMulticast(arp.targetIp) || isLoopback(arp.targetIp)) return;
    const { conf } = device;
    const { all } = this.kernel.sysctl;
    if ((conf.drop_gratuitous_arp | all.drop_gratuitous_arp) !== 0 && arp.senderIp === arp.targetIp) return;

    if (arp.senderIp === IP_ANY) return this.answerProbe(arp, device);
    if (arp.op === ARP_REQUEST && this.isRoutable(arp.senderIp, device)) {
      if (this.kernel.addresses.isLocal(arp.targetIp)) {
        if (this.mayAnswer(arp, device)) this.learnAndReply(arp, device);
        return;
      }
      if (this.isProxyFor(arp.targetIp, device))
        return this.answerAsProxy(arp, device, frame.dst === device.mac);
    }
    this.learn(arp, device, frame.dst === device.mac);
  }

  /** Asks who has an entry's address: to everybody, or to the one who is known to have it. */
  solicit(neighbour: Neighbour, unicast: boolean): void {
    const { device, ip } = neighbour;
    const senderIp = this.senderFor(neighbour);
    const dst = unicast && neighbour.mac !== null ? neighbour.mac : MAC_BROADCAST;
    this.send(device, dst, new Arp(ARP_REQUEST, device.mac, senderIp, MAC_ZERO, ip));
  }

  /**
   * keepalived's and arping's announcement: sender and target are the address, the target MAC is broadcast.
   */
  announce(device: Device, ip: number, targetMac: Mac = MAC_BROADCAST): void {
    this.send(device, MAC_BROADCAST, new Arp(ARP_REQUEST, device.mac, ip, targetMac, ip));
  }

  /** arp_notify: an interface that comes up announces its addresses [m3c, m3c2]. */
  linkUp(device: Device): void {
    if (Math.max(device.conf.arp_notify, this.kernel.sysctl.all.arp_notify) === 0) return;
    for (const { ip } of this.kernel.addresses.onDevice(device)) this.announce(device, ip, MAC_ZERO);
  }

  send(device: Device, dst: Mac, arp: Arp): void {
    if (!device.up || device.nic === null) return;
    device.nic.send(arpFrame(dst, device.mac, arp));
  }

  // ── answering ────────────────────────────────────────────────────────────────────────────────────────────

  /** An address probe (RFC 5227): no route is asked, nothing is learned [m1a, m1c]. */
  private answerProbe(arp: Arp, device: Device): void {
    if (arp.op !== ARP_REQUEST || !this.kernel.addresses.isLocal(arp.targetIp)) return;
    if (!this.ignores(arp, device)) this.reply(arp, device);
  }

  private learnAndReply(arp: Arp, device: Device): void {
    this.learnAsker(arp, device);
    this.reply(arp, device);
  }

  private learnAsker(arp: Arp, device: Device): void {
    const { addresses, neighbours } = this.kernel;
    // A broadcast address needs no entry [m1g MF-22].
    if (addresses.isBroadcast(arp.senderIp)) return;
    const neighbour = neighbours.findOrCreate(device, arp.senderIp);
    neighbours.update(neighbour, arp.senderMac, 'STALE', true, 'request');
  }

  /** proxy_arp: the host routes to `target` by another interface, and says so [m1e]. */
  private isProxyFor(target: number, device: Device): boolean {
    const proxy = device.conf.proxy_arp | this.kernel.sysctl.all.proxy_arp;
    if (proxy === 0 || device.conf.forwarding === 0) return false;
    const hop = this.kernel.routes.lookup(target);
    return hop !== null && hop.type === 'unicast' && hop.device !== device;
  }

  /** To a broadcast within proxy_delay, so that the one asked for comes first. */
  private answerAsProxy(arp: Arp, device: Device, toMe: boolean): void {
    this.learnAsker(arp, device);
    const delayNs = device.neigh.proxy_delay * HUNDREDTH_NS;
    if (toMe || delayNs === 0) return this.reply(arp, device);
    this.proxyDelay ??= this.kernel.random('proxy-delay');
    this.kernel.timer(() => this.reply(arp, device)).armIn(Math.floor(this.proxyDelay() * delayNs));
  }

  private reply(arp: Arp, device: Device): void {
    const reply = new Arp(ARP_REPLY, device.mac, arp.targetIp, arp.senderMac, arp.senderIp);
    this.send(device, arp.senderMac, reply);
  }

  private mayAnswer(arp: Arp, device: Device): boolean {
    if (this.ignores(arp, device)) return false;
    const filter = device.conf.arp_filter | this.kernel.sysctl.all.arp_filter;
    if (filter === 0) return true;
    const hop = this.kernel.routes.lookup(arp.senderIp);
    return hop !== null && hop.device === device;
  }

  /** arp_ignore: 0 answers for any address of the host … 8 for none. */
  private ignores(arp: Arp, device: Device): boolean {
    const { addresses, sysctl } = this.kernel;
    switch (Math.max(device.conf.arp_ignore, sysctl.all.arp_ignore)) {
      case 1:
        return !addresses.isConfiguredOn(arp.targetIp, device);
      case 2:
        if (!addresses.isConfiguredOn(arp.targetIp, device)) return true;
        if (arp.senderIp === IP_ANY) return false;
        return !this.shareSubnet(arp.senderIp, arp.targetIp, device);
      case 3:
        return !addresses.all().some(({ ip, scope }) => ip === arp.targetIp && scope !== 'host');
      case 8:
        return true;
      default:
        return false;
    }
  }

  /** The kernel routes every request as if it were a packet from sender to target [m1c-m1g]. */
  private isRoutable(senderIp: number, device: Device): boolean {
    return !isMartianSource(senderIp) && this.kernel.ipInput.refusesSource(senderIp, device) === null;
  }

  // ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

  /** arp_announce: which of its addresses the host asks with [m2a, m2b]. */
  private senderFor(neighbour: Neighbour): number {
    const { device, ip } = neighbour;
    const { addresses, sysctl } = this.kernel;
    // A probe has no packet waiting; the newest one decides otherwise, at each repetition anew.
    const packet = neighbour.queue.at(-1);
    const announce = Math.max(device.conf.arp_announce, sysctl.all.arp_announce);
    if (packet !== undefined && announce < 2 && addresses.isLocal(packet.src)) {
      if (announce === 0 || this.shareSubnet(ip, packet.src, device)) return packet.src;
    }
    return addresses.selectSource(device, ip, 'link') ?? IP_ANY;
  }

  private shareSubnet(a: number, b: number, device: Device): boolean {
    return this.kernel.addresses
      .onDevice(device)
      .some(({ network, length }) => isInPrefix(a, network, length) && isInPrefix(b, network, length));
  }

  // ── learning ─────────────────────────────────────────────────────────────────────────────────────────────

  private learn(arp: Arp, device: Device, toMe: boolean): void {
    const { neighbours, engine } = this.kernel;
    let neighbour = neighbours.find(device, arp.senderIp);
    if (neighbour === null && !this.acceptsUnsolicited(arp, device)) return;
    const unicast = this.isUnicast(arp.senderIp);
    const gratuitous = unicast && isGratuitous(arp);
    if (neighbour === null) {
      if (!gratuitous && !(unicast && arp.op === ARP_REPLY)) return;
      neighbour = neighbours.findOrCreate(device, arp.senderIp);
    }
    const ageNs = engine.nowNs - neighbour.updatedNs;
    const override = gratuitous || ageNs > device.neigh.locktime * HUNDREDTH_NS;
    const heard = arp.op === ARP_REPLY && toMe ? 'REACHABLE' : 'STALE';
    const because = gratuitous ? 'gratuitous' : arp.op === ARP_REPLY ? 'reply' : 'request';
    neighbours.update(neighbour, arp.senderMac, heard, override, because);
  }

  /** Another host's address. */
  private isUnicast(ip: number): boolean {
    const { addresses } = this.kernel;
    return !isMartianSource(ip) && !addresses.isLocal(ip) && !addresses.isBroadcast(ip);
  }

  private acceptsUnsolicited(arp: Arp, device: Device): boolean {
    const accept = Math.max(device.conf.arp_accept, this.kernel.sysctl.all.arp_accept);
    if (accept !== 2) return accept === 1;
    return this.kernel.addresses
      .onDevice(device)
      .some(({ network, length }) => isInPrefix(arp.senderIp, network, length));
  }
}

/** A reply only counts with its target MAC equal to the sender's [m3a]. */
function isGratuitous(arp: Arp): boolean {
  if (arp.senderIp !== arp.targetIp) return false;
  return arp.op === ARP_REQUEST || arp.targetMac === arp.senderMac;
}
