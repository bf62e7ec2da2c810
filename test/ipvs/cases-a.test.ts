import { describe, expect, test } from 'vitest';
import { type Case, Replay, readCase } from './cases-a.ts';

/** Everything recorded with round robin and direct routing alone. */
const CASES = [
  ...['A-rr-01', 'A-rr-02', 'A-rr-04', 'A-rr-06', 'A-rr-08', 'A-rr-09', 'A-rr-12'],
  ...['A-nodest-01', 'A-nodest-03', 'A-nodest-04', 'A-nodest-05'],
  ...['A-reuse-01', 'A-reuse-02', 'A-reuse-04', 'A-reuse-05'],
  ...['A-stale-01', 'A-stale-03', 'A-stale-04'],
  ...['A-udp-01', 'A-udp-06', 'A-thr-02', 'A-pers-05', 'A-mixed-01-rr', 'A-mixed-14-rr'],
];

describe('recorded cases: picks, tables, exit codes', () => {
  test.each(CASES)('%s', (id) => {
    const replay = new Replay(readCase<Case>(id));
    replay.run();
    expect(replay.differences).toEqual([]);
    expect(replay.rows).toBeGreaterThan(0);
  });

  test('A-rr-11, up to its change to another scheduler', () => {
    const recorded = readCase<Case>('A-rr-11');
    const replay = new Replay({ ...recorded, steps: recorded.steps.slice(0, 7) });
    replay.run();
    expect(replay.differences).toEqual([]);
    expect(replay.rows).toBe(9);
  });
});
