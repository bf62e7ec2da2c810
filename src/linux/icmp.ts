/**
 * ICMP of a host: answers to echo, errors about packets it could not deliver, errors that came back about its
 * own. Source: net/ipv4/icmp.c as recorded [m5-host-input, m5-forwarding-icmp-errors,
 * m5-icmp-redirect-client].
 */
import { Reader } from '../wire/bytes.ts';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  FRAGMENTATION_NEEDED,
  Icmp,
  isIcmpError,
  REDIRECT,
  REDIRECT_HOST,
  UNREACHABLE,
} from '../wire/icmp.ts';
import { quote, readQuote } from '../wire/icmp-quote.ts';
import { isMulticast } from '../wire/ip-address.ts';
import {
  ICMP,
  type IcmpPacket,
  type Ipv4,
  Ipv4Packet,
  TCP,
  TOS_INTERNETWORK_CONTROL,
  UDP,
} from '../wire/ipv4.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';
import { isMartianSource } from './ip-output.ts';
import type { Kernel } from './kernel.ts';
import { Peers } from './peers.ts';

/** Bits of the type of service that an error takes over from what it is about. */
const TOS_KEPT = 0x1e;

export interface EchoReply {
  readonly from: number;
  readonly sequence: number;
  readonly ttl: number;
  readonly data: Uint8Array;
}

/** What a pinging program hears. */
export interface EchoEvents {
  reply(reply: EchoReply): void;
  /** An ICMP error came for one of its requests, from `from` (this host itself when ARP failed). */
  error(from: number, type: number, code: number, sequence: number): void;
}

export class IcmpLayer {
  private readonly peers: Peers;
  private readonly echoes = new Map<number, EchoEvents>();

  constructor(private readonly kernel: Kernel) {
    this.peers = new Peers(kernel);
  }

  // ── echo ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Opens an echo identifier; returns what closes it. */
  openEcho(identifier: number, events: EchoEvents): () => void {
    this.echoes.set(identifier, events);
    return () => this.echoes.delete(identifier);
  }

  /** iputils ping: DF set, data of the caller's. */
  sendEcho(src: number, dst: number, identifier: number, sequence: number, data: Uint8Array): Errno | null {
    const rest = (identifier << 16) | (sequence & 0xffff);
    const id = this.kernel.ip.nextId();
    const echo = new Icmp(ECHO_REQUEST, 0, rest, data);
    const { ip, sysctl } = this.kernel;
    return ip.send(new Ipv4Packet(src, dst, sysctl.ttl, 0, id, true, false, ICMP, echo));
  }

  receive(packet: IcmpPacket, device: Device): void {
    const icmp = packet.payload;
    switch (icmp.type) {
      case ECHO_REQUEST:
        return this.answerEcho(packet);
      case ECHO_REPLY:
        this.echoes.get((icmp.rest >>> 16) & 0xffff)?.reply({
          from: packet.src,
          sequence: icmp.rest & 0xffff,
          ttl: packet.ttl,
          data: icmp.data,
        });
        return;
      case REDIRECT:
        return this.redirected(packet, device);
      default:
        if (isIcmpError(icmp)) this.errorReceived(packet);
    }
  }

  /** Copies TOS and data; TTL 64, DF off. Group and broadcast destinations are ignored by default. */
  private answerEcho(packet: IcmpPacket): void {
    const { addresses, sysctl, ip } = this.kernel;
    if (sysctl.number('net.ipv4.icmp_echo_ignore_all') !== 0) return;
    let src = packet.dst;
    if (isMulticast(src) || addresses.isBroadcast(src)) {
      if (sysctl.number('net.ipv4.icmp_echo_ignore_broadcasts') !== 0) {
        return this.kernel.dropped(packet, 'echo ignored');
      }
      src = ip.sourceFor(packet.src) ?? src;
    }
    const { rest, data } = packet.payload;
    const reply = new Icmp(ECHO_REPLY, 0, rest, data);
    ip.send(new Ipv4Packet(src, packet.src, sysctl.ttl, packet.tos, ip.nextId(), false, false, ICMP, reply));
  }

  // ── errors ───────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Tells the sender of `about`, which came in by `device`, what became of it. Nothing is sent about errors,
   * groups and broadcasts, or beyond the rate limit. `source` defaults to the address asked, if it is this
   * host's, else to the one the route back gives.
   */
  sendError(
    about: Ipv4,
    device: Device,
    type: number,
    code: number,
    rest = 0,
    source: number | null = null,
  ): void {
    const { addresses, ip, sysctl } = this.kernel;
    if (isMartianSource(about.src) || isMulticast(about.dst) || addresses.isBroadcast(about.dst)) return;
    if (about.kind === ICMP && isIcmpError(about.payload)) return;
    if (!device.isLoopback && !addresses.isLocal(about.src) && !this.withinRate(about.src, type, code))
      return;
    const src = source ?? (addresses.isLocal(about.dst) ? about.dst : ip.sourceFor(about.src));
    if (src === null) return;
    const error = new Icmp(type, code, rest, quote(about));
    const tos = TOS_INTERNETWORK_CONTROL | (about.tos & TOS_KEPT);
    ip.send(new Ipv4Packet(src, about.src, sysctl.ttl, tos, ip.nextId(), false, false, ICMP, error));
  }

  /**
   * There is no route, or one that refuses: throttled twice over [m5-forwarding-icmp-errors F1-noroute-slow].
   */
  sendRouteError(about: Ipv4, device: Device, code: number): void {
    if (this.peers.mayRouteError(about.src)) this.sendError(about, device, UNREACHABLE, code);
    else this.kernel.dropped(about, 'no route');
  }

  /** The sender of `about`, which goes back out by `device`, is told of `gateway`, but not too often. */
  sendRedirect(about: Ipv4, device: Device, gateway: number): void {
    if (this.peers.mayRedirect(about.src)) this.sendError(about, device, REDIRECT, REDIRECT_HOST, gateway);
  }

  private withinRate(dst: number, type: number, code: number): boolean {
    const limited = ((this.kernel.sysctl.number('net.ipv4.icmp_ratemask') >>> type) & 1) !== 0;
    if (!limited || (type === UNREACHABLE && code === FRAGMENTATION_NEEDED)) return true;
    return this.peers.mayError(dst);
  }

  private errorReceived(packet: IcmpPacket): void {
    const { type, code, rest, data } = packet.payload;
    const quoted = readQuote(data);
    if (quoted === null) return;
    if (quoted.protocol === TCP) this.kernel.tcp.icmpError(quoted, type, code, rest);
    else if (quoted.protocol === UDP) this.kernel.udp.icmpError(quoted, type, code);
    else if (quoted.protocol === ICMP) this.echoFailed(packet, type, code, data);
  }

  /** The quoted bytes hold an echo request of ours: its identifier and sequence are its second word. */
  private echoFailed(packet: IcmpPacket, type: number, code: number, data: Uint8Array): void {
    const from = new Reader(data);
    from.at = (from.u8() & 15) * 4;
    if (from.left < 8 || from.u8() !== ECHO_REQUEST) return;
    from.at += 3;
    const identifier = from.u16();
    this.echoes.get(identifier)?.error(packet.src, type, code, from.u16());
  }

  /**
   * A router says that another is nearer. Obeyed when it comes from the gateway in use and the other is
   * known; else the first redirect only starts ARP for it [m5-icmp-redirect-client].
   */
  private redirected(packet: IcmpPacket, device: Device): void {
    const { sysctl, neighbours, routes, addresses } = this.kernel;
    const { accept_redirects: own, forwarding } = device.conf;
    const { accept_redirects: all } = sysctl.all;
    const accepts = forwarding === 0 ? (own | all) !== 0 : own !== 0 && all !== 0;
    const quoted = readQuote(packet.payload.data);
    if (!accepts || quoted === null || !addresses.isLocal(quoted.src)) return;
    const gateway = packet.payload.rest;
    const hop = routes.lookup(quoted.dst);
    const viaSender = hop !== null && hop.nextHop !== quoted.dst && hop.nextHop === packet.src;
    if (!viaSender || gateway === packet.src || hop.device !== device || !this.isUnicast(gateway)) return;
    const neighbour = neighbours.findOrCreate(device, gateway);
    if (neighbour.valid) routes.redirect(quoted.dst, gateway);
    else neighbours.startResolving(neighbour);
  }

  private isUnicast(ip: number): boolean {
    const { addresses } = this.kernel;
    return !isMartianSource(ip) && !addresses.isLocal(ip) && !addresses.isBroadcast(ip);
  }
}
