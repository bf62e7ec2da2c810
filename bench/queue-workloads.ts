/** The bare event queue: a ring of timers, a steady number of pending events, and the floor under both. */
import { Engine } from '../src/engine/engine.ts';
import type { Target } from '../src/engine/event.ts';
import { type Measured, measure } from './measure.ts';

/** N timers, timer i re-arming itself every 1000 + 7 i ns. */
export function ring(n: number, events: number): Measured {
  const engine = new Engine({ keepRecords: false });
  class Ringer implements Target {
    constructor(private readonly periodNs: number) {}
    fire(): void {
      engine.callAt(engine.nowNs + this.periodNs, this, 0);
    }
  }
  for (let i = 0; i < n; i++) engine.callAt(0, new Ringer(1000 + 7 * i), 0);
  return measure(events, (count) => stepTimes(engine, count));
}

/** N events pending at any time, each scheduling one at a random distance when it happens. */
export function hold(n: number, events: number): Measured {
  const engine = new Engine({ keepRecords: false });
  const mask = 2 ** Math.ceil(Math.log2(n)) * 1024 - 1;
  let state = 2463534242 | 0;
  const holder: Target = {
    fire(): void {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      engine.callAt(engine.nowNs + 1 + (state & mask), holder, 0);
    },
  };
  for (let i = 0; i < n; i++) engine.callAt(i, holder, 0);
  return measure(events, (count) => stepTimes(engine, count));
}

/** The floor: as many closures called in turn, without a queue and without time. */
export function calls(n: number, events: number): Measured {
  const state = { sum: 0, count: 0 };
  const closures = Array.from({ length: n }, (_, i) => () => {
    state.sum = (state.sum + 1000 + 7 * i) | 0;
    state.count++;
  });
  return measure(events, (count) => {
    const end = state.count + count;
    while (state.count < end) for (let i = 0; i < closures.length; i++) closures[i]?.();
  });
}

function stepTimes(engine: Engine, count: number): void {
  for (let i = 0; i < count; i++) engine.step();
}
