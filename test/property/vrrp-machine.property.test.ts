import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEVER, SECOND } from '../../src/engine/time.ts';
import type { VrrpEvent } from '../../src/vrrp/event.ts';
import { createInstance, type VrrpInstance } from '../../src/vrrp/instance.ts';
import { step } from '../../src/vrrp/machine.ts';
import { IdealWire, parametersWith, type Router } from '../vrrp/ideal-wire.ts';

// ── a segment that comes to rest ────────────────────────────────────────────────────────────────────────

const ACTIONS = ['start', 'kill', 'stop', 'link', 'cut', 'deafen', 'deleteVip'] as const;

const router = fc.record({
  // Few values, so that equals are common; 255 owns the addresses.
  priority: fc.oneof(fc.constantFrom(90, 100, 110, 255), fc.integer({ min: 1, max: 254 })),
  initialState: fc.constantFrom('MASTER' as const, 'BACKUP' as const),
  preemptDelayNs: fc.constantFrom(0, 0, 2 * SECOND),
  higherPrioSendAdvert: fc.boolean(),
});

const segment = fc.record({
  advertIntervalNs: fc.constantFrom(1, 2, 5).map((seconds) => seconds * SECOND),
  routers: fc.array(router, { minLength: 1, maxLength: 5 }),
  // Where the addresses begin: some orders of addresses cross the sign of an int32.
  firstIp: fc.constantFrom(0xc0a86464 | 0, 0x7ffffffe, 0x0a000001),
  ipStep: fc.constantFrom(1, -1),
  acts: fc.array(
    fc.record({
      timeNs: fc.integer({ min: 0, max: 40 * SECOND }),
      router: fc.nat({ max: 4 }),
      action: fc.constantFrom(...ACTIONS),
    }),
    { maxLength: 14 },
  ),
});

type Segment = typeof segment extends fc.Arbitrary<infer Value> ? Value : never;

const LAST_ACT_NS = 40 * SECOND;

/**
 * Plays the acts, then mends every cable, and lets the segment rest as long as the slowest takeover may
 * need.
 */
function settle(description: Segment, preempt: boolean): { wire: IdealWire; running: VrrpInstance[] } {
  const { advertIntervalNs, routers, firstIp, ipStep, acts } = description;
  const wire = new IdealWire();
  wire.check = (_router, vr) => {
    if (vr.deadlineNs < wire.nowNs) throw new Error(`a deadline ${wire.nowNs - vr.deadlineNs} ns ago`);
  };
  routers.forEach((given, index) => {
    const sourceIp = (firstIp + index * ipStep) | 0;
    const added = wire.add(`r${index}`, parametersWith({ ...given, sourceIp, advertIntervalNs, preempt }));
    wire.at(index * 7_000_000, () => wire.start(added));
  });
  for (const { timeNs, router: index, action } of acts) {
    const chosen = wire.routers[index % wire.routers.length];
    if (chosen !== undefined) wire.at(timeNs, () => act(wire, chosen, action));
  }
  wire.at(LAST_ACT_NS, () => {
    for (const one of wire.routers) {
      one.cut = false;
      one.deaf = false;
      setLink(wire, one, true);
    }
  });
  // 3 × Advertisement_Interval + Skew_Time of the last change; before it a preempt delay and the advert
  // that begins and the one that ends it.
  const delayed = routers.some(({ preemptDelayNs }) => preemptDelayNs > 0);
  const delayNs = delayed ? 2 * SECOND + 2 * advertIntervalNs : 0;
  // Two owners whose adverts cross both give way: that is the last change, up to one interval after the
  // cable was mended.
  const owners = routers.filter(({ priority }) => priority === 255).length;
  const conflictNs = owners > 1 ? advertIntervalNs : 0;
  const restNs = 3 * advertIntervalNs + SECOND + delayNs + conflictNs;
  // A lower router may have to become master first, for a delay to begin.
  wire.runUntil(LAST_ACT_NS + restNs + (delayed ? restNs : 0));
  const running = wire.routers.flatMap(({ vr }) => (vr === null || vr.state === 'INIT' ? [] : [vr]));
  return { wire, running };
}

function act(wire: IdealWire, chosen: Router, action: (typeof ACTIONS)[number]): void {
  switch (action) {
    case 'start':
      if (chosen.vr === null || chosen.vr.state === 'INIT') wire.start(chosen);
      if (chosen.down) wire.happen(chosen, { kind: 'fault', cause: 'interface-down' });
      break;
    case 'kill':
      wire.kill(chosen);
      break;
    case 'stop':
      wire.happen(chosen, { kind: 'stop' });
      break;
    case 'link':
      setLink(wire, chosen, chosen.down);
      break;
    case 'cut':
      chosen.cut = !chosen.cut;
      break;
    case 'deafen':
      chosen.deaf = !chosen.deaf;
      break;
    case 'deleteVip':
      wire.happen(chosen, { kind: 'vipRemoved', address: 0xc0a8640a | 0 });
      break;
  }
}

function setLink(wire: IdealWire, chosen: Router, up: boolean): void {
  if (chosen.down === !up) return;
  chosen.down = !up;
  wire.happen(chosen, up ? { kind: 'recovered' } : { kind: 'fault', cause: 'interface-down' });
}

describe('a whole segment in which nothing has changed for 3 × Advertisement_Interval + Skew_Time', () => {
  test('has exactly one MASTER, and none of the others has a higher priority', () => {
    fc.assert(
      fc.property(segment, (description) => {
        const { running } = settle(description, true);
        const masters = running.filter(({ state }) => state === 'MASTER');
        expect(masters).toHaveLength(Math.min(1, running.length));
        expect(running.filter(({ state }) => state === 'BACKUP')).toHaveLength(
          running.length - masters.length,
        );
        expect(masters[0]?.priority).toBe(
          running.length === 0 ? undefined : Math.max(...running.map(({ priority }) => priority)),
        );
      }),
      { numRuns: 400 },
    );
  });

  test('has exactly one MASTER without preemption too', () => {
    fc.assert(
      fc.property(segment, (description) => {
        const { running } = settle(description, false);
        const masters = running.filter(({ state }) => state === 'MASTER');
        expect(masters).toHaveLength(Math.min(1, running.length));
      }),
      { numRuns: 200 },
    );
  });

  test('of masters that meet, the one with the highest priority, then the highest address, stays', () => {
    fc.assert(
      fc.property(segment, (description) => {
        const wire = new IdealWire();
        description.routers.forEach(({ priority }, index) => {
          const sourceIp = (description.firstIp + index * description.ipStep) | 0;
          // Two owners are another matter: there the first to hear the other gives way.
          const parameters = parametersWith({ priority: Math.min(priority, 254), sourceIp });
          const added = wire.add(`r${index}`, parameters);
          added.cut = true;
          wire.at(index * 123_456_789, () => wire.start(added));
        });
        wire.at(10 * SECOND, () => {
          expect(wire.routers.every(({ vr }) => vr?.state === 'MASTER')).toBe(true);
          for (const one of wire.routers) one.cut = false;
        });
        wire.runUntil(14 * SECOND);
        const masters = wire.routers.filter(({ vr }) => vr?.state === 'MASTER');
        const best = [...wire.routers].sort(
          (a, b) =>
            b.parameters.priority - a.parameters.priority ||
            (b.parameters.sourceIp >>> 0) - (a.parameters.sourceIp >>> 0),
        )[0];
        expect(masters).toEqual([best]);
      }),
      { numRuns: 200 },
    );
  });
});

// ── one instance, anything ──────────────────────────────────────────────────────────────────────────────

const anyEvent: fc.Arbitrary<VrrpEvent> = fc.oneof(
  fc.constant<VrrpEvent>({ kind: 'stop' }),
  fc.record({
    kind: fc.constant('advert' as const),
    priority: fc.oneof(fc.constantFrom(0, 100, 255), fc.integer({ min: 0, max: 255 })),
    sourceIp: fc.constantFrom(0xc0a86464 | 0, 0xc0a86414 | 0, 0xc0a8646f | 0, 0x0a000001),
  }),
  fc.constant<VrrpEvent>({
    kind: 'rejected',
    rejection: { kind: 'ttl', from: 0, log: 'invalid TTL/HL. Received 1 and expect 255' },
  }),
  fc
    .constantFrom('interface-down' as const, 'address-gone' as const, 'tracked' as const)
    .map((cause): VrrpEvent => ({ kind: 'fault', cause })),
  fc.constant<VrrpEvent>({ kind: 'recovered' }),
  fc.constant<VrrpEvent>({ kind: 'vipRemoved', address: 0xc0a8640a | 0 }),
  // Comes when it is due, or starts what is stopped.
  fc.constant<VrrpEvent>({ kind: 'deadline' }),
);

const loneRouter = fc.record({
  priority: fc.constantFrom(1, 100, 254, 255),
  initialState: fc.constantFrom('MASTER' as const, 'BACKUP' as const),
  preempt: fc.boolean(),
  preemptDelayNs: fc.constantFrom(0, SECOND, 5_500_000_000),
  downTimerAdverts: fc.integer({ min: 1, max: 100 }),
  lowerPrioNoAdvert: fc.boolean(),
  higherPrioSendAdvert: fc.boolean(),
});

const history = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 4 * SECOND })), { maxLength: 60 });

describe('one instance, whatever happens to it', () => {
  test('never throws, has a timer exactly while it takes part, and none in the past', () => {
    fc.assert(
      fc.property(loneRouter, history, (given, events) => {
        const vr = createInstance(parametersWith(given));
        let nowNs = 0;
        let holds = false;
        for (const [event, waitNs] of events) {
          // Its timer goes off first, if it is due before.
          const due =
            vr.deadlineNs <= nowNs + waitNs || (event.kind === 'deadline' && vr.deadlineNs !== NEVER);
          nowNs = due ? vr.deadlineNs : nowNs + waitNs;
          let happening: VrrpEvent = due ? { kind: 'deadline' } : event;
          if (happening.kind === 'deadline' && vr.state === 'FAULT') happening = { kind: 'recovered' };
          if (happening.kind === 'deadline' && vr.state === 'INIT')
            happening = { kind: 'start', fault: null };
          const before = vr.state;
          const effects = step(vr, happening, nowNs);

          expect(vr.deadlineNs).toBeGreaterThanOrEqual(nowNs);
          expect(vr.deadlineNs === NEVER).toBe(vr.state === 'INIT' || vr.state === 'FAULT');
          for (const effect of effects) {
            // Addresses are taken once and given up once, and adverts with a priority come from a master
            // only.
            if (effect.kind === 'becomeMaster') {
              expect(holds).toBe(false);
              holds = true;
            }
            if (effect.kind === 'leaveMaster') {
              expect(holds).toBe(true);
              expect(effect.to).toBe(vr.state);
              holds = false;
            }
            if (effect.kind === 'sendAdvert' && effect.priority > 0) {
              expect([before, vr.state]).toContain('MASTER');
            }
          }
          expect(holds).toBe(vr.state === 'MASTER');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
