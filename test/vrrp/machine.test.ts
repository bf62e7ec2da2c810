import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/engine/invariant.ts';
import { MS, NEVER, SECOND } from '../../src/engine/time.ts';
import type { VrrpEffect } from '../../src/vrrp/effect.ts';
import type { VrrpEvent } from '../../src/vrrp/event.ts';
import {
  createInstance,
  VRRP_STATES,
  type VrrpInstance,
  type VrrpParameters,
  type VrrpState,
} from '../../src/vrrp/instance.ts';
import { step } from '../../src/vrrp/machine.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { CELLS, NOW_NS, SINCE_NS } from './cells.ts';
import { IdealWire, parametersWith } from './ideal-wire.ts';

/** Lists every kind: the compiler asks for one more when the union grows. */
const EVENT_KINDS = Object.keys({
  start: 0,
  stop: 0,
  deadline: 0,
  advert: 0,
  rejected: 0,
  fault: 0,
  recovered: 0,
  vipRemoved: 0,
} satisfies Record<VrrpEvent['kind'], 0>) as VrrpEvent['kind'][];

/** An instance that came to its state by events. */
function instanceIn(state: VrrpState, parameters: VrrpParameters): VrrpInstance {
  const vr = createInstance(parameters);
  if (state === 'INIT') return vr;
  if (state === 'FAULT') {
    step(vr, { kind: 'start', fault: 'interface-down' }, SINCE_NS);
    return vr;
  }
  step(vr, { kind: 'start', fault: null }, state === 'BACKUP' ? SINCE_NS : 0);
  while (state === 'MASTER' && vr.deadlineNs <= NOW_NS) step(vr, { kind: 'deadline' }, vr.deadlineNs);
  return vr;
}

function effectText(effect: VrrpEffect): string {
  switch (effect.kind) {
    case 'log':
      return `${effect.detail ? '-D ' : ''}"${effect.text}"`;
    case 'sendAdvert':
      return `advert ${effect.priority} ${effect.why}`;
    case 'becomeMaster':
    case 'enterBackup':
      return `${effect.kind}: ${effect.why.kind}`;
    case 'enterFault':
      return `${effect.kind}: ${effect.why.cause}`;
    case 'leaveMaster':
      return `leaveMaster to ${effect.to}: ${effect.why.kind}`;
    case 'gratuitousArps':
      return `gratuitousArps: ${effect.block}`;
    case 'notifyEvent':
      return effect.event;
    case 'clearAddresses':
    case 'stopped':
      return effect.kind;
  }
}

describe('every cell', () => {
  const product = VRRP_STATES.flatMap((state) => EVENT_KINDS.map((kind) => [state, kind] as const));

  test.each(product)('%s × %s', (state, kind) => {
    const cells = CELLS[state]?.[kind] ?? [];
    expect(cells.length, `no cell ${state} × ${kind}`).toBeGreaterThan(0);
    for (const cell of cells) {
      expect(cell.event.kind).toBe(kind);
      expect(cell.source).not.toBe('');
      const vr = instanceIn(state, parametersWith(cell.given ?? {}));
      cell.prepare?.(vr);
      const dueLater = kind === 'deadline' && vr.deadlineNs !== NEVER && vr.deadlineNs > NOW_NS;
      const nowNs = dueLater ? vr.deadlineNs : NOW_NS;
      const before = { ...vr };
      if (cell.effects === 'throws') {
        expect(() => step(vr, cell.event, nowNs)).toThrow(InvariantError);
        expect(vr).toEqual(before);
        continue;
      }
      const title = `${state} × ${kind} ${cell.when ?? ''}`;
      const effects = step(vr, cell.event, nowNs).map(effectText);
      expect(effects, title).toEqual(cell.effects);
      expect(vr.state, title).toBe(cell.next ?? state);
      const dueNs = cell.dueInNs === 'stands' ? before.deadlineNs : nowNs + cell.dueInNs;
      expect(vr.deadlineNs, title).toBe(dueNs);
    }
  });

  test('a timer that is not due is a bug', () => {
    const vr = instanceIn('BACKUP', parametersWith({}));
    expect(() => step(vr, { kind: 'deadline' }, vr.deadlineNs - 1)).toThrow('no timer is due in BACKUP');
  });
});

describe('a takeover says why', () => {
  const lvs1 = parametersWith({ initialState: 'MASTER' });
  const lvs2 = parametersWith({ priority: 90, sourceIp: ip('192.168.100.111') });

  test('nothing heard since the start, then the last advert and what came after it', () => {
    const wire = new IdealWire();
    const first = wire.add('lvs1', lvs1);
    const second = wire.add('lvs2', lvs2);
    wire.at(0, () => wire.start(first));
    wire.at(0, () => wire.start(second));
    wire.at(10 * SECOND, () => wire.kill(first));
    wire.runUntil(20 * SECOND);
    const interval = { downTimerAdverts: 3, advertIntervalNs: SECOND, discarded: null };
    expect(wire.takeovers).toEqual([
      {
        timeNs: 3_609_375_000,
        host: 'lvs1',
        why: {
          kind: 'master-down',
          since: 'start',
          sinceNs: 0,
          lastAdvertNs: null,
          lastAdvertFrom: null,
          priority: 100,
          skewTimeNs: 609_375_000,
          masterDownIntervalNs: 3_609_375_000,
          ...interval,
        },
      },
      {
        timeNs: 13_257_812_000,
        host: 'lvs2',
        why: {
          kind: 'master-down',
          since: 'advert',
          sinceNs: 9_609_375_000,
          lastAdvertNs: 9_609_375_000,
          lastAdvertFrom: ip('192.168.100.100'),
          priority: 90,
          skewTimeNs: 648_437_000,
          masterDownIntervalNs: 3_648_437_000,
          ...interval,
        },
      },
    ]);
  });

  test('a preemption tells what it did not respect [01b-cold-start-backup-1s-first]', () => {
    const wire = new IdealWire();
    const first = wire.add('lvs1', lvs1);
    const second = wire.add('lvs2', lvs2);
    wire.at(0, () => wire.start(second));
    wire.at(1 * SECOND, () => wire.start(first));
    wire.runUntil(6 * SECOND);
    expect(wire.takeovers[1]).toMatchObject({
      timeNs: 4_609_375_000,
      why: {
        kind: 'master-down',
        since: 'start',
        discarded: { count: 1, last: { timeNs: 3_648_437_000, priority: 90, from: lvs2.sourceIp } },
      },
    });
  });

  test('a stop, an owner and an address deleted by hand have reasons of their own', () => {
    const wire = new IdealWire();
    const owner = wire.add('lvs1', { ...lvs1, priority: 255 });
    const second = wire.add('lvs2', lvs2);
    wire.at(0, () => wire.start(owner));
    wire.at(0, () => wire.start(second));
    wire.at(5 * SECOND, () => wire.happen(owner, { kind: 'stop' }));
    wire.at(8 * SECOND, () => wire.happen(second, { kind: 'vipRemoved', address: ip('192.168.100.10') }));
    wire.runUntil(10 * SECOND);
    const skew = { priority: 90, skewTimeNs: 648_437_000 };
    expect(wire.takeovers.map(({ timeNs, why }) => [timeNs, why])).toEqual([
      [1000, { kind: 'address-owner' }],
      [5_648_437_000, { kind: 'priority-zero', heardNs: 5 * SECOND, from: ip('192.168.100.100'), ...skew }],
      [8_648_437_000, { kind: 'vip-removed', sinceNs: 8 * SECOND, ...skew }],
    ]);
  });

  test('a master that steps down says for whom', () => {
    const vr = instanceIn('MASTER', parametersWith({}));
    const effects = step(vr, { kind: 'advert', priority: 110, sourceIp: lvs2.sourceIp }, NOW_NS);
    expect(effects.at(-1)).toEqual({
      kind: 'leaveMaster',
      to: 'BACKUP',
      why: { kind: 'higher-priority', from: lvs2.sourceIp, priority: 110, own: 100 },
    });
    expect(vr.downTimer).toEqual({ since: 'stepped-down', sinceNs: NOW_NS, from: lvs2.sourceIp });
  });
});

describe('what is forgotten', () => {
  const from = ip('192.168.100.111');
  const delayed = parametersWith({ preemptDelayNs: 5 * SECOND });
  const lower = { kind: 'advert', priority: 90, sourceIp: from } as const;
  const higher = { kind: 'advert', priority: 110, sourceIp: from } as const;

  test.each([
    ['an advert of higher priority', [higher]],
    ['a fault', [{ kind: 'fault', cause: 'tracked' }, { kind: 'recovered' }]],
    ['being master', [{ kind: 'deadline' }, higher]],
  ] as [string, VrrpEvent[]][])('the preempt delay, by %s: the next one is a whole one', (_by, events) => {
    const vr = instanceIn('BACKUP', delayed);
    step(vr, lower, NOW_NS);
    expect(vr.preemptDelayEndsNs).toBe(NOW_NS + 5 * SECOND);
    let nowNs = NOW_NS;
    for (const event of events) {
      nowNs = event.kind === 'deadline' ? vr.deadlineNs : nowNs;
      step(vr, event, nowNs);
    }
    expect(vr.state).toBe('BACKUP');
    step(vr, lower, nowNs + SECOND);
    expect(vr.preemptDelayEndsNs).toBe(nowNs + 6 * SECOND);
  });

  test('adverts that were discarded, by one that was not', () => {
    const vr = instanceIn('BACKUP', parametersWith({}));
    step(vr, lower, NOW_NS);
    expect(vr.discardedCount).toBe(1);
    step(vr, higher, NOW_NS + SECOND);
    const why = step(vr, { kind: 'deadline' }, vr.deadlineNs).at(-1);
    expect(why).toMatchObject({ why: { kind: 'master-down', lastAdvertFrom: from, discarded: null } });
  });
});

describe('a process that was kept from running', () => {
  test('answers what queued up instead of sending its overdue advert', () => {
    // As after SIGSTOP and SIGCONT: seven adverts of the new master wait in the socket, each is answered,
    // and the answers move the send timer that had been due for seconds.
    const vr = instanceIn('MASTER', parametersWith({}));
    const nowNs = vr.deadlineNs + 9 * SECOND + 300 * MS;
    const sent = Array.from({ length: 7 }, () =>
      step(vr, { kind: 'advert', priority: 90, sourceIp: ip('192.168.100.111') }, nowNs),
    ).flatMap((effects) => effects.filter(({ kind }) => kind === 'sendAdvert'));
    expect(sent).toHaveLength(7);
    expect(vr.deadlineNs).toBe(nowNs + SECOND);
  });
});
