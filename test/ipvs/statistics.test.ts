import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../src/engine/time.ts';
import { EstimatorClock, Statistics } from '../../src/ipvs/statistics.ts';
import { largeNumber } from '../../src/userland/ipvsadm-list.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../src/wire/tcp.ts';
import { readCase } from './cases-a.ts';
import { Director, segment, VIP } from './director.ts';

interface TextStep {
  readonly cmd?: string;
  readonly out?: string;
  readonly requests?: number;
  readonly wait?: number;
}

interface RateRecording {
  readonly commands: string[];
  readonly snapshots: { t: number; conns_so_far: number; rate: string[][] }[];
  readonly text: string;
}

function directorWith(...commands: string[]): Director {
  const director = new Director();
  for (const command of commands) expect(director.type(command)).toMatchObject({ exit: 0, stderr: '' });
  return director;
}

let nextPort = 1024;

/** A connection from 10.1.2.3: a flags word and a length of data for each segment of the client. */
function connection(director: Director, segments: readonly (readonly [number, number])[]): void {
  const at = { src: ip('10.1.2.3'), sport: nextPort++, dst: VIP, dport: 80 };
  for (const [flags, length] of segments) director.client.send(segment(at, flags, length));
}

const REQUEST = [
  [SYN, 0],
  [ACK, 0],
  [PSH | ACK, 78],
  [ACK, 0],
  [FIN | ACK, 0],
] as const;
const RESET = [
  [SYN, 0],
  [ACK, 0],
  [RST, 0],
] as const;

describe('what --stats shows', () => {
  test('C-stats-dr: packets and bytes of known requests, as of the last tick', () => {
    const recorded = readCase<{ commands: string[]; steps: TextStep[] }>('C-stats-dr');
    const director = directorWith(...recorded.commands);
    let compared = 0;
    let waited = true;
    for (const { cmd, out, requests, wait } of recorded.steps) {
      for (let i = 0; i < (requests ?? 0); i++) connection(director, REQUEST);
      if (requests !== undefined) waited = false;
      director.run((wait ?? 0) * SECOND + MS);
      if (wait !== undefined) waited = true;
      // Less than two seconds after a packet the old or the new value may stand there.
      if (cmd === undefined || !cmd.startsWith('ipvsadm') || !waited) continue;
      expect(director.type(cmd).stdout).toBe(out);
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(6);
  });

  test('C-stats-refused: refused connections are not counted', () => {
    const director = directorWith(
      '-A -t 192.168.100.10:80 -s rr',
      '-a -t 192.168.100.10:80 -r 192.168.100.200:80 -g -w 0',
    );
    const recorded = readCase<{ steps: TextStep[] }>('C-stats-refused');
    const texts = recorded.steps.filter(({ cmd }) => cmd === 'ipvsadm -Ln --stats').map(({ out }) => out);
    for (let i = 0; i < 3; i++) connection(director, [[SYN, 0]]);
    director.run(4.5 * SECOND);
    expect(director.client.takePackets()).toHaveLength(3);
    expect(director.type('-Ln --stats').stdout).toBe(texts[0]);
    director.type('-e -t 192.168.100.10:80 -r 192.168.100.200:80 -g -w 1');
    connection(director, [
      [SYN, 0],
      [ACK, 0],
    ]);
    director.run(4.5 * SECOND);
    expect(director.type('-Ln --stats').stdout).toBe(texts[1]);
    const { nowNs } = director.engine;
    expect(director.ipvs.total.totals(nowNs)).toMatchObject({ conns: 1, inPkts: 2, inBytes: 112 });
  });

  test('-Z: zero at once, connections stay; the rest of the running tick comes after', () => {
    const director = directorWith(
      '-A -t 192.168.100.10:80 -s rr',
      '-a -t 192.168.100.10:80 -r 192.168.100.200:80 -g',
      '-A -t 192.168.100.10:81 -s rr',
    );
    const inPkts = () => {
      const [service] = director.ipvs.services;
      return service?.stats.totals(director.engine.nowNs).inPkts;
    };
    connection(director, REQUEST);
    director.run(2.5 * SECOND);
    expect(inPkts()).toBe(5);
    connection(director, REQUEST);
    director.settle();
    expect(director.type('-Z -t 192.168.100.10:81').exit).toBe(0);
    expect(inPkts()).toBe(5);
    expect(director.type('-Z').exit).toBe(0);
    expect(inPkts()).toBe(0);
    expect(director.ipvs.services[0]?.destinations[0]?.inactConns).toBe(2);
    director.run(2 * SECOND);
    expect(inPkts()).toBe(5);
  });

  test('numbers from a hundred million on are cut [C-bignum-01]', () => {
    expect(largeNumber(99_999_999, false)).toBe(' 99999999');
    expect(largeNumber(134_746_572, false)).toBe('  134746K');
    expect(largeNumber(134_746_572, true)).toBe(' 134746572');
    expect(largeNumber(7, true)).toBe('        7');
    expect(largeNumber(999_999_999, false)).toBe('  999999K');
    expect(largeNumber(99_999_999_999, false)).toBe('   99999M');
    expect(largeNumber(99_999_999_999_999, false)).toBe('   99999G');
    expect(largeNumber(100_000_000_000_000, false)).toBe('     100T');
    const recorded = readCase<{ steps: TextStep[] }>('C-bignum-01');
    const cut = recorded.steps.map(({ out = '' }) => out).filter((out) => out.includes('134746K'));
    expect(cut).toHaveLength(1);
    expect(cut[0]).toContain(`${largeNumber(91_245, false)}        0${largeNumber(134_746_572, false)}`);
  });
});

describe('C-rate-01: what --rate shows', () => {
  const recorded = readCase<RateRecording>('C-rate-01');
  /** Connections within each tick; where the ticks fell is seen from the snapshots, which change there. */
  const PER_TICK = [5, 21, 21, 20, 21, 21, 21, 21, 19, 21, 9];

  test('all fifteen numbers of every snapshot', () => {
    const director = directorWith(...recorded.commands);
    const startNs = director.engine.nowNs;
    const expected: string[] = [];
    for (const { rate } of recorded.snapshots) {
      const text = JSON.stringify(rate);
      if (expected.at(-1) !== text) expected.push(text);
    }
    const got: string[] = [];
    for (let tick = 0; got.length < expected.length; tick++) {
      director.engine.runUntil(startNs + tick * 2 * SECOND + MS);
      got.push(JSON.stringify(ratesOf(director)));
      for (let i = 0; i < (PER_TICK[tick] ?? 0); i++) connection(director, RESET);
    }
    expect(got).toEqual(expected);
    expect(director.type('-Ln --rate').stdout).toBe(recorded.text);
  });

  function ratesOf(director: Director): string[][] {
    const [service] = director.ipvs.services;
    const [web2, web1] = service?.destinations ?? [];
    return [service, web1, web2].map((who) => {
      const rates = who?.stats.rates(director.engine.nowNs);
      return [rates?.conns, rates?.inPkts, rates?.outPkts, rates?.inBytes, rates?.outBytes].map(String);
    });
  }
});

test('looking often or once gives the same numbers', () => {
  const clock = new EstimatorClock();
  clock.start(5);
  const often = new Statistics(clock);
  const once = new Statistics(clock);
  for (const stats of [often, once]) stats.resume(5);
  for (let s = 0; s < 60; s++) {
    const nowNs = 5 + s * SECOND;
    for (const stats of [often, once]) {
      if (s % 7 < 3) stats.countIn(nowNs, 1000 + s);
    }
    often.rates(nowNs);
  }
  for (const nowNs of [60 * SECOND, 200 * SECOND, 10_000 * SECOND]) {
    expect(once.rates(nowNs)).toEqual(often.rates(nowNs));
    expect(once.totals(nowNs)).toEqual(often.totals(nowNs));
  }
  expect(once.rates(20_000 * SECOND)).toMatchObject({ inPkts: 0, inBytes: 0 });
});
