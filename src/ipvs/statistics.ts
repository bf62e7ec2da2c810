/**
 * Counters of a service, a server or all of IPVS, and what `ipvsadm --stats` and `--rate` show of them: the
 * counters as they were at the last tick of the two-second estimator, and rates that move a quarter of the
 * way at each tick. Ticks are worked out when somebody counts or looks, so that an idle director has no event
 * pending. Source: [C-stats-dr], [C-rate-01]; fixed-point arithmetic and zeroing as in ip_vs_est.c and
 * ip_vs_ctl.c.
 */
import { NEVER, SECOND } from '../engine/time.ts';

const TICK_NS = 2 * SECOND;

export interface Counters {
  readonly conns: number;
  readonly inPkts: number;
  readonly outPkts: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** When the ticks fall: every two seconds from the first service on, as long as the host runs. */
export class EstimatorClock {
  private startNs = NEVER;

  start(nowNs: number): void {
    if (this.startNs === NEVER) this.startNs = nowNs;
  }

  /** The first tick after `nowNs`. */
  nextTickNs(nowNs: number): number {
    return this.startNs + (Math.floor((nowNs - this.startNs) / TICK_NS) + 1) * TICK_NS;
  }
}

const CONNS = 0;
const IN_PKTS = 1;
const OUT_PKTS = 2;
const IN_BYTES = 3;
const OUT_BYTES = 4;
const COUNTERS = 5;

/** Fraction bits of a rate: fewer for bytes, so that fast links fit. */
const FRACTION_BITS: readonly number[] = [10, 10, 10, 5, 5];

export class Statistics {
  private readonly live = new Float64Array(COUNTERS);
  /** As of the last tick. */
  private readonly ticked = new Float64Array(COUNTERS);
  /** What `-Z` took as zero. */
  private readonly origin = new Float64Array(COUNTERS);
  private readonly scaledRates = new Float64Array(COUNTERS);
  private nextTickNs = NEVER;

  constructor(private readonly clock: EstimatorClock) {}

  /** The estimator begins, or begins again, to look at these counters. */
  resume(nowNs: number): void {
    this.catchUp(nowNs);
    this.nextTickNs = this.clock.nextTickNs(nowNs);
  }

  /** The estimator looks away: a server that was deleted and may come back. */
  pause(nowNs: number): void {
    this.catchUp(nowNs);
    this.nextTickNs = NEVER;
  }

  countConn(nowNs: number): void {
    this.add(nowNs, CONNS, 1);
  }

  countIn(nowNs: number, bytes: number): void {
    this.add(nowNs, IN_PKTS, 1);
    this.add(nowNs, IN_BYTES, bytes);
  }

  countOut(nowNs: number, bytes: number): void {
    this.add(nowNs, OUT_PKTS, 1);
    this.add(nowNs, OUT_BYTES, bytes);
  }

  /** What `--stats` shows. */
  totals(nowNs: number): Counters {
    this.catchUp(nowNs);
    return this.read((counter) => this.at(this.ticked, counter) - this.at(this.origin, counter));
  }

  /** What `--rate` shows, per second. */
  rates(nowNs: number): Counters {
    this.catchUp(nowNs);
    return this.read((counter) => {
      const one = 2 ** (FRACTION_BITS[counter] as number);
      return Math.floor((this.at(this.scaledRates, counter) + one / 2 - 1) / one);
    });
  }

  /** From the last tick on: what was counted since then still shows at the next one. */
  zero(nowNs: number): void {
    this.catchUp(nowNs);
    this.origin.set(this.ticked);
    this.scaledRates.fill(0);
  }

  private add(nowNs: number, counter: number, amount: number): void {
    if (nowNs >= this.nextTickNs) this.catchUp(nowNs);
    this.live[counter] = this.at(this.live, counter) + amount;
  }

  private catchUp(nowNs: number): void {
    while (nowNs >= this.nextTickNs) {
      this.nextTickNs += TICK_NS;
      if (!this.tick()) this.nextTickNs = this.clock.nextTickNs(nowNs);
    }
  }

  /** False: nothing was counted and no rate is left, so that further ticks change nothing. */
  private tick(): boolean {
    let stirred = false;
    for (let counter = 0; counter < COUNTERS; counter++) {
      const total = this.at(this.live, counter);
      const rate = this.at(this.scaledRates, counter);
      const delta = total - this.at(this.ticked, counter);
      if (delta === 0 && rate === 0) continue;
      stirred = true;
      this.ticked[counter] = total;
      const sample = delta * 2 ** ((FRACTION_BITS[counter] as number) - 1);
      this.scaledRates[counter] = rate + Math.floor((sample - rate) / 4);
    }
    return stirred;
  }

  private at(values: Float64Array, counter: number): number {
    return values[counter] as number;
  }

  private read(value: (counter: number) => number): Counters {
    return {
      conns: value(CONNS),
      inPkts: value(IN_PKTS),
      outPkts: value(OUT_PKTS),
      inBytes: value(IN_BYTES),
      outBytes: value(OUT_BYTES),
    };
  }
}
