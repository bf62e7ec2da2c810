/** Judging: passes, failures with what was found, and expectations there was nothing to judge by. */
import { describe, expect, test } from 'vitest';
import { type Evidence, judge } from '../../src/lab/expectations.ts';
import { Inspections } from '../../src/lab/inspections.ts';
import type { LabRecord } from '../../src/lab/records.ts';
import type { Expectation } from '../../src/lab/scenario/scenario.ts';

const S = 1e9;
const STOP = { kind: 'stop' } as const;

function vrrp(host: string, atS: number, to: 'MASTER' | 'BACKUP'): LabRecord {
  const from = to === 'MASTER' ? 'BACKUP' : 'MASTER';
  const stamp = { id: 1, cause: 0, timeNs: atS * S, host };
  return { ...stamp, kind: 'vrrp', instance: 'VI_1', from, to, priority: 100, why: STOP };
}

function request(number: number, startS: number, server: string | null, tookS = 0.001): LabRecord {
  const stamp = { id: 1, cause: 0, timeNs: (startS + tookS) * S, host: 'client' };
  const outcome = server === null ? 'timeout' : 'answered';
  const times = { startNs: startS * S, endNs: (startS + tookS) * S };
  const rest = { number, outcome, server, error: null, status: server === null ? 0 : 200 } as const;
  return { ...stamp, kind: 'request', url: 'http://192.168.100.10/', ...times, ...rest };
}

function evidence(trace: LabRecord[], whole = [{ fromNs: 0, toNs: Number.POSITIVE_INFINITY }]): Evidence {
  return { trace, endNs: 30 * S, wholeSpans: whole, inspections: new Inspections([], []) };
}

function verdict(expectation: Expectation, trace: LabRecord[], whole?: { fromNs: number; toNs: number }[]) {
  const { outcome, found } = judge({ expectation, place: null }, evidence(trace, whole));
  return [outcome, found];
}

describe('master', () => {
  const trace = [vrrp('lvs1', 4, 'MASTER'), vrrp('lvs1', 10, 'BACKUP'), vrrp('lvs2', 13, 'MASTER')];
  const master = (host: string, fromS: number, untilS: number | null = null): Expectation => {
    const untilNs = untilS === null ? null : untilS * S;
    return { kind: 'master', host, instance: null, fromNs: fromS * S, untilNs };
  };

  test.each([
    [master('lvs2', 13), ['pass', null]],
    [master('lvs1', 4, 9.9), ['pass', null]],
    [master('lvs1', 4, 12), ['fail', 'lvs1 ceased to be MASTER at 10.000 s']],
    [master('lvs2', 12), ['fail', 'nobody was at 12.000 s; lvs2 only from 13.000 s']],
    [master('lvs1', 14), ['fail', 'lvs2 was at 14.000 s; lvs1 never after']],
  ])('%j', (expectation, outcome) => {
    expect(verdict(expectation, trace)).toEqual(outcome);
  });

  test('without VRRP there is nothing to judge', () => {
    expect(verdict(master('lvs1', 1), [])[0]).toBe('not exercised');
  });
});

describe('at most one master', () => {
  const always: Expectation = { kind: 'at-most-one-master', onlyWhileWhole: false, fromNs: 0, untilNs: null };
  const whole: Expectation = { ...always, onlyWhileWhole: true };
  const split = [vrrp('lvs1', 4, 'MASTER'), vrrp('lvs2', 13, 'MASTER'), vrrp('lvs2', 20, 'BACKUP')];

  test('two are told with their span', () => {
    expect(verdict(always, split)).toEqual(['fail', 'lvs1 and lvs2 both, 13.000 s … 20.000 s']);
    expect(verdict({ ...always, untilNs: 12 * S }, split)[0]).toBe('pass');
  });

  test('a broken segment excuses them, a whole one does not', () => {
    const brokenMeanwhile = [
      { fromNs: 0, toNs: 10 * S },
      { fromNs: 24 * S, toNs: Number.POSITIVE_INFINITY },
    ];
    expect(verdict(whole, split, brokenMeanwhile)[0]).toBe('pass');
    expect(verdict(whole, split)[0]).toBe('fail');
  });
});

describe('requests', () => {
  const served = [request(1, 5, 'web1'), request(2, 6, 'web2'), request(3, 7, 'web1'), request(4, 8, 'web2')];
  const hosts = ['web1', 'web2'];
  const alternates: Expectation = { kind: 'alternates', hosts, fromNs: 0, untilNs: null };

  test('in turn, whoever begins', () => {
    expect(verdict(alternates, served)).toEqual(['pass', '4 requests']);
    expect(verdict(alternates, served.slice(1))).toEqual(['pass', '3 requests']);
    const twice = [...served, request(5, 9, 'web2')];
    expect(verdict(alternates, twice)).toEqual(['fail', 'web2 again at 9.000 s']);
    expect(verdict(alternates, [...served, request(5, 9, null)])[0]).toBe('fail');
    expect(verdict(alternates, served.slice(0, 1))[0]).toBe('not exercised');
  });

  test('served by', () => {
    const by = (count: 'some' | 'none' | number): Expectation => {
      return { kind: 'served-by', counts: [{ host: 'web1', count }], fromNs: 0, untilNs: null };
    };
    expect(verdict(by('some'), served)).toEqual(['pass', 'web1 2']);
    expect(verdict(by(2), served)[0]).toBe('pass');
    expect(verdict(by(3), served)[0]).toBe('fail');
    expect(verdict(by('none'), served)[0]).toBe('fail');
    expect(verdict({ ...by('some'), fromNs: 20 * S } as Expectation, served)[0]).toBe('not exercised');
  });

  test('lost, and for how long', () => {
    const trace = [
      request(1, 5, 'web1'),
      request(2, 6, null, 2),
      request(3, 7, null, 2),
      request(4, 9, 'web2'),
    ];
    const lost: Expectation = { kind: 'requests-lost', client: 'client', atMost: 2, atLeast: null };
    const outage: Expectation = { kind: 'outage', client: 'client', atMost: 3 * S, atLeast: null };
    expect(verdict(lost, trace)).toEqual(['pass', '2 of 4']);
    expect(verdict({ ...lost, atMost: 1 }, trace)[0]).toBe('fail');
    expect(verdict({ ...lost, atMost: null, atLeast: 3 }, trace)[0]).toBe('fail');
    expect(verdict(outage, trace)).toEqual(['fail', '3.001 s']);
    expect(verdict({ ...outage, atMost: 3.1 * S }, trace)[0]).toBe('pass');
    expect(verdict({ ...lost, client: 'nobody' }, trace)[0]).toBe('not exercised');
  });
});

test('who holds an address: exactly those, lo not counted', () => {
  const address = (host: string, device: string, op: 'add' | 'remove', atS: number): LabRecord => {
    const stamp = { id: 1, cause: 0, timeNs: atS * S, host };
    return { ...stamp, kind: 'address', op, device, ip: 10, length: 32, label: device };
  };
  const trace = [address('lvs1', 'ens33', 'add', 4), address('web1', 'lo', 'add', 0)];
  const vip = (hosts: string[], atS: number): Expectation => ({ kind: 'vip', ip: 10, hosts, atNs: atS * S });
  expect(verdict(vip(['lvs1'], 5), trace)).toEqual(['pass', null]);
  expect(verdict(vip(['lvs2'], 5), trace)).toEqual(['fail', 'lvs1']);
  expect(verdict(vip([], 3), trace)).toEqual(['pass', null]);
  const dead: LabRecord = { id: 2, cause: 0, timeNs: 6 * S, host: 'lvs1', kind: 'power', on: false };
  expect(verdict(vip([], 7), [...trace, dead])).toEqual(['pass', null]);
});
