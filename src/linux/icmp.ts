/**
 * ICMP of a host: answers to echo, errors about packets it could not deliver, errors that came back about its own.
 * Source: net/ipv4/icmp.c as recorded [m5-host-input, m5-forwarding-icmp-errors]. Not modelled: the harder throttle on
 * errors about missing routes.
 */
import { MS } from '../engine/time.ts';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  FRAGMENTATION_NEEDED,
  Icmp,
  isIcmpError,
  REDIRECT,
  UNREACHABLE,
} from '../wire/icmp.ts';
import { quote, readQuote } from '../wire/icmp-quote.ts';
import { isMulticast } from '../wire/ip-address.ts';
import {
  DEFAULT_TTL,
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

/** Errors a destination may get at once before the rate limit bites. */
const BURST = 6;

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

interface Bucket {
  tokensNs: number;
  lastNs: number;
}

export class IcmpLayer {
  private readonly buckets = new Map<number, Bucket>();
  private readonly echoes = new Map<number, EchoEvents>();

  constructor(private readonly kernel: Kernel) {}

  // ── echo ───────────────────────────────────────────────────────────────────────────────────────────────────────

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
    return this.kernel.ip.send(new Ipv4Packet(src, dst, DEFAULT_TTL, 0, id, true, false, ICMP, echo));
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
    ip.send(
      new Ipv4Packet(src, packet.src, DEFAULT_TTL, packet.tos, ip.nextId(), false, false, ICMP, reply),
    );
  }

  // ── errors ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Tells the sender of `about`, which came in by `device`, what became of it. Nothing is sent about errors, groups and
   * broadcasts, or beyond the rate limit. `source` defaults to the address asked, if it is this host's, else to the one
   * the route back gives.
   */
  sendError(
    about: Ipv4,
    device: Device,
    type: number,
    code: number,
    rest = 0,
    source: number | null = null,
  ): void {
    const { addresses, ip } = this.kernel;
    if (isMartianSource(about.src) || isMulticast(about.dst) || addresses.isBroadcast(about.dst)) return;
    if (about.kind === ICMP && isIcmpError(about.payload)) return;
    if (!device.isLoopback && !addresses.isLocal(about.src) && !this.withinRate(about.src, type, code)) return;
    const src = source ?? (addresses.isLocal(about.dst) ? about.dst : ip.sourceFor(about.src));
    if (src === null) return;
    const error = new Icmp(type, code, rest, quote(about));
    const tos = TOS_INTERNETWORK_CONTROL;
    ip.send(new Ipv4Packet(src, about.src, DEFAULT_TTL, tos, ip.nextId(), false, false, ICMP, error));
  }

  /** inet_peer.c: a bucket of six for each destination, refilled once in icmp_ratelimit. */
  private withinRate(dst: number, type: number, code: number): boolean {
    const { sysctl, engine } = this.kernel;
    const intervalNs = sysctl.number('net.ipv4.icmp_ratelimit') * MS;
    const limited = ((sysctl.number('net.ipv4.icmp_ratemask') >>> type) & 1) !== 0;
    if (!limited || intervalNs === 0) return true;
    if (type === UNREACHABLE && code === FRAGMENTATION_NEEDED) return true;
    const now = engine.nowNs;
    let bucket = this.buckets.get(dst);
    if (bucket === undefined) {
      bucket = { tokensNs: BURST * intervalNs, lastNs: now };
      this.buckets.set(dst, bucket);
    }
    bucket.tokensNs = Math.min(bucket.tokensNs + now - bucket.lastNs, BURST * intervalNs);
    bucket.lastNs = now;
    if (bucket.tokensNs < intervalNs) return false;
    bucket.tokensNs -= intervalNs;
    return true;
  }

  private errorReceived(packet: IcmpPacket): void {
    const { type, code, rest, data } = packet.payload;
    const quoted = readQuote(data);
    if (quoted === null) return;
    if (quoted.protocol === TCP) this.kernel.tcp.icmpError(quoted, type, code, rest);
    else if (quoted.protocol === UDP) this.kernel.udp.icmpError(quoted, type, code);
    else if (quoted.protocol === ICMP) {
      // The quote's "ports" are type, code and checksum; "seq" is the echo's identifier and sequence.
      const identifier = (quoted.seq >>> 16) & 0xffff;
      this.echoes.get(identifier)?.error(packet.src, type, code, quoted.seq & 0xffff);
    }
  }

  /** The first redirect only starts ARP for the new gateway; one that comes when it is known is obeyed. */
  private redirected(packet: IcmpPacket, device: Device): void {
    const { sysctl, neighbours, routes } = this.kernel;
    const accepts = device.conf.accept_redirects | sysctl.all.accept_redirects;
    if (sysctl.forwarding || accepts === 0) return;
    const quoted = readQuote(packet.payload.data);
    if (quoted === null) return;
    const gateway = packet.payload.rest;
    const neighbour = neighbours.findOrCreate(device, gateway);
    if (neighbour.valid) routes.redirect(quoted.dst, gateway);
    else neighbours.startResolving(neighbour);
  }
}
