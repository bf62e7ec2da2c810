import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { HeapQueue } from '../../src/engine/heap-queue.ts';
import { randomInt, randomStream } from '../../src/engine/random.ts';
import { MS, NEVER, SECOND } from '../../src/engine/time.ts';
import type { Timer } from '../../src/engine/timer.ts';

const OWNER = { alive: true };

/** A world that writes down what happens when. */
function diary() {
  const engine = new Engine();
  const lines: string[] = [];
  const note = (what: string): void => {
    lines.push(`${engine.nowNs} ${what}`);
  };
  const timer = (what: string): Timer => engine.timer(OWNER, () => note(what));
  return { engine, lines, note, timer };
}

describe('timer', () => {
  it('fires once, at its deadline', () => {
    const { engine, lines, timer } = diary();
    const a = timer('a');
    expect(a.armed).toBe(false);
    a.armIn(5 * MS);
    expect(a.armed).toBe(true);
    engine.runUntil(SECOND);
    expect(lines).toEqual(['5000000 a']);
    expect(a.armed).toBe(false);
    expect(a.deadlineNs).toBe(NEVER);
  });

  it('moves later, earlier, and falls silent', () => {
    const { engine, lines, timer } = diary();
    const later = timer('later');
    const earlier = timer('earlier');
    const silent = timer('silent');
    later.armIn(10);
    earlier.armIn(100);
    silent.armIn(50);
    later.armIn(200);
    earlier.armIn(20);
    silent.disarm();
    engine.runUntil(1000);
    expect(lines).toEqual(['20 earlier', '200 later']);
  });

  it('does not fire at a moment it was moved away from, in either direction', () => {
    const { engine, lines, timer } = diary();
    const a = timer('a');
    a.armAt(100);
    a.armAt(30);
    a.armAt(70);
    a.armAt(40);
    a.armAt(90);
    engine.runUntil(1000);
    expect(lines).toEqual(['90 a']);
  });

  it('may be armed again from its own expiry, also for the same instant', () => {
    const engine = new Engine();
    const times: number[] = [];
    const a = engine.timer(OWNER, () => {
      times.push(engine.nowNs);
      if (times.length < 3) a.armIn(0);
      else if (times.length < 5) a.armIn(7);
    });
    a.armAt(10);
    engine.runUntil(100);
    expect(times).toEqual([10, 10, 10, 17, 24]);
  });

  it('comes after deliveries and calls of its instant, whatever was scheduled first', () => {
    const { engine, lines, note, timer } = diary();
    timer('timer').armAt(10);
    engine.callAt(10, { fire: () => note('call') }, 0);
    engine.deliverAt(10, { receive: () => note('delivery') }, {}, 0);
    engine.runUntil(20);
    expect(lines).toEqual(['10 call', '10 delivery', '10 timer']);
  });

  it('what a timer sends at once arrives before the other timers of that instant', () => {
    const { engine, lines, note, timer } = diary();
    const first = engine.timer(OWNER, () => {
      note('first');
      engine.deliverAt(engine.nowNs, { receive: () => note('delivery') }, {}, 0);
    });
    first.armAt(10);
    timer('second').armAt(10);
    engine.runUntil(20);
    expect(lines).toEqual(['10 first', '10 delivery', '10 second']);
  });

  it('of one instant they fire in the order in which they were last armed', () => {
    const { engine, lines, timer } = diary();
    const [a, b, c] = [timer('a'), timer('b'), timer('c')];
    a.armAt(50);
    b.armAt(90);
    c.armAt(50);
    b.armAt(50);
    a.armAt(20);
    a.armAt(50);
    engine.runUntil(100);
    expect(lines).toEqual(['50 c', '50 b', '50 a']);
  });

  it('dies with its owner', () => {
    const engine = new Engine();
    const owner = { alive: true };
    let fired = 0;
    engine.timer(owner, () => fired++).armIn(10);
    owner.alive = false;
    engine.runUntil(100);
    expect(fired).toBe(0);
  });

  it('carries the cause of its arming', () => {
    const engine = new Engine();
    const causes: number[] = [];
    const a = engine.timer(OWNER, () => causes.push(engine.cause));
    const becomes = (cause: number, then = () => {}) => ({
      fire: () => {
        engine.cause = cause;
        then();
      },
    });
    engine.callAt(
      5,
      becomes(42, () => a.armIn(42)),
      0,
    );
    engine.callAt(6, becomes(99), 0);
    engine.runUntil(100);
    expect(causes).toEqual([42]);
  });
});

describe('timers and the queue', { timeout: 60_000 }, () => {
  it('a million re-arms to later leave one event', () => {
    const engine = new Engine();
    const a = engine.timer(OWNER, () => undefined);
    for (let i = 0; i < 1_000_000; i++) {
      a.armIn(200 * MS);
      if (i % 1000 === 0) engine.runUntil(engine.nowNs + MS);
    }
    expect(engine.pendingEvents).toBe(1);
  });

  it('a million re-arms and disarms to and fro leave a handful', () => {
    const engine = new Engine();
    const draw = randomStream('1', 're-arm');
    const timers = Array.from({ length: 10 }, () => engine.timer(OWNER, () => undefined));
    let most = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const one = timers[i % 10] as Timer;
      const roll = randomInt(draw, 0, 9);
      if (roll === 0) one.disarm();
      else if (roll < 5) one.armIn(60 * SECOND);
      else one.armIn(randomInt(draw, 0, 10 * MS));
      if (i % 10 === 0) engine.runUntil(engine.nowNs + randomInt(draw, 0, MS));
      most = Math.max(most, engine.pendingEvents);
    }
    expect(most).toBeLessThan(100);
    engine.runUntil(engine.nowNs + 120 * SECOND);
    expect(engine.pendingEvents).toBe(0);
  });

  it('a short deadline over a long one, again and again, does not pile up', () => {
    const engine = new Engine();
    let fired = 0;
    const a = engine.timer(OWNER, () => fired++);
    for (let i = 0; i < 100_000; i++) {
      a.armIn(100 * SECOND);
      a.armIn(MS);
      engine.runUntil(engine.nowNs + MS);
    }
    expect(fired).toBe(100_000);
    expect(engine.pendingEvents).toBeLessThanOrEqual(2);
  });

  it.each(['1', '2', '3'])('fires as a plain list of deadlines would, seed %s', (seed) => {
    const draw = randomStream(seed, 'model');
    const engine = new Engine({ queue: new HeapQueue() });
    const fired: string[] = [];
    const model = new Map<number, { atNs: number; armed: number }>();
    const expected: string[] = [];
    const timers = Array.from({ length: 8 }, (_, i) =>
      engine.timer(OWNER, () => fired.push(`${engine.nowNs} ${i}`)),
    );
    for (let step = 0; step < 20_000; step++) {
      const which = randomInt(draw, 0, 7);
      if (draw() < 0.2) {
        (timers[which] as Timer).disarm();
        model.delete(which);
      } else {
        const atNs = engine.nowNs + randomInt(draw, 0, 20);
        (timers[which] as Timer).armAt(atNs);
        model.set(which, { atNs, armed: step });
      }
      if (draw() < 0.3) {
        const untilNs = engine.nowNs + randomInt(draw, 1, 6);
        const due = [...model].filter(([, { atNs }]) => atNs <= untilNs);
        due.sort(([, a], [, b]) => a.atNs - b.atNs || a.armed - b.armed);
        for (const [timer, { atNs }] of due) {
          expected.push(`${atNs} ${timer}`);
          model.delete(timer);
        }
        engine.runUntil(untilNs);
      }
    }
    expect(fired.length).toBeGreaterThan(1000);
    expect(fired).toEqual(expected);
  });
});
