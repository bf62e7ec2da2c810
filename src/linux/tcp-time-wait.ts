/**
 * What is left of a connection in TIME_WAIT: a few numbers, for 60 s, so that late segments are answered
 * and not taken for those of the next connection. Source: tcp_timewait_state_process. All of them share one
 * timer, for all of them wait equally long: the one that waits longest is first in the chain.
 */
import { MS, SECOND } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
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
import type { Flow } from './tcp-flow.ts';
import { sendStateless } from './tcp-output.ts';
import type { Destination } from './tcp-ports.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** TCP_TIMEWAIT_LEN */
const TIME_WAIT_NS = 60 * SECOND;
const REPEAT_INTERVAL_NS = 500 * MS;
/** A connection that takes the place of an old one begins this far beyond it. */
const SEQUENCE_GAP = 65535 + 2;

export class TimeWait implements Flow {
  readonly state = 'TIME_WAIT';
  readonly portOf: Destination | null;
  nextInBucket: Flow | null = null;
  /** Neighbours in the chain by deadline. */
  before: TimeWait | null = null;
  after: TimeWait | null = null;
  deadlineNs = 0;
  readonly localIp: number;
  readonly localPort: number;
  readonly peerIp: number;
  readonly peerPort: number;
  private readonly sndNxt: number;
  private readonly rcvNxt: number;
  private readonly window: number;
  private readonly timestamps: boolean;
  private readonly timestampOffset: number;
  private tsRecent: number;
  private lastAnswerNs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly layer: TcpLayer,
    socket: TcpSocket,
  ) {
    this.localIp = socket.localIp;
    this.localPort = socket.localPort;
    this.peerIp = socket.peerIp;
    this.peerPort = socket.peerPort;
    this.sndNxt = socket.sndNxt;
    this.rcvNxt = socket.rcvNxt;
    this.window = socket.window.field(socket.rcvNxt);
    this.timestamps = socket.timestamps;
    this.timestampOffset = socket.timestampOffset;
    this.tsRecent = socket.tsRecent;
    this.portOf = socket.portOf;
  }

  receive(packet: TcpPacket): void {
    const tcp = packet.payload;
    const stale = this.isStale(tcp);
    if (!stale && tcp.seq === this.rcvNxt && (segmentLength(tcp) === 0 || tcp.flags & RST)) {
      // Exactly what may still come: a RST ends it early, an ACK begins the wait anew.
      if (tcp.flags & RST) return this.layer.timeWaits.remove(this);
      this.layer.timeWaits.restart(this);
      if (tcp.options.hasTimestamps) this.tsRecent = tcp.options.tsVal;
      return;
    }
    if (!stale && this.isNewConnection(tcp) && this.layer.reopen(this, packet, this.nextSequence())) return;
    if (tcp.flags & RST) return;
    if (stale || tcp.flags & ACK) this.layer.timeWaits.restart(this);
    this.answer(tcp);
  }

  /** Errors about a connection that is over are nobody's. */
  icmpError(): void {}

  private isStale(tcp: Tcp): boolean {
    return this.timestamps && tcp.options.hasTimestamps && seqBefore(tcp.options.tsVal, this.tsRecent);
  }

  private isNewConnection(tcp: Tcp): boolean {
    if ((tcp.flags & (SYN | ACK | RST)) !== SYN) return false;
    const newer = this.timestamps && tcp.options.hasTimestamps && seqBefore(this.tsRecent, tcp.options.tsVal);
    return newer || seqBefore(this.rcvNxt, tcp.seq);
  }

  private nextSequence(): number {
    return (this.sndNxt + SEQUENCE_GAP) | 0;
  }

  private answer(tcp: Tcp): void {
    const { kernel, secrets } = this.layer;
    const { nowNs } = kernel.engine;
    const limited = segmentLength(tcp) === 0 || (tcp.flags & SYN) !== 0;
    if (limited && nowNs - this.lastAnswerNs < REPEAT_INTERVAL_NS) return;
    if (limited) this.lastAnswerNs = nowNs;
    const options = this.timestamps
      ? new TcpOptions(0, false, true, secrets.timestamp(this.timestampOffset), this.tsRecent, -1)
      : NO_OPTIONS;
    const { localPort, peerPort, sndNxt, rcvNxt, window } = this;
    const ack = new Tcp(localPort, peerPort, sndNxt, rcvNxt, ACK, window, options, NO_BYTES);
    sendStateless(kernel, this.localIp, this.peerIp, 0, ack);
  }
}

export class TimeWaits {
  count = 0;
  private first: TimeWait | null = null;
  private last: TimeWait | null = null;
  private readonly timer: Timer;

  constructor(private readonly layer: TcpLayer) {
    this.timer = layer.kernel.timer(() => this.expired());
  }

  /** Takes over from a socket, unless the host allows no more of them (tcp_max_tw_buckets). */
  takeOver(socket: TcpSocket): void {
    const limit = this.layer.kernel.sysctl.text('net.ipv4.tcp_max_tw_buckets');
    if (limit !== null && this.count >= Number(limit)) return this.layer.forget(socket);
    this.layer.flows.remove(socket);
    const timeWait = new TimeWait(this.layer, socket);
    this.layer.flows.add(timeWait);
    this.append(timeWait);
  }

  remove(timeWait: TimeWait): void {
    this.unlink(timeWait);
    this.layer.forget(timeWait);
  }

  restart(timeWait: TimeWait): void {
    this.unlink(timeWait);
    this.append(timeWait);
  }

  private expired(): void {
    const { nowNs } = this.layer.kernel.engine;
    while (this.first !== null && this.first.deadlineNs <= nowNs) this.remove(this.first);
    if (this.first !== null) this.timer.armAt(this.first.deadlineNs);
  }

  private append(timeWait: TimeWait): void {
    timeWait.deadlineNs = this.layer.kernel.engine.nowNs + TIME_WAIT_NS;
    timeWait.before = this.last;
    if (this.last === null) this.first = timeWait;
    else this.last.after = timeWait;
    this.last = timeWait;
    this.count++;
    if (!this.timer.armed) this.timer.armAt(timeWait.deadlineNs);
  }

  private unlink(timeWait: TimeWait): void {
    if (timeWait.before === null) this.first = timeWait.after;
    else timeWait.before.after = timeWait.after;
    if (timeWait.after === null) this.last = timeWait.before;
    else timeWait.after.before = timeWait.before;
    timeWait.before = null;
    timeWait.after = null;
    this.count--;
  }
}
