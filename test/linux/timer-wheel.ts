/**
 * The lateness of the recorded kernel's timers, which the product does not have: its wheel rounds each delay
 * up to a granularity that grows with the delay, from a phase that is an input of each replay.
 */
import { MS } from '../../src/engine/time.ts';
import type { Kernel } from '../../src/linux/kernel.ts';

/** At 250 ticks a second. */
const TICK_MS = 4;

/** When a timer of `delayMs`, started at `startMs`, fires. */
export function wheelMs(startMs: number, delayMs: number, phase: number): number {
  const ticks = Math.ceil(delayMs / TICK_MS);
  const due = Math.floor((startMs - phase) / TICK_MS) + ticks;
  const shift = ticks < 63 ? 0 : ticks < 504 ? 3 : ticks < 4032 ? 6 : ticks < 32256 ? 9 : 12;
  return (((due >> shift) + 1) << shift) * TICK_MS + phase;
}

/** Gives the timers that `kernel` makes from now on the lateness of the wheel. */
export function delayTimers(kernel: Kernel, phase: number): void {
  const timer = kernel.timer.bind(kernel);
  kernel.timer = (expire) => {
    const made = timer(expire);
    const armAt = made.armAt.bind(made);
    made.armAt = (timeNs) => {
      const nowMs = kernel.engine.nowNs / MS;
      armAt(Math.round(wheelMs(nowMs, timeNs / MS - nowMs, phase) * MS));
    };
    return made;
  };
}
