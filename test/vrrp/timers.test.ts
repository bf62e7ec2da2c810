import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/engine/invariant.ts';
import { MS, SECOND } from '../../src/engine/time.ts';
import { createInstance } from '../../src/vrrp/instance.ts';
import { advertisementIntervalNs, masterDownIntervalNs, skewTimeNs } from '../../src/vrrp/timers.ts';
import { parametersWith } from './ideal-wire.ts';

describe('Skew_Time', () => {
  test.each([
    [255, 3_906_000],
    [254, 7_812_000],
    [100, 609_375_000],
    [90, 648_437_000],
    [80, 687_500_000],
    [1, 996_093_000],
  ])('of priority %i is %i ns, in whole microseconds', (priority, expectedNs) => {
    expect(skewTimeNs(2, priority)).toBe(expectedNs);
  });
});

describe('Master_Down_Interval', () => {
  test.each([
    ['01-cold-start-both', 3, 1, 100, 3609.38],
    ['03-kill9-master-tree', 3, 1, 90, 3648.44],
    ['61-extreme-priorities', 3, 1, 254, 3007.81],
    ['61-extreme-priorities', 3, 1, 1, 3996.09],
    ['19-advert-int-mismatch-v2', 3, 2, 90, 6648.44],
    ['10-advert-int-5', 3, 5, 100, 15609.38],
    ['10-advert-int-5', 3, 5, 90, 15648.44],
    ['58-down-timer-adverts-5', 5, 1, 90, 5648.44],
  ])('[%s] %i adverts of %i s, priority %i: %f ms', (_recording, adverts, seconds, priority, expectedMs) => {
    const intervalNs = masterDownIntervalNs(2, adverts, seconds * SECOND, priority);
    expect(Math.abs(intervalNs / MS - expectedMs)).toBeLessThan(0.01);
    expect(Number.isInteger(intervalNs)).toBe(true);
  });
});

describe('Advertisement_Interval', () => {
  // Half up, at least 1 [53-v2-fractional-advert-int].
  test.each([
    [0.3, 1],
    [0.5, 1],
    [1, 1],
    [1.4, 1],
    [1.5, 2],
    [255, 255],
  ])('of advert_int %f is %i s', (configured, expected) => {
    expect(advertisementIntervalNs(2, configured)).toBe(expected * SECOND);
  });
});

describe('what is not simulated or cannot be is refused', () => {
  test('version 3', () => {
    expect(() => skewTimeNs(3, 100)).toThrow('VRRP version 3 is not simulated');
    expect(() => masterDownIntervalNs(3, 3, SECOND, 100)).toThrow(InvariantError);
    expect(() => advertisementIntervalNs(3, 1)).toThrow(InvariantError);
    expect(() => createInstance(parametersWith({ version: 3 }))).toThrow('not simulated');
  });

  test('parameters out of range', () => {
    expect(() => createInstance(parametersWith({ vrid: 0 }))).toThrow('virtual_router_id 0');
    expect(() => createInstance(parametersWith({ priority: 256 }))).toThrow('priority 256');
    expect(() => createInstance(parametersWith({ authPass: new Uint8Array(6) }))).toThrow('6 bytes');
  });
});
