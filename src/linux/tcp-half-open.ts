/**
 * A connection a peer has begun and not yet confirmed (SYN_RECV): much less than a socket, as in the
 * kernel's request queue. Source: tcp_check_req, reqsk_timer_handler. Not modelled: SYN cookies, a limit of
 * the backlog.
 */
import { MS } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import { HOST_UNREACHABLE, NET_UNREACHABLE, PARAMETER_PROBLEM, UNREACHABLE } from '../wire/icmp.ts';
import type { Quote } from '../wire/icmp-quote.ts';
import type { TcpPacket } from '../wire/ipv4.ts';
import {
  ACK,
  NO_BYTES,
  NO_OPTIONS,
  RST,
  SYN,
  segmentLength,
  seqBefore,
  Tcp,
  TcpOptions,
} from '../wire/tcp.ts';
import type { TcpLayer } from './tcp.ts';
import { measureHandshake } from './tcp-ack.ts';
import type { Flow } from './tcp-flow.ts';
import type { TcpListener } from './tcp-listener.ts';
import { replyReset, sendStateless } from './tcp-output.ts';
import { INITIAL_RTO_MS } from './tcp-rto.ts';
import { type Offer, TcpSocket } from './tcp-socket.ts';

const REPEAT_INTERVAL_NS = 500 * MS;

export class HalfOpen implements Flow {
  readonly state = 'SYN_RECV';
  readonly portOf = null;
  nextInBucket: Flow | null = null;
  readonly localIp: number;
  readonly localPort: number;
  readonly peerIp: number;
  readonly peerPort: number;
  private readonly peerIsn: number;
  private readonly peer: TcpOptions;
  private readonly timestampOffset: number;
  /** Our window scale; -1: the peer does not scale. */
  private readonly scale: number;
  private readonly timer: Timer;
  private timeouts = 0;
  private readonly firstSentNs: number;
  /** When a segment out of turn was last answered. */
  private lastAnswerNs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly layer: TcpLayer,
    readonly listener: TcpListener,
    syn: TcpPacket,
    private readonly isn: number,
    private readonly offer: Offer,
  ) {
    const { kernel, secrets } = layer;
    const { srcPort, dstPort, seq, options } = syn.payload;
    this.localIp = syn.dst;
    this.localPort = dstPort;
    this.peerIp = syn.src;
    this.peerPort = srcPort;
    this.peerIsn = seq;
    this.peer = options;
    this.timestampOffset = secrets.timestampOffset(syn.dst, dstPort, syn.src, srcPort);
    this.scale = options.windowScale >= 0 ? layer.receiveMemory().scale : -1;
    this.timer = kernel.timer(() => this.expired());
    this.timer.armIn(INITIAL_RTO_MS * MS);
    this.firstSentNs = kernel.engine.nowNs;
    this.sendSynAck();
  }

  receive(packet: TcpPacket): void {
    const tcp = packet.payload;
    if (!this.listener.isOpen) {
      this.drop();
      return this.layer.receiveUnmatched(packet);
    }
    if (tcp.seq === this.peerIsn && (tcp.flags & (SYN | ACK | RST)) === SYN) return this.repeat();
    if (tcp.flags & ACK && tcp.ack !== ((this.isn + 1) | 0)) return replyReset(this.layer.kernel, packet);
    if (!this.isInWindow(tcp)) {
      if ((tcp.flags & RST) === 0 && this.mayAnswer()) this.acknowledge();
      return;
    }
    if (tcp.flags & (RST | SYN)) {
      if ((tcp.flags & RST) === 0) replyReset(this.layer.kernel, packet);
      return this.drop();
    }
    if (tcp.flags & ACK) this.complete(packet);
  }

  /** Only what says that the peer cannot be reached ends it (tcp_req_err). */
  icmpError(quote: Quote, type: number, code: number): void {
    const unreachable = type === UNREACHABLE && (code === NET_UNREACHABLE || code === HOST_UNREACHABLE);
    if (quote.seq === this.isn && (unreachable || type === PARAMETER_PROBLEM)) this.drop();
  }

  private isInWindow(tcp: Tcp): boolean {
    const rcvNxt = (this.peerIsn + 1) | 0;
    const end = (tcp.seq + segmentLength(tcp)) | 0;
    return !seqBefore(end, rcvNxt) && !seqBefore((rcvNxt + this.offer.window) | 0, tcp.seq);
  }

  /** The third part of the handshake: a socket comes to be, and gets the segment as its first. */
  private complete(packet: TcpPacket): void {
    const { layer, localIp, localPort, peerIp, peerPort } = this;
    this.drop();
    const { isn, timestampOffset, offer } = this;
    const socket = new TcpSocket(layer, localIp, localPort, peerIp, peerPort, isn, timestampOffset, offer);
    socket.sndUna = (isn + 1) | 0;
    const scaled = packet.payload.window << Math.max(this.peer.windowScale, 0);
    socket.establish(this.peerIsn, this.peer, scaled);
    const sentOnce = this.timeouts === 0 && this.lastAnswerNs < 0;
    measureHandshake(socket, packet.payload, sentOnce ? this.firstSentNs : -1);
    layer.flows.add(socket);
    this.listener.accept(socket);
    if (socket.state !== 'CLOSED') socket.receive(packet);
  }

  /** The peer's SYN came again: it has not heard us. */
  private repeat(): void {
    if (!this.mayAnswer()) return;
    this.sendSynAck();
    this.timer.armIn(this.timeoutMs() * MS);
  }

  private mayAnswer(): boolean {
    const { nowNs } = this.layer.kernel.engine;
    if (nowNs - this.lastAnswerNs < REPEAT_INTERVAL_NS) return false;
    this.lastAnswerNs = nowNs;
    return true;
  }

  /** 1, 3, 7, 15, 31 s after the first; forgotten at 63 s. */
  private expired(): void {
    if (!this.listener.isOpen) return this.drop();
    if (this.timeouts >= this.layer.kernel.sysctl.number('net.ipv4.tcp_synack_retries')) return this.drop();
    this.sendSynAck();
    this.timeouts++;
    this.timer.armIn(this.timeoutMs() * MS);
  }

  private timeoutMs(): number {
    return INITIAL_RTO_MS * 2 ** this.timeouts;
  }

  private drop(): void {
    this.timer.disarm();
    this.layer.forget(this);
  }

  /** Only options the peer offered, but MSS always; the window is not scaled. */
  private sendSynAck(): void {
    const { hasTimestamps, sackPermitted } = this.peer;
    const options = new TcpOptions(
      this.offer.mss,
      sackPermitted,
      hasTimestamps,
      hasTimestamps ? this.timestamp() : 0,
      this.peer.tsVal,
      this.scale,
    );
    this.send(this.isn, SYN | ACK, this.offer.window, options);
  }

  private acknowledge(): void {
    const options = this.peer.hasTimestamps
      ? new TcpOptions(0, false, true, this.timestamp(), this.peer.tsVal, -1)
      : NO_OPTIONS;
    this.send((this.isn + 1) | 0, ACK, this.offer.window >>> Math.max(this.scale, 0), options);
  }

  private send(seq: number, flags: number, window: number, options: TcpOptions): void {
    const ack = (this.peerIsn + 1) | 0;
    const tcp = new Tcp(this.localPort, this.peerPort, seq, ack, flags, window, options, NO_BYTES);
    sendStateless(this.layer.kernel, this.localIp, this.peerIp, 0, tcp);
  }

  private timestamp(): number {
    return this.layer.secrets.timestamp(this.timestampOffset);
  }
}
