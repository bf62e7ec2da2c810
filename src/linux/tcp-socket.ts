/**
 * One TCP connection from SYN_SENT, or from the end of the peer's handshake, to its end: the variables of
 * RFC 9293 §3.3.1 and what an application does with it. How segments are handled is in tcp-input.ts and
 * tcp-output.ts, when the timer runs in tcp-clock.ts. What is left of it in TIME_WAIT is a lighter thing
 * (tcp-time-wait.ts).
 *
 * Not modelled: keepalive, SACK blocks, fast open, urgent data, fragmentation, half-closing (shutdown), a
 * limit of the send buffer, reading slower than data comes.
 */
import { MS } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import type { Quote } from '../wire/icmp-quote.ts';
import type { TcpPacket } from '../wire/ipv4.ts';
import { ACK, NO_BYTES, RST, SYN, TcpOptions } from '../wire/tcp.ts';
import type { Errno } from './errno.ts';
import type { Kernel } from './kernel.ts';
import type { TcpLayer } from './tcp.ts';
import { TcpClock } from './tcp-clock.ts';
import { Reno } from './tcp-congestion.ts';
import { expired } from './tcp-expiry.ts';
import type { Flow, TcpState } from './tcp-flow.ts';
import { socketError } from './tcp-icmp.ts';
import { receiveSegment } from './tcp-input.ts';
import { pump, sendAck, transmit } from './tcp-output.ts';
import type { Destination } from './tcp-ports.ts';
import { Reassembly } from './tcp-reassembly.ts';
import { type ReceiveMemory, ReceiveWindow } from './tcp-receive-window.ts';
import { INITIAL_RTO_MS, RttEstimator } from './tcp-rto.ts';
import { Flight, SentSegment, UnsentBytes } from './tcp-send-queue.ts';

/** What an application hears, within the event in which it happens. After `close()` only `closed`. */
export interface TcpEvents {
  connected?(): void;
  data?(bytes: Uint8Array): void;
  /** The peer will send no more. */
  ended?(): void;
  /** Once, at the very end: null for an orderly one (TIME_WAIT counts as the end), or why. */
  closed?(error: Errno | null): void;
}

/** What a host offers in its part of a handshake: the data its segments may have, and the window. */
export interface Offer {
  readonly mss: number;
  readonly window: number;
}

/** Headers of IP and TCP in a full segment; with timestamps 12 bytes more. */
export const HEADERS = 40;
export const TIMESTAMPS_LENGTH = 12;
/** What a peer can take that does not say (RFC 9293 §3.7.1). */
const DEFAULT_MSS = 536;
/** How long the ACK of a FIN waits for ours: TCP_DELACK_MIN. */
const FIN_ACK_DELAY_MS = 40;

export class TcpSocket implements Flow {
  state: TcpState = 'SYN_SENT';
  nextInBucket: Flow | null = null;
  events: TcpEvents = {};
  readonly kernel: Kernel;

  // ── what was agreed on ─────────────────────────────────────────────────────────────────────────────────
  timestamps = false;
  sackPermitted = false;
  sndScale = 0;
  /** Data in a full segment. */
  payload: number;
  /** MSS offered in our part of the handshake. */
  mss: number;

  // ── sending ────────────────────────────────────────────────────────────────────────────────────────────
  sndUna: number;
  sndNxt: number;
  sndWnd = 0;
  /** Sequence number of the segment the window was last taken from. */
  sndWl1 = 0;
  /** End of the last segment that was not full. */
  smallEnd: number;
  ipId: number;
  finQueued = false;
  finSent = false;
  readonly unsent = new UnsentBytes();
  readonly flight = new Flight();
  readonly congestion = new Reno();
  readonly rtt = new RttEstimator();
  readonly clock: TcpClock;
  /** An ICMP error that may pass: it becomes the reason if the connection is given up. */
  softError: Errno | null = null;
  /** Progress was made: the next packet out confirms the neighbour it goes to. */
  confirmDue = false;

  // ── receiving ──────────────────────────────────────────────────────────────────────────────────────────
  rcvNxt = 0;
  readonly window: ReceiveWindow;
  tsRecent = 0;
  peerClosed = false;
  ackOwed = false;
  isAckDelayed = false;
  lastChallengeNs = Number.NEGATIVE_INFINITY;
  readonly reassembly = new Reassembly();
  private readonly memory: ReceiveMemory;
  private ackTimer: Timer | null = null;

  /** The application has closed it: nobody reads any more. */
  released = false;
  /** Where its port was chosen from, and goes back to in the end; null for a port that was asked for. */
  portOf: Destination | null = null;

  constructor(
    readonly layer: TcpLayer,
    readonly localIp: number,
    readonly localPort: number,
    readonly peerIp: number,
    readonly peerPort: number,
    initialSequence: number,
    readonly timestampOffset: number,
    offer: Offer,
  ) {
    this.kernel = layer.kernel;
    this.sndUna = initialSequence;
    this.sndNxt = (initialSequence + 1) | 0;
    this.smallEnd = initialSequence;
    this.ipId = layer.secrets.firstIpId();
    this.mss = offer.mss;
    this.payload = offer.mss;
    this.memory = layer.receiveMemory();
    this.window = new ReceiveWindow(offer.window);
    this.clock = new TcpClock(this, (kind) => expired(this, kind));
  }

  // ── the application's side ─────────────────────────────────────────────────────────────────────────────

  /** Takes bytes to send, in order; they must not be changed afterwards. EPIPE once it cannot. */
  send(bytes: Uint8Array): Errno | null {
    const isConnecting = this.state === 'SYN_SENT';
    const isOpen = isConnecting || this.state === 'ESTABLISHED' || this.state === 'CLOSE_WAIT';
    if (this.released || !isOpen) return 'EPIPE';
    this.unsent.push(bytes);
    if (!isConnecting) pump(this);
    return null;
  }

  /** As close(2): a FIN after what is queued, and a RST to the peer should it send more. */
  close(): void {
    if (this.released || this.state === 'CLOSED') return;
    this.released = true;
    if (this.state === 'SYN_SENT') return this.finish(null);
    this.state = this.state === 'ESTABLISHED' ? 'FIN_WAIT1' : 'LAST_ACK';
    this.finQueued = true;
    pump(this);
  }

  /** Ends it at once; the peer gets a RST, where there is a connection to end. */
  abort(): void {
    if (this.state === 'CLOSED') return;
    if (this.state !== 'SYN_SENT') transmit(this, this.sndNxt, RST | ACK, NO_BYTES);
    this.finish(null);
  }

  // ── beginning ──────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Sends the SYN; why there is no way for it. One that a hook of this host drops (EPERM) is as good as
   * lost.
   */
  connect(): Errno | null {
    const syn = transmit(this, this.sndUna, SYN, NO_BYTES);
    if (typeof syn === 'string' && syn !== 'EPERM') return syn;
    const now = this.kernel.engine.nowNs;
    const packet = syn === 'EPERM' ? null : syn;
    this.flight.push(new SentSegment(this.sndUna, this.sndNxt, SYN, NO_BYTES, packet, now));
    this.clock.sinceNs = now;
    this.clock.arm('retransmit', INITIAL_RTO_MS);
    return null;
  }

  synOptions(): TcpOptions {
    return new TcpOptions(this.mss, true, true, this.timestamp(), 0, this.memory.scale);
  }

  /** The handshake is over: what both sides offered holds. `window`: of the peer's last segment, in bytes. */
  establish(peerIsn: number, peer: TcpOptions, window: number): void {
    const header = peer.hasTimestamps ? TIMESTAMPS_LENGTH : 0;
    this.state = 'ESTABLISHED';
    this.timestamps = peer.hasTimestamps;
    this.tsRecent = peer.tsVal;
    this.sackPermitted = peer.sackPermitted;
    this.sndScale = Math.max(peer.windowScale, 0);
    this.payload = Math.min(this.mss, peer.mss === 0 ? DEFAULT_MSS : peer.mss) - header;
    this.sndWnd = window;
    this.sndWl1 = peerIsn;
    this.rcvNxt = (peerIsn + 1) | 0;
    const scale = peer.windowScale >= 0 ? this.memory.scale : 0;
    this.window.establish(this.rcvNxt, scale, this.mss - header, this.memory);
  }

  // ── segments and errors ────────────────────────────────────────────────────────────────────────────────

  receive(packet: TcpPacket): void {
    receiveSegment(this, packet);
  }

  icmpError(quote: Quote, type: number, code: number, mtu: number): void {
    socketError(this, quote, type, code, mtu);
  }

  /**
   * The path takes packets of `mtu` bytes at most: segments become smaller, those on their way are sent
   * again.
   */
  narrow(mtu: number): void {
    const payload = mtu - HEADERS - (this.timestamps ? TIMESTAMPS_LENGTH : 0);
    if (payload >= this.payload) return;
    this.mss = mtu - HEADERS;
    this.payload = payload;
    if (this.state === 'SYN_SENT') return;
    this.flight.recut(payload);
    pump(this);
  }

  timestamp(): number {
    return this.layer.secrets.timestamp(this.timestampOffset);
  }

  get finPending(): boolean {
    return this.finQueued && !this.finSent;
  }

  get isFinAcknowledged(): boolean {
    return this.finSent && this.sndUna === this.sndNxt;
  }

  get isReading(): boolean {
    return !this.released && this.state !== 'CLOSED';
  }

  /** A segment with our ACK has left. */
  acknowledged(): void {
    this.ackOwed = false;
    if (!this.isAckDelayed) return;
    this.isAckDelayed = false;
    this.ackTimer?.disarm();
  }

  /**
   * The ACK that is owed has not gone with a segment of the application's: it goes 40 ms from now at the
   * latest.
   */
  armDelayedAck(): void {
    this.ackTimer ??= this.kernel.timer(() => sendAck(this));
    this.ackTimer.armIn(FIN_ACK_DELAY_MS * MS);
  }

  /**
   * There is something to send, but no window or no way, and nothing on its way whose ACK would bring news.
   */
  watchWindow(): void {
    if (this.flight.count > 0 || this.clock.kind !== 'none') return;
    if (this.unsent.length > 0 || this.finPending) this.clock.arm('window-probe', this.clock.windowProbeMs());
  }

  // ── ending ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Our FIN is acknowledged; the peer may take its time, but not for ever. */
  enterFinWait2(): void {
    this.state = 'FIN_WAIT2';
    const seconds = this.kernel.sysctl.number('net.ipv4.tcp_fin_timeout');
    this.clock.arm('fin-wait2', Math.max(seconds * 1000, 3.5 * this.clock.rtoMs));
  }

  enterTimeWait(): void {
    this.layer.timeWaits.takeOver(this);
    this.end(null);
  }

  finish(error: Errno | null): void {
    if (this.state === 'CLOSED') return;
    this.layer.forget(this);
    this.end(error);
  }

  private end(error: Errno | null): void {
    const { events } = this;
    this.state = 'CLOSED';
    this.events = {};
    this.isAckDelayed = false;
    this.clock.disarm();
    this.ackTimer?.disarm();
    events.closed?.(error);
  }
}
