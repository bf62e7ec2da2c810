import { describe, expect, test } from 'vitest';
import {
  type Advert,
  differences,
  firstRun,
  readRecording,
  recordedAdverts,
  replay,
  simulatedAdverts,
} from './recording.ts';

const CASES = [
  '01-cold-start-both',
  '01b-cold-start-backup-1s-first',
  '01d-cold-start-both-state-backup',
  '02-sigterm-master',
  '03-kill9-master-tree',
  '04-link-down-master',
  '05-link-down-up-master',
  '05d-link-flap-backup',
  '06-partition-heal',
  '07-nopreempt',
  '08-preempt-delay-5',
  '10-advert-int-5',
  '13-equal-priority',
  '13b-equal-priority-late-higher-ip',
  '14-priority-255-owner',
  '14b-two-owners-255',
  '14d-two-owners-255-both-master',
  '19-advert-int-mismatch-v2',
  '22-three-routers',
  '24-track-interface-fault',
  '36-lower-prio-advert-defaults',
  '36c-higher-prio-send-advert',
  '37-both-state-master',
  '44-one-lost-advert',
  '44b-two-lost-adverts',
  '44d-six-lost-adverts',
  '47-forged-higher-prio-with-auth',
  '47b-forged-higher-prio-without-auth',
  '48-forged-prio-0',
  '49-backup-gets-lower-prio',
  '50-master-gets-equal-prio-lower-ip',
  '53-v2-fractional-advert-int',
  '55-dont-track-primary',
  '57-vip-removed-by-hand',
  '58-down-timer-adverts-5',
  '61-extreme-priorities',
  '63-backup-sigterm',
  '71-forged-prio-255',
  '72-forged-other-vrid',
  '73-bad-adverts-postpone-master',
  '76-track-interface-backup-only',
  '89-preempt-delay-on-lower',
  '90-nopreempt-both-lvs2-first',
];

/**
 * A recording ends where it ends: the last advert is free. Times: within 30 ms, or as far from the one
 * before.
 */
function expectSameAdverts(recorded: readonly Advert[], simulated: readonly Advert[]): void {
  expect(Math.abs(recorded.length - simulated.length)).toBeLessThanOrEqual(1);
  let lateBeforeMs = 0;
  simulated.forEach(({ timeMs, priority }, index) => {
    const real = recorded[index];
    if (real === undefined) return;
    expect(priority).toBe(real.priority);
    const lateMs = real.timeMs - timeMs;
    const laterMs = lateMs - lateBeforeMs;
    const agrees = Math.abs(lateMs) <= 30 || (laterMs >= -20 && laterMs <= 40);
    expect(agrees, `advert ${index} at ${timeMs} ms is recorded at ${real.timeMs} ms`).toBe(true);
    lateBeforeMs = lateMs;
  });
}

describe('what keepalived 2.2.7 was recorded doing', () => {
  test.each(CASES)('%s', (name) => {
    const recording = readRecording(name);
    const wire = replay(recording);
    expect(differences(recording, wire)).toEqual([]);
    for (const { name: host } of wire.routers) {
      expectSameAdverts(recordedAdverts(recording, host), simulatedAdverts(wire, host));
    }
  });

  test('two routers that reject each other are both MASTER [15-auth-pass-mismatch]', () => {
    // Which of the two silences the other is decided by noise: only states are compared.
    const recording = readRecording('15-auth-pass-mismatch');
    expect(differences(recording, replay(recording))).toEqual([]);
  });
});

describe('a falsified recording is noticed', () => {
  const falsify = (change: (recording: ReturnType<typeof readRecording>) => void): string[] => {
    const recording = readRecording('02-sigterm-master');
    const wire = replay(recording);
    change(recording);
    return differences(recording, wire);
  };

  test('a state', () => {
    const found = falsify((recording) => {
      const transition = firstRun(recording).transitions[2];
      if (transition !== undefined) transition.state = 'FAULT';
    });
    expect(found).toHaveLength(1);
  });

  test('a distance by 2 ms', () => {
    const found = falsify((recording) => {
      const takeover = firstRun(recording).takeovers[1];
      if (takeover !== undefined) takeover.expectedMs = (takeover.expectedMs ?? 0) + 2;
    });
    expect(found).toEqual(['lvs2: 648.437 ms instead of 650.44']);
  });

  test('the advert a takeover counts from', () => {
    const found = falsify((recording) => {
      const takeover = firstRun(recording).takeovers[1];
      if (takeover !== undefined) takeover.anchorMs = (takeover.anchorMs ?? 0) - 1000;
    });
    expect(found).toHaveLength(1);
  });
});
