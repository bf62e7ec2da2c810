import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { MS, SECOND } from '../../src/engine/time.ts';
import type { Lane } from '../../src/link/cable.ts';
import type { FrameTap } from '../../src/link/frame-tap.ts';
import { connect, numbered } from './wires.ts';

function total(lane: Lane): number {
  return [...lane.dropped.values()].reduce((sum, count) => sum + count, 0);
}

describe('cable', () => {
  it('takes its latency, the same for any size', () => {
    const engine = new Engine();
    const { a, b } = connect(engine, { latencyNs: 25_000 });
    a.send(numbered(1));
    engine.runUntil(3);
    a.send(numbered(2, 1514));
    engine.runUntil(MS);
    expect(b.arrivals).toEqual([
      { atNs: 25_000, number: 1 },
      { atNs: 25_003, number: 2 },
    ]);
    expect(a.arrivals).toEqual([]);
  });

  it('is 10 µs long by default, without loss or jitter, in both directions', () => {
    const engine = new Engine();
    const { a, b } = connect(engine);
    a.send(numbered(1));
    b.send(numbered(2));
    engine.runUntil(MS);
    expect([a.arrivals, b.arrivals]).toEqual([[{ atNs: 10_000, number: 2 }], [{ atNs: 10_000, number: 1 }]]);
  });

  it('with a bandwidth sends one frame after the other, preamble, check sequence and gap included', () => {
    const engine = new Engine();
    const { a, b } = connect(engine, { latencyNs: 1000, bitsPerSecond: 1_000_000_000 });
    a.send(numbered(1, 1514));
    a.send(numbered(2, 1514));
    a.send(numbered(3, 42));
    engine.runUntil(SECOND);
    a.send(numbered(4, 60));
    engine.runUntil(2 * SECOND);
    // 1514 + 24 bytes are 12 304 bits, the smallest frame is 84 bytes on the wire: 672 bits.
    expect(b.arrivals.map(({ atNs }) => atNs)).toEqual([13_304, 25_608, 26_280, SECOND + 1672]);
  });

  it('jitter delays by up to itself and never reorders', () => {
    const engine = new Engine();
    const { a, b } = connect(engine, { latencyNs: 1000, jitterNs: 5000 });
    for (let i = 0; i < 5000; i++) {
      engine.runUntil(i * 700);
      a.send(numbered(i));
    }
    engine.runUntil(SECOND);
    expect(b.arrivals.map(({ number }) => number)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    const delays = b.arrivals.map(({ atNs }, i) => atNs - i * 700);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(6000);
    expect(new Set(delays).size).toBeGreaterThan(1000);
  });

  it('a latency that shrinks lets nothing overtake', () => {
    const engine = new Engine();
    const { a, b, cable } = connect(engine, { latencyNs: 50_000 });
    a.send(numbered(1));
    cable.aToB.latencyNs = 10;
    a.send(numbered(2));
    engine.runUntil(MS);
    expect(b.arrivals).toEqual([
      { atNs: 50_000, number: 1 },
      { atNs: 50_000, number: 2 },
    ]);
  });

  it('loses the share it is told to, in one direction or both', () => {
    const engine = new Engine();
    const { a, b, cable } = connect(engine, { loss: 0.2 });
    cable.bToA.loss = 0;
    for (let i = 0; i < 20_000; i++) {
      a.send(numbered(i));
      b.send(numbered(i));
    }
    engine.runUntil(MS);
    expect(a.arrivals).toHaveLength(20_000);
    // Four standard deviations of a binomial with n = 20000, p = 0.2.
    expect(Math.abs(b.arrivals.length - 16_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.2 * 0.8));
    expect(cable.aToB.dropped.get('cable loss')).toBe(20_000 - b.arrivals.length);
    expect(cable.aToB.sent).toBe(20_000);
    expect(cable.aToB.delivered).toBe(b.arrivals.length);
  });

  it('draws the same from the same seed, and other draws of the run do not matter', () => {
    const run = (seed: string, busy: boolean): number[] => {
      const engine = new Engine({ seed });
      const { a, b } = connect(engine, { loss: 0.3, jitterNs: 100 });
      const other = engine.random('somebody/else');
      for (let i = 0; i < 200; i++) {
        if (busy) other();
        engine.runUntil(i * 1000);
        a.send(numbered(i));
      }
      engine.runUntil(MS);
      return b.arrivals.map(({ atNs }) => atNs);
    };
    expect(run('x', false)).toEqual(run('x', true));
    expect(run('x', false)).not.toEqual(run('y', false));
  });

  it('cut in one direction loses what is sent and what is on its way there, the other works on', () => {
    const engine = new Engine();
    const { a, b, cable } = connect(engine);
    a.send(numbered(1));
    engine.runUntil(5000);
    cable.aToB.cut = true;
    a.send(numbered(2));
    b.send(numbered(3));
    engine.runUntil(MS);
    expect(b.arrivals).toEqual([]);
    expect(a.arrivals.map(({ number }) => number)).toEqual([3]);
    expect(cable.carrier).toBe(true);
    expect(cable.aToB.dropped.get('cable cut')).toBe(2);
    expect([a.carriers, b.carriers]).toEqual([[true], [true]]);
    cable.heal();
    a.send(numbered(4));
    engine.runUntil(2 * MS);
    expect(b.arrivals.map(({ number }) => number)).toEqual([4]);
  });

  it('pulled, both ends lose their carrier and what is on its way is lost; healed, both have it back', () => {
    const engine = new Engine();
    const { a, b, cable } = connect(engine);
    a.send(numbered(1));
    engine.runUntil(5000);
    cable.pull();
    a.send(numbered(2));
    engine.runUntil(MS);
    expect([a.carriers, b.carriers]).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(b.arrivals).toEqual([]);
    expect([...cable.aToB.dropped]).toEqual([
      ['no carrier', 1],
      ['cable cut', 1],
    ]);
    cable.heal();
    expect(a.carriers).toEqual([true, false, true]);
    a.send(numbered(3));
    engine.runUntil(2 * MS);
    expect(b.arrivals.map(({ number }) => number)).toEqual([3]);
    cable.heal();
    expect(a.carriers).toEqual([true, false, true]);
  });

  it('a frame on its way when the cable is pulled is lost even if it is plugged in again at once', () => {
    const engine = new Engine();
    const { a, b, cable } = connect(engine);
    a.send(numbered(1));
    engine.runUntil(5000);
    cable.pull();
    cable.heal();
    a.send(numbered(2));
    engine.runUntil(MS);
    expect(b.arrivals.map(({ number }) => number)).toEqual([2]);
    expect(cable.aToB.sent).toBe(cable.aToB.delivered + total(cable.aToB));
  });

  it('has no carrier while one end is dark', () => {
    const engine = new Engine();
    const { a, b, cable } = connect(engine);
    b.setLit(false);
    expect([cable.carrier, a.carriers, b.carriers]).toEqual([false, [true, false], [true, false]]);
    cable.pull();
    b.setLit(true);
    expect(cable.carrier).toBe(false);
    cable.heal();
    expect([cable.carrier, a.carriers]).toEqual([true, [true, false, true]]);
  });

  it('blocks what any block says, in its direction', () => {
    const engine = new Engine();
    const { a, b, cable } = connect(engine);
    const odd = (frame: Parameters<typeof a.send>[0]): boolean => frame === second;
    const [first, second, third] = [numbered(1), numbered(2), numbered(3)];
    cable.aToB.blocks.push(() => false, odd);
    for (const frame of [first, second, third]) {
      a.send(frame);
      b.send(frame);
    }
    engine.runUntil(MS);
    expect(b.arrivals.map(({ number }) => number)).toEqual([1, 3]);
    expect(a.arrivals).toHaveLength(3);
    expect([...cable.aToB.dropped]).toEqual([['blocked', 1]]);
  });

  it('tells its tap what it lost, and where', () => {
    const engine = new Engine();
    const { a, cable } = connect(engine);
    const lost: string[] = [];
    const tap: FrameTap = {
      frame: () => engine.nextRecordId(),
      dropped: (place, _frame, reason) => lost.push(`${place}: ${reason}`),
    };
    cable.aToB.tap = tap;
    cable.aToB.loss = 1;
    a.send(numbered(1));
    cable.pull();
    a.send(numbered(2));
    expect(lost).toEqual(['a>b: cable loss', 'a>b: no carrier']);
  });

  it('hands the cause on', () => {
    const engine = new Engine();
    const { a, b } = connect(engine);
    const causes: number[] = [];
    const receive = b.receive.bind(b);
    b.receive = (frame) => {
      causes.push(engine.cause);
      receive(frame);
    };
    engine.cause = 17;
    a.send(numbered(1));
    engine.runUntil(MS);
    expect(causes).toEqual([17]);
  });
});
