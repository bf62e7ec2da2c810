import { describe, expect, it } from 'vitest';
import { type EventQueue, SimEvent } from '../../src/engine/event.ts';
import { HeapQueue } from '../../src/engine/heap-queue.ts';
import { NearQueue } from '../../src/engine/near-queue.ts';
import { randomInt, randomStream } from '../../src/engine/random.ts';
import { NEVER } from '../../src/engine/time.ts';

/**
 * Delays as a laboratory has them: mostly hops of microseconds, some timers, many equal times, some far away.
 */
function delayNs(draw: () => number): number {
  switch (randomInt(draw, 0, 7)) {
    case 0:
      return 0;
    case 1:
      return 10_000;
    case 2:
      return randomInt(draw, 0, 255);
    case 3:
      return randomInt(draw, 0, 100_000);
    // The near window is 4096 × 256 ns: its very edge.
    case 4:
      return randomInt(draw, 1_048_320, 1_048_832);
    case 5:
      return 1_000_000_000;
    case 6:
      return randomInt(draw, 0, 5_000_000_000);
    default:
      return randomInt(draw, 0, 2_000_000);
  }
}

function event(timeNs: number, sequence: number): SimEvent {
  const made = new SimEvent();
  made.timeNs = timeNs;
  made.sequence = sequence;
  return made;
}

/** Pushes and pops in lockstep on both queues and compares what comes out. */
function runBoth(seed: string, operations: number, keep: number): void {
  const draw = randomStream(seed, 'queues');
  const near: EventQueue = new NearQueue();
  const heap: EventQueue = new HeapQueue();
  let nowNs = 0;
  for (let sequence = 1; sequence <= operations; sequence++) {
    const pushes = draw() < keep / (keep + heap.size + 1) ? 2 : 1;
    for (let i = 0; i < pushes; i++) {
      const timeNs = nowNs + delayNs(draw);
      // Timers carry sequences far above those of deliveries.
      const rank = draw() < 0.3 ? 2 ** 52 + 2 * sequence + i : 2 * sequence + i;
      near.push(event(timeNs, rank));
      heap.push(event(timeNs, rank));
    }
    const pops = heap.size > keep ? 2 : 1;
    for (let i = 0; i < pops; i++) {
      const limitNs = nowNs + delayNs(draw);
      const a = near.pop(limitNs) ?? near.pop(NEVER);
      const b = heap.pop(NEVER);
      if (a === null || b === null) throw new Error('a queue ran empty');
      if (a.timeNs !== b.timeNs || a.sequence !== b.sequence) {
        throw new Error(
          `operation ${sequence}: near ${a.timeNs}/${a.sequence}, heap ${b.timeNs}/${b.sequence}`,
        );
      }
      nowNs = a.timeNs;
    }
    if (near.size !== heap.size) throw new Error(`sizes differ at operation ${sequence}`);
  }
  for (let b = heap.pop(NEVER); b !== null; b = heap.pop(NEVER)) {
    const a = near.pop(NEVER);
    expect([a?.timeNs, a?.sequence]).toEqual([b.timeNs, b.sequence]);
  }
  expect(near.pop(NEVER)).toBeNull();
  expect(near.size).toBe(0);
}

it.each([new NearQueue(), new HeapQueue()])('%o keeps what is not due', (queue) => {
  for (const timeNs of [100, 5_000_000_000]) queue.push(event(timeNs, timeNs));
  expect(queue.pop(99)).toBeNull();
  expect(queue.pop(100)?.timeNs).toBe(100);
  expect(queue.pop(4_999_999_999)).toBeNull();
  expect(queue.size).toBe(1);
  expect(queue.pop(5_000_000_000)?.timeNs).toBe(5_000_000_000);
});

describe('near queue against heap queue', { timeout: 60_000 }, () => {
  it.each([
    ['sparse', 100_000, 3],
    ['a laboratory', 200_000, 60],
    ['dense', 200_000, 3000],
  ])('gives the same order when %s', (seed, operations, keep) => {
    runBoth(seed, operations, keep);
  });

  it('gives the same order after a jump past the window, and again behind it', () => {
    const near = new NearQueue();
    const times = [5_000_000_000, 5_000_000_001, 5_000_000_255, 5_000_000_256, 5_001_048_575, 5_001_048_576];
    times.forEach((timeNs, i) => {
      near.push(event(timeNs, i));
    });
    expect(near.pop(NEVER)?.timeNs).toBe(5_000_000_000);
    near.push(event(5_000_000_000, 50));
    near.push(event(5_000_000_257, 51));
    near.push(event(5_001_048_577, 52));
    const order = [];
    for (let next = near.pop(NEVER); next !== null; next = near.pop(NEVER)) order.push(next.sequence);
    expect(order).toEqual([50, 1, 2, 3, 51, 4, 5, 52]);
  });

  it('keeps the order of sequences within one instant and one bucket', () => {
    const near = new NearQueue();
    for (const sequence of [7, 3, 9, 1, 8, 2]) near.push(event(100, sequence));
    near.push(event(99, 20));
    const order = [];
    for (let next = near.pop(NEVER); next !== null; next = near.pop(NEVER)) order.push(next.sequence);
    expect(order).toEqual([20, 1, 2, 3, 7, 8, 9]);
  });

  it('the heap alone sorts', () => {
    const draw = randomStream('heap', 'times');
    const heap = new HeapQueue();
    for (let i = 0; i < 10_000; i++) heap.push(event(randomInt(draw, 0, 500), i));
    let last: SimEvent | null = null;
    for (let next = heap.pop(NEVER); next !== null; next = heap.pop(NEVER)) {
      if (last !== null) {
        expect(
          last.timeNs < next.timeNs || (last.timeNs === next.timeNs && last.sequence < next.sequence),
        ).toBe(true);
      }
      last = next;
    }
  });
});
