import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { randomInt, randomStream } from '../../src/engine/random.ts';

const take = (draw: () => number, count: number): number[] => Array.from({ length: count }, () => draw());

describe('random streams', () => {
  it('give the same numbers for the same seed and name, on every platform', () => {
    expect(take(randomStream('1', 'lvs1/jitter'), 3)).toEqual(take(randomStream('1', 'lvs1/jitter'), 3));
    expect(take(new Engine({ seed: '7' }).random('a/b'), 3)).toEqual(take(randomStream('7', 'a/b'), 3));
    // Pinned: another generator would change every recorded run.
    expect(take(randomStream('1', 'a'), 2)).toEqual(PINNED);
  });

  it('differ by seed and by name', () => {
    const streams = [
      take(randomStream('1', 'a'), 4),
      take(randomStream('2', 'a'), 4),
      take(randomStream('1', 'b'), 4),
    ];
    expect(new Set(streams.flat()).size).toBe(12);
  });

  it('do not shift each other, however they are interleaved', () => {
    const engine = new Engine({ seed: 'x' });
    const alone = take(engine.random('a/loss'), 10);
    const a = engine.random('a/loss');
    const b = engine.random('b/loss');
    const mixed: number[] = [];
    for (let i = 0; i < 10; i++) {
      take(b, i);
      mixed.push(a());
    }
    expect(mixed).toEqual(alone);
  });

  it('are uniform enough: every tenth of the range gets its share', () => {
    const draw = randomStream('u', 'uniform');
    const tenths = new Array(10).fill(0);
    for (let i = 0; i < 100_000; i++) tenths[randomInt(draw, 0, 9)]++;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('give whole numbers with both ends included', () => {
    const draw = randomStream('i', 'ints');
    const seen = new Set(Array.from({ length: 200 }, () => randomInt(draw, -1, 2)));
    expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });
});

const PINNED = [0.43536364077590406, 0.3970527038909495];
