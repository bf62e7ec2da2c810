import { describe, expect, it } from 'vitest';
import { MAX_TIME_NS, parseDurationNs, secondsText } from '../../src/engine/time.ts';

describe('parseDurationNs', () => {
  it.each([
    ['0s', 0],
    ['1ns', 1],
    ['10us', 10_000],
    ['100ms', 100_000_000],
    ['3.65s', 3_650_000_000],
    ['2m', 120_000_000_000],
    ['2min', 120_000_000_000],
    ['1.5h', 5_400_000_000_000],
    [' 7 s ', 7_000_000_000],
    ['0.4ns', 0],
    ['1.5ns', 2],
  ])('%s', (text, ns) => {
    expect(parseDurationNs(text)).toBe(ns);
  });

  it.each(['', '5', '5.s', '.5s', '-1s', '1d', '1e3s', '1s2', 's', '1,5s', '3000h', 'NaNs', '1 m s'])(
    'refuses %j',
    (text) => {
      expect(parseDurationNs(text)).toBeNull();
    },
  );

  it('goes up to what the clock can hold', () => {
    expect(parseDurationNs('2501h')).toBe(2501 * 3600e9);
    expect(2502 * 3600e9).toBeGreaterThan(MAX_TIME_NS);
    expect(parseDurationNs('2502h')).toBeNull();
  });
});

describe('secondsText', () => {
  it.each([
    [0, '0.000'],
    [13_258_000_000, '13.258'],
    [13_258_499_999, '13.258'],
    [999_999_999_999, '1000.000'],
  ])('%d ns', (ns, text) => {
    expect(secondsText(ns)).toBe(text);
  });
});
