/**
 * The one timer of a socket, as the kernel has it (icsk_pending): it runs for a retransmission, a tail loss
 * probe or a probe of a window, never for two of them. Here is when it is set; what happens when it fires
 * is in tcp-expiry.ts. Nominal times: without the lateness of the kernel's timer wheel.
 */
import { MS } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import { INITIAL_RTO_MS, inJiffies, JIFFY_MS, RTO_MAX_MS, RTO_MIN_MS } from './tcp-rto.ts';
import type { TcpSocket } from './tcp-socket.ts';

export type TimerKind = 'none' | 'retransmit' | 'loss-probe' | 'window-probe' | 'fin-wait2';

/** A probe with several segments out need not wait for a delayed ACK (TCP_TIMEOUT_MIN_US). */
const PROBE_MARGIN_MS = 2;
/** TCP_TIMEOUT_MIN */
export const SHORTEST_TIMEOUT_MS = 2 * JIFFY_MS;

export class TcpClock {
  kind: TimerKind = 'none';
  /** The timeout with its backoff. */
  rtoMs = INITIAL_RTO_MS;
  backoff = 0;
  /** Timeouts since the last progress. */
  retransmits = 0;
  /**
   * First of those, which the limit of retries counts from; for a SYN, when it was first sent. -1: there
   * was none.
   */
  sinceNs = -1;
  /** A tail loss probe is out and this is not yet acknowledged; null: none is. */
  probeEnd: number | null = null;
  private readonly timer: Timer;

  constructor(
    private readonly socket: TcpSocket,
    expire: (kind: TimerKind) => void,
  ) {
    this.timer = socket.kernel.timer(() => {
      const { kind } = this;
      this.kind = 'none';
      expire(kind);
    });
  }

  arm(kind: TimerKind, delayMs: number): void {
    this.kind = kind;
    this.timer.armIn(Math.round(delayMs * MS));
  }

  disarm(): void {
    this.kind = 'none';
    this.timer.disarm();
  }

  /** New segments have left; `hadNone`: nothing was on its way before them. */
  sent(hadNone: boolean): void {
    if (hadNone || this.kind === 'loss-probe') this.arm('retransmit', this.rtoMs);
    this.scheduleProbe(this.untilTimeoutMs());
  }

  /** An acknowledgement made progress: everything counts from now. */
  progress(): void {
    if (this.socket.flight.count === 0) {
      if (this.kind !== 'window-probe') this.disarm();
    } else if (!this.scheduleProbe(this.rtoMs)) {
      this.arm('retransmit', this.rtoMs);
    }
  }

  /** Progress that also measured a round trip, or at least ended a series of timeouts. */
  reset(): void {
    const { rtt } = this.socket;
    this.retransmits = 0;
    this.sinceNs = -1;
    if (!rtt.measured) return;
    this.backoff = 0;
    this.rtoMs = rtt.rtoMs;
  }

  /** Back to the regular timeout, counted from the oldest segment's last transmission. */
  backToTimeout(): void {
    this.arm('retransmit', Math.max(this.untilTimeoutMs(), JIFFY_MS));
  }

  doubleTimeout(): void {
    this.backoff++;
    this.rtoMs = Math.min(this.rtoMs * 2, RTO_MAX_MS);
  }

  /** One step of backoff back: the path is broken, not congested (RFC 6069) [m6-rto-neigh-failed]. */
  revertBackoff(): void {
    this.backoff--;
    const base = this.socket.rtt.measured ? this.socket.rtt.rtoMs : INITIAL_RTO_MS;
    this.rtoMs = Math.min(base * 2 ** this.backoff, RTO_MAX_MS);
  }

  /** Until the oldest segment times out; 0 or less: it has. */
  untilTimeoutMs(): number {
    const { head } = this.socket.flight;
    if (head === null) return this.rtoMs;
    const elapsedMs = (this.socket.kernel.engine.nowNs - head.sentNs) / MS;
    return inJiffies(this.rtoMs - elapsedMs);
  }

  /** Interval of the probes of a closed window, or of a way that is not there. */
  windowProbeMs(): number {
    return Math.min(Math.max(this.rtoMs, RTO_MIN_MS) * 2 ** this.backoff, RTO_MAX_MS);
  }

  /**
   * Tail loss probe (RFC 8985 §7, tcp_schedule_loss_probe): after two round trips, and the 200 ms a delayed
   * ACK may take if a single segment is out, but not after the timeout. Only where SACK was agreed on and
   * nothing is being repaired.
   */
  private scheduleProbe(timeoutMs: number): boolean {
    const { flight, sackPermitted, congestion, rtt } = this.socket;
    if (!sackPermitted || flight.count === 0 || congestion.state !== 'open') return false;
    const margin = flight.count === 1 ? RTO_MIN_MS : PROBE_MARGIN_MS;
    const probeMs = rtt.measured ? inJiffies((2 * rtt.roundTripUs) / 1000 + margin) : INITIAL_RTO_MS;
    this.arm('loss-probe', timeoutMs > 0 ? Math.min(probeMs, timeoutMs) : probeMs);
    return true;
  }
}
