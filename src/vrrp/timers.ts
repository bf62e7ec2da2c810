/**
 * The intervals of RFC 3768 §6.1 as keepalived 2.2.7 computes them: in whole microseconds, its TIMER unit,
 * here given in nanoseconds. Version 3 (RFC 5798, where the skew follows the learned interval) is not
 * simulated and refused.
 */
import { InvariantError } from '../engine/invariant.ts';
import { SECOND, US } from '../engine/time.ts';

/** keepalived's TIMER units in a second. */
const TIMER_HZ = 1_000_000;

/** Priority of a router that owns the addresses (RFC 3768 §5.3.4). */
export const PRIORITY_OWNER = 255;
/** Priority by which a master says that it stops (RFC 3768 §5.3.4). */
export const PRIORITY_STOP = 0;

/** The 3 of RFC 3768 §6.1; with keepalived a parameter, down_timer_adverts [58-down-timer-adverts-5]. */
export const DEFAULT_DOWN_TIMER_ADVERTS = 3;

/**
 * Advertisement_Interval of an `advert_int` in seconds. Version 2 has whole seconds only (RFC 3768 §5.3.7):
 * keepalived rounds half up, to 1 at least, and sends the rounded value [53-v2-fractional-advert-int].
 */
export function advertisementIntervalNs(version: number, seconds: number): number {
  assertSimulated(version);
  return Math.max(1, Math.floor(seconds + 0.5)) * SECOND;
}

/**
 * Skew_Time: (256 - Priority) / 256 seconds (RFC 3768 §6.1), whatever the advertisement interval. Whole
 * microseconds: priority 90 waits 648,437 µs, not 648,437.5.
 */
export function skewTimeNs(version: number, priority: number): number {
  assertSimulated(version);
  return Math.floor(((256 - priority) * TIMER_HZ) / 256) * US;
}

/**
 * Master_Down_Interval: 3 × Advertisement_Interval + Skew_Time (RFC 3768 §6.1), with `adverts` for the 3.
 * 3.609375 s at priority 100 and 1 s [01-cold-start-both], 15.648437 s at 90 and 5 s [10-advert-int-5].
 */
export function masterDownIntervalNs(
  version: number,
  adverts: number,
  advertIntervalNs: number,
  priority: number,
): number {
  return adverts * advertIntervalNs + skewTimeNs(version, priority);
}

export function assertSimulated(version: number): void {
  if (version !== 2) throw new InvariantError(`VRRP version ${version} is not simulated`);
}
