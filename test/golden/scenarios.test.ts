/** Every scenario that comes with vipdrift, run whole: its verdict, its story to the letter, its repeatability. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Laboratory, type RunOptions, runScenario } from '../../src/lab/laboratory.ts';
import { readScenario } from '../../src/lab/scenario/read-scenario.ts';
import type { Scenario } from '../../src/lab/scenario/scenario.ts';
import { storyText } from '../../src/report/story.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''))
  .sort();

function read(name: string, change = (text: string) => text): Scenario {
  const text = change(readFileSync(`${FOLDER}${name}.yaml`, 'utf8'));
  const { scenario, problems } = readScenario(text, `scenarios/${name}.yaml`, {
    read: (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8'),
  });
  if (scenario === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return scenario;
}

test('all the scenarios are there', () => {
  expect(NAMES).toEqual([
    'arp-flux',
    'kill-lvs1',
    'kill9-keepalived',
    'lvs1-returns',
    'split-brain',
    'static-vip',
    'stop-lvs1',
    'tutorial',
    'web1-dies',
    'web1-hangs',
  ]);
});

describe.each(NAMES)('%s', (name) => {
  const scenario = read(name);

  test('passes, and tells its story to the letter', async () => {
    const run = runScenario(scenario);
    expect(run.verdicts.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(run.outcome).toBe('pass');
    expect(scenario.verdict).not.toBeNull();
    await expect(storyText(run)).toMatchFileSnapshot(`stories/${name}.txt`);
  });

  test('has the same trace every time, watched or not, in one go or in steps', () => {
    const { hash } = runScenario(scenario);
    let seen = 0;
    const observe: RunOptions['observe'] = () => {
      seen++;
    };
    expect(runScenario(scenario, { observe }).hash).toBe(hash);
    expect(seen).toBeGreaterThan(0);
    const laboratory = new Laboratory(scenario);
    for (let i = 1; i <= 97; i++) laboratory.runUntil((scenario.untilNs / 97) * i - 1);
    expect(laboratory.finish().hash).toBe(hash);
  });

  test('has another trace with another seed where chance takes part', () => {
    const { hash } = runScenario(scenario);
    expect(runScenario(scenario, { seed: 'another' }).hash).not.toBe(hash);
  });
});

test('kill-lvs1: lvs2 is MASTER 3.648 s after the last advert of lvs1', () => {
  const run = runScenario(read('kill-lvs1'));
  const { why, timeNs } = run.transitions.at(-1) ?? expect.fail('no transition');
  if (why.kind !== 'master-down' || why.lastAdvertNs === null) return expect.fail(why.kind);
  expect(run.transitions.at(-1)).toMatchObject({ host: 'lvs2', to: 'MASTER' });
  expect(timeNs - why.lastAdvertNs).toBe(3_648_437_000);
});

test('jitter on the cables: the same for a seed, another for another', () => {
  const jittery = read('kill-lvs1', (text) => `${text}\nhosts:\n  client: { cable: { jitter: 300us } }\n`);
  const { hash } = runScenario(jittery);
  expect(runScenario(jittery).hash).toBe(hash);
  expect(runScenario(jittery, { seed: '2' }).hash).not.toBe(hash);
});

test('kill-lvs1, once the code is warm, runs in under 150 ms', () => {
  const scenario = read('kill-lvs1');
  runScenario(scenario);
  const times = Array.from({ length: 5 }, () => {
    const startedMs = performance.now();
    runScenario(scenario);
    return performance.now() - startedMs;
  });
  expect(Math.min(...times)).toBeLessThan(150);
});
