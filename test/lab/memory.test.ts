/** A long run without a trace needs no more memory the longer it gets. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Laboratory } from '../../src/lab/laboratory.ts';
import { readBuiltInLab } from '../../src/lab/scenario/read-scenario.ts';
import type { Scenario } from '../../src/lab/scenario/scenario.ts';
import { ip } from '../../src/wire/ip-address.ts';

const S = 1e9;

function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

test('100,000 requests through the director', { timeout: 180_000 }, () => {
  const lab = readBuiltInLab('tutorial') ?? expect.fail('no laboratory');
  const everyNs = 3e6;
  const traffic = {
    client: 'client',
    url: 'http://192.168.100.10/',
    ip: ip('192.168.100.10'),
    port: 80,
    path: '/',
  };
  const scenario: Scenario = {
    name: 'long',
    file: 'long',
    question: '',
    verdict: null,
    keepalived: '2.2',
    seed: '1',
    untilNs: 305 * S,
    lab,
    traffic: [{ ...traffic, everyNs, fromNs: 5 * S, untilNs: null, timeoutNs: 2 * S, place: null }],
    timeline: [],
    expectations: [],
  };
  let answered = 0;
  const laboratory = new Laboratory(scenario, {
    keepFrames: false,
    keepRecords: false,
    observe: (record) => {
      if (record.kind === 'request' && (record as { outcome?: string }).outcome === 'answered') answered++;
    },
  });
  // By then the connection table (120 s) and the client's ports in TIME_WAIT (60 s) have reached their level.
  laboratory.runUntil(150 * S);
  const before = heapMiB();
  laboratory.runUntil(305 * S);
  const after = heapMiB();
  expect(answered).toBe(100_000);
  expect(after - before).toBeLessThan(2);
});
