/**
 * Round-trip time and retransmission timeout: tcp_rtt_estimator and __tcp_set_rto of net/ipv4/tcp_input.c,
 * in their integers. With a round trip under a millisecond the timeout is 204 ms: 200 ms and the round
 * trip, in whole jiffies [m6-rto-retries5-perm]. Not modelled: the cache of earlier connections' values
 * (tcp_metrics).
 */

/** HZ=250. */
export const JIFFY_MS = 4;
export const RTO_MIN_MS = 200;
export const RTO_MAX_MS = 120_000;
/** Before anything was measured (RFC 6298 §2.1), and when the handshake measured nothing (§5.7). */
export const INITIAL_RTO_MS = 1000;
const FALLBACK_RTO_MS = 3000;
const RTO_MIN_US = RTO_MIN_MS * 1000;

export class RttEstimator {
  /** Smoothed round trip, times 8; 0: never measured. */
  private smoothed = 0;
  /** Mean deviation and its maximum of this round, times 4, as the variance added to the timeout. */
  private deviation = 0;
  private deviationMax = 0;
  private variance = 0;
  /** The round ends when this is acknowledged. */
  private roundEnd = 0;

  get measured(): boolean {
    return this.smoothed !== 0;
  }

  /** Round trip in microseconds. */
  get roundTripUs(): number {
    return this.smoothed / 8;
  }

  sample(roundTripUs: number, sndUna: number, sndNxt: number): void {
    if (this.smoothed === 0) {
      this.smoothed = Math.max(1, roundTripUs * 8);
      this.deviation = roundTripUs * 2;
      this.variance = Math.max(this.deviation, RTO_MIN_US);
      this.deviationMax = this.variance;
      this.roundEnd = sndNxt;
      return;
    }
    const error = roundTripUs - Math.floor(this.smoothed / 8);
    this.smoothed = Math.max(1, this.smoothed + error);
    let growth = Math.abs(error) - Math.floor(this.deviation / 4);
    // A shorter round trip is no reason to wait longer.
    if (error < 0 && growth > 0) growth = Math.floor(growth / 8);
    this.deviation += growth;
    if (this.deviation > this.deviationMax) {
      this.deviationMax = this.deviation;
      this.variance = Math.max(this.variance, this.deviationMax);
    }
    if (((this.roundEnd - sndUna) | 0) < 0) {
      if (this.deviationMax < this.variance) {
        this.variance -= Math.floor((this.variance - this.deviationMax) / 4);
      }
      this.roundEnd = sndNxt;
      this.deviationMax = RTO_MIN_US;
    }
  }

  /** The timeout without backoff. */
  get rtoMs(): number {
    if (this.smoothed === 0) return FALLBACK_RTO_MS;
    return Math.min(inJiffies((Math.floor(this.smoothed / 8) + this.variance) / 1000), RTO_MAX_MS);
  }
}

/** Timers of the kernel count whole jiffies: rounded up. */
export function inJiffies(ms: number): number {
  return Math.ceil(ms / JIFFY_MS) * JIFFY_MS;
}

/**
 * How long retransmissions go on with a limit of `retries` (tcp_model_timeout): as if each had doubled a
 * timeout that began at `baseMs`, up to two minutes.
 */
export function giveUpAfterMs(retries: number, baseMs: number): number {
  const doublings = Math.floor(Math.log2(RTO_MAX_MS / baseMs));
  if (retries <= doublings) return (2 ** (retries + 1) - 1) * baseMs;
  return (2 ** (doublings + 1) - 1) * baseMs + (retries - doublings) * RTO_MAX_MS;
}
