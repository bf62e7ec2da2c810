/** Random laboratories of routers on one whole segment: priorities, late starts, crashes, kills, stops and returns. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Faults } from '../../src/lab/faults.ts';
import { isIn, masterships, possessions } from '../../src/lab/history.ts';
import { Laboratory } from '../../src/lab/laboratory.ts';
import { type LabRecord, recordsOf } from '../../src/lab/records.ts';
import type { Action, HostPlan, Scenario, TimedAction } from '../../src/lab/scenario/scenario.ts';
import { compareIp, ip, ipText } from '../../src/wire/ip-address.ts';
import { Mac } from '../../src/wire/mac.ts';

const S = 1e9;
const VIP = ip('192.168.100.10');
/** The longest master-down interval there is, 3.996 s at priority 1, and what frames need. */
const SETTLED_NS = 4 * S;

interface Router {
  readonly priority: number;
  readonly state: 'MASTER' | 'BACKUP';
  readonly startNs: number;
}

type Deed = 'crash' | 'power-on' | 'kill' | 'stop' | 'start';

const router = fc.record({
  priority: fc.integer({ min: 1, max: 254 }),
  state: fc.constantFrom<Router['state']>('MASTER', 'BACKUP'),
  startNs: fc.integer({ min: 0, max: 6 * S }),
});
const deed = fc.record({
  host: fc.nat({ max: 3 }),
  what: fc.constantFrom<Deed>('crash', 'power-on', 'kill', 'stop', 'start'),
  atNs: fc.integer({ min: 6 * S, max: 25 * S }),
});
/** Distinct priorities; who is equal stays master as long as it lives, which is another property. */
const routers = fc.uniqueArray(router, { minLength: 1, maxLength: 4, selector: ({ priority }) => priority });

function configuration({ priority, state }: Router): string {
  return `vrrp_instance VI_1 {
  state ${state}
  interface ens33
  virtual_router_id 10
  priority ${priority}
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass abc123
  }
  virtual_ipaddress {
    ${ipText(VIP)}
  }
}
`;
}

function plan(spec: Router, index: number): HostPlan {
  const address = ip('192.168.100.100') + index;
  const mac = Mac.of(0x020000000000 + (address & 255));
  const path = '/etc/keepalived/keepalived.conf';
  return {
    name: `r${index}`,
    interfaces: [{ name: 'ens33', mac, addresses: [{ ip: address, length: 24 }], place: null }],
    gateway: null,
    files: { [path]: { text: configuration(spec), source: path } },
    setup: [],
    cable: {},
    place: null,
  };
}

function action(what: Deed, host: string): Action {
  switch (what) {
    case 'crash':
    case 'power-on':
      return { kind: what, host };
    case 'kill':
      return { kind: 'kill-process', host, process: 'keepalived' };
    case 'stop':
      return { kind: 'stop-service', host, service: 'keepalived' };
    case 'start':
      return { kind: 'start-service', host, service: 'keepalived' };
  }
}

function scenarioOf(
  specs: readonly Router[],
  deeds: readonly { host: number; what: Deed; atNs: number }[],
): Scenario {
  const hosts = specs.map(plan);
  const starts = specs.map(({ startNs }, i): TimedAction => {
    return { atNs: startNs, action: action('start', `r${i}`), place: null };
  });
  const later = deeds.map(({ host, what, atNs }): TimedAction => {
    return { atNs, action: action(what, `r${host % specs.length}`), place: null };
  });
  const timeline = [...starts, ...later].sort((a, b) => a.atNs - b.atNs);
  const lastNs = timeline.at(-1)?.atNs ?? 0;
  return {
    name: 'random',
    file: 'random',
    question: '',
    verdict: null,
    keepalived: '2.2',
    seed: '1',
    untilNs: lastNs + SETTLED_NS,
    lab: { hosts, switch: { name: 'sw1', ageingNs: 300 * S, attach: hosts.map(({ name }) => name) } },
    traffic: [],
    timeline,
    expectations: [],
  };
}

/** Hosts whose keepalived runs at the end, best first. */
function living(laboratory: Laboratory, specs: readonly Router[]): string[] {
  return specs
    .map((spec, index) => ({ spec, index, name: `r${index}` }))
    .filter(({ name }) => {
      const host = laboratory.world.host(name);
      return host.powered && host.services.keepalived.running;
    })
    .sort((a, b) => b.spec.priority - a.spec.priority || compareIp(b.index, a.index))
    .map(({ name }) => name);
}

function mastersAt(trace: readonly LabRecord[], atNs: number): string[] {
  return masterships(trace)
    .filter((span) => isIn(span, atNs))
    .map(({ host }) => host);
}

describe('routers on a whole segment', () => {
  test.prop([routers, fc.array(deed, { maxLength: 6 })], { numRuns: 150 })(
    'once the longest master-down interval has passed there is one MASTER, and it is the right one',
    (specs, deeds) => {
      const laboratory = new Laboratory(scenarioOf(specs, deeds), { keepFrames: false });
      const { trace, untilNs } = laboratory.finish();
      expect(mastersAt(trace, untilNs)).toEqual(living(laboratory, specs).slice(0, 1));
    },
  );

  test.prop([routers, fc.array(deed, { maxLength: 6 })], { numRuns: 100 })(
    'the virtual address is where the MASTER is; besides, only where a killed one left it',
    (specs, deeds) => {
      const { trace, untilNs } = new Laboratory(scenarioOf(specs, deeds), { keepFrames: false }).finish();
      const holders = possessions(trace).filter((span) => span.ip === VIP && isIn(span, untilNs));
      const killed = new Set(
        recordsOf(trace, 'daemon').flatMap(({ event, host }) => (event === 'killed' ? [host] : [])),
      );
      const masters = mastersAt(trace, untilNs);
      for (const host of masters) expect(holders.map((span) => span.host)).toContain(host);
      for (const { host } of holders) expect(masters.includes(host) || killed.has(host)).toBe(true);
    },
  );

  test.prop([routers, fc.array(deed, { maxLength: 6 })], { numRuns: 60 })(
    'frames are conserved, and a seed gives one trace',
    (specs, deeds) => {
      const scenario = scenarioOf(specs, deeds);
      const run = new Laboratory(scenario).finish();
      for (const { cables } of run.world.stations.values()) {
        for (const { aToB, bToA } of cables) {
          for (const lane of [aToB, bToA]) {
            const dropped = [...lane.dropped.values()].reduce((sum, count) => sum + count, 0);
            expect(lane.sent).toBe(lane.delivered + dropped + lane.inFlight);
          }
        }
      }
      expect(new Laboratory(scenario, { observe: () => {} }).finish().hash).toBe(run.hash);
    },
  );
});

test.prop([fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 100 })), { maxLength: 8 })])(
  'the segment is whole exactly while nothing is broken',
  (steps) => {
    const scenario = scenarioOf([{ priority: 100, state: 'BACKUP', startNs: 0 }], []);
    const laboratory = new Laboratory({ ...scenario, untilNs: 10_000 * S }, { keepFrames: false });
    const faults = new Faults(laboratory.world);
    let broken = false;
    let brokenNs = 0;
    for (const [cut, seconds] of steps) {
      const host = 'r0';
      const act: Action = cut ? { kind: 'cut-cable', host, direction: 'both' } : { kind: 'heal-cable', host };
      faults.apply({ atNs: laboratory.nowNs, action: act, place: null });
      broken = cut;
      laboratory.runUntil(laboratory.nowNs + seconds * S);
      if (broken) brokenNs += seconds * S;
    }
    const endNs = laboratory.nowNs;
    const wholeNs = faults
      .wholeSpans(0)
      .reduce((sum, { fromNs, toNs }) => sum + Math.min(toNs, endNs) - fromNs, 0);
    expect(wholeNs).toBe(endNs - brokenNs);
  },
);
