/**
 * Congestion control: Reno with NewReno recovery (RFC 5681, RFC 6582), counted in segments as Linux does.
 * Not modelled: CUBIC and BBR, pacing, proportional rate reduction, undo, the restart after an idle time.
 */
import { seqBefore } from '../wire/tcp.ts';

/** RFC 6928. */
const INITIAL_WINDOW = 10;
const DUPLICATES_FOR_LOSS = 3;

export class Reno {
  /** Segments that may be on their way. */
  window = INITIAL_WINDOW;
  /** The window, not the application or the peer, held the last transmission back. */
  limited = false;
  /**
   * `recovery`: after a fast retransmission; `loss`: after a timeout. Both last until `recoverUntil` is
   * acknowledged.
   */
  state: 'open' | 'recovery' | 'loss' = 'open';
  /** Duplicate acknowledgements in a row: each tells that a segment has left the network. */
  duplicates = 0;
  private threshold = Number.MAX_SAFE_INTEGER;
  private recoverUntil = 0;
  private acknowledged = 0;

  /** How many segments the next burst may have (tcp_cwnd_test): at most half the window, so that two fit. */
  burst(inFlight: number): number {
    const free = this.window - inFlight;
    return free <= 0 ? 0 : Math.min(free, Math.max(this.window >> 1, 1));
  }

  /**
   * `segments` of the `inFlight` were acknowledged. True: a hole is left, the oldest segment is to be sent
   * again.
   */
  progress(segments: number, inFlight: number, sndUna: number): boolean {
    this.duplicates = 0;
    const isRepaired = !seqBefore(sndUna, this.recoverUntil);
    if (this.state === 'recovery') {
      if (!isRepaired) return true;
      this.state = 'open';
      this.window = this.threshold;
      return false;
    }
    if (this.state === 'loss' && isRepaired) this.state = 'open';
    this.grow(segments, inFlight);
    return false;
  }

  /** A duplicate acknowledgement. True: it is the third, the oldest segment counts as lost. */
  duplicate(sndNxt: number): boolean {
    this.duplicates++;
    if (this.state !== 'open' || this.duplicates !== DUPLICATES_FOR_LOSS) return false;
    this.reduce();
    this.window = this.threshold;
    this.state = 'recovery';
    this.recoverUntil = sndNxt;
    return true;
  }

  timeout(sndNxt: number): void {
    if (this.state === 'open') this.reduce();
    this.window = 1;
    this.duplicates = 0;
    this.state = 'loss';
    this.recoverUntil = sndNxt;
  }

  /** Slow start, then one segment a round trip; only a window that is used grows. */
  private grow(segments: number, inFlight: number): void {
    const slowStart = this.window < this.threshold;
    if (!this.limited && !(slowStart && this.window < 2 * inFlight)) return;
    if (slowStart) {
      this.window = Math.min(this.window + segments, this.threshold);
      return;
    }
    this.acknowledged += segments;
    const steps = Math.floor(this.acknowledged / this.window);
    this.acknowledged -= steps * this.window;
    this.window += steps;
  }

  private reduce(): void {
    this.threshold = Math.max(this.window >> 1, 2);
    this.acknowledged = 0;
  }
}
