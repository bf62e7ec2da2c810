/** The switch, against the recorded Linux bridge and rule by rule. */
import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../src/engine/time.ts';
import { Bench, type Link, mac } from '../linux/bench.ts';
import { run, setUp } from '../linux/commands.ts';
import { all, compare, type RecordedFrame, type Rows, recording } from '../linux/recording.ts';

const RAW = ['p1', 'p2', 'p3', 'p4'];

interface BridgeRow {
  readonly id: string;
  readonly title: string;
  readonly deliveredTo: readonly string[];
  readonly fdbAfter: readonly { mac: string; port: string; flags: string }[];
  readonly frames: readonly RecordedFrame[];
}

/** What the outside did before a row's frame; the file names it in the titles alone. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'B-port2-down': ['sw: ip link set port2 down'],
  'B-port2-up': ['sw: ip link set port2 up'],
  'B-hostside-down': ['p2: ip link set ens33 down'],
  'B-static': ['p2: ip link set ens33 up', 'sw: bridge fdb add 02:00:00:00:00:77 dev port4 master static'],
};

/** Frames to the addresses of the switch host itself: our switch has none. */
const OWN_ADDRESS = ['B-bridge-mac', 'B-port-mac'];

/** The sender's own card refused a frame beyond its MTU: the switch never saw it. */
const REFUSED = 'B-oversize';

describe('m7-bridge-forwarding', () => {
  const file = recording<Rows<BridgeRow>>('m7-bridge-forwarding');

  it('33 of 35 rows, in order; the others are about addresses of the switch itself', () => {
    const bench = new Bench(file.topology.links, { raw: RAW });
    setUp(bench, file.setup.slice(0, 6));
    const bridge = bench.switches.get('sw');
    expect(file.rows).toHaveLength(35);
    const rows = file.rows.filter(({ id }) => !OWN_ADDRESS.includes(id));
    const agreement = compare(rows, (row) => {
      bench.runMs(100);
      const before = bench.frames.length;
      setUp(bench, ACTIONS[row.id] ?? []);
      const sent = row.frames.find(({ dir }) => dir === 'tx');
      if (sent !== undefined && row.id !== REFUSED) bench.inject(sent.at, sent.hex);
      bench.runMs(5);
      const received = bench.frames.slice(before).filter(({ dir }) => dir === 'rx');
      const learned = bridge
        ?.entries()
        .map((entry) => [entry.mac, portName(entry.port.name), entry.isStatic]);
      return {
        recorded: [
          row.deliveredTo,
          row.frames.filter(({ dir }) => dir === 'rx').map(({ at, hex }) => [at, hex]),
          row.fdbAfter.map((entry) => [entry.mac, entry.port, entry.flags === 'static']),
        ],
        simulated: [
          received.map(({ at }) => at.slice(0, 2)).sort(),
          received.map(({ at, hex }) => [at, hex]),
          learned,
        ],
      };
    });
    expect(agreement).toEqual(all(33));
  });

  function portName(name: string): string {
    return name.slice(name.indexOf(':') + 1);
  }
});

interface AgeingRow {
  readonly id: string;
  readonly samples: readonly { tMs: number; deliveredTo: readonly string[] }[];
}

describe('m7-bridge-ageing', () => {
  const file = recording<Rows<AgeingRow>>('m7-bridge-ageing');
  const A = '0200000000a1';
  const B = '0200000000b2';
  const frame = (dst: string, src: string): string => `${dst}${src}88b574657374`;

  it('both rows: to one port up to 3.0 s after the last frame, to all from 3.4 s on', () => {
    const flooding: number[] = [];
    const agreement = compare(file.rows, (row) => {
      const bench = new Bench(file.topology.links, { raw: RAW });
      setUp(bench, file.setup.slice(0, 6));
      const bridge = bench.switches.get('sw');
      if (bridge !== undefined) bridge.ageingNs = 3 * SECOND;
      bench.inject('p2:ens33', frame(A, B));
      let spokeMs = 0;
      const outcomes = row.samples.map(({ tMs, deliveredTo }) => {
        if (row.id === 'BA-refresh' && spokeMs === 0 && tMs >= 2000) {
          bench.runUntilMs(2000);
          bench.inject('p2:ens33', frame('ffffffffffff', B));
          spokeMs = 2000;
        }
        bench.runUntilMs(Math.max(tMs, 1));
        const before = bench.frames.length;
        bench.inject('p1:ens33', frame(B, A));
        bench.runMs(0.5);
        const heard = bench.frames.slice(before).filter(({ dir }) => dir === 'rx');
        if (heard.length > 1) flooding.push(tMs - spokeMs);
        const between = tMs - spokeMs > 3000 && tMs - spokeMs < 3400;
        const simulated = heard.map(({ at }) => at.slice(0, 2)).sort();
        return { recorded: between ? simulated : deliveredTo, simulated };
      });
      return {
        recorded: outcomes.map(({ recorded }) => recorded),
        simulated: outcomes.map(({ simulated }) => simulated),
      };
    });
    expect(agreement).toEqual(all(2));
    expect(Math.min(...flooding)).toBeGreaterThan(3000);
  });
});

function link(number: number): Link {
  return {
    host: `p${number}`,
    if: 'ens33',
    mac: `02:00:00:00:01:0${number}`,
    bridge: 'sw',
    port: `port${number}`,
  };
}

function bridge() {
  const bench = new Bench([1, 2, 3].map(link), { raw: RAW });
  const sw = bench.switches.get('sw');
  if (sw === undefined) throw new Error('no switch');
  sw.tap = bench;
  const send = (from: number, dst: string, src: string): string[] => {
    const before = bench.frames.length;
    bench.inject(`p${from}:ens33`, `${dst}${src}88b574657374`);
    bench.runMs(1);
    return bench.frames.slice(before).flatMap(({ at, dir }) => (dir === 'rx' ? [at.slice(0, 2)] : []));
  };
  return { bench, sw, send };
}

describe('switch', () => {
  const X = '0200000000aa';
  const Y = '0200000000bb';
  const ALL = 'ffffffffffff';

  it('floods the port attached last first', () => {
    const { send } = bridge();
    expect(send(2, ALL, X)).toEqual(['p3', 'p1']);
  });

  it('learns 300 s long by default, from any frame', () => {
    const { bench, send } = bridge();
    send(2, ALL, X);
    expect(send(1, X, Y)).toEqual(['p2']);
    bench.runUntilMs(300_000);
    expect(send(1, X, Y)).toEqual(['p2']);
    bench.runMs(10);
    expect(send(1, X, Y)).toEqual(['p3', 'p2']);
  });

  it('forgets what was behind a port that loses its carrier, and takes part again at once', () => {
    const { bench, sw, send } = bridge();
    send(2, ALL, X);
    send(1, ALL, Y);
    run(bench, 'sw: ip link set port2 down');
    expect(sw.entries().map((entry) => entry.mac.toString())).toEqual(['02:00:00:00:00:bb']);
    expect(send(1, X, Y)).toEqual(['p3']);
    run(bench, 'sw: ip link set port2 up');
    expect(send(1, X, Y)).toEqual(['p3', 'p2']);
    bench.cables[1]?.pull();
    expect(send(1, X, Y)).toEqual(['p3']);
  });

  it('says why it drops', () => {
    const { bench, send } = bridge();
    send(1, '0180c200000e', X);
    send(1, ALL, '010000000000');
    send(1, ALL, '000000000000');
    send(1, X, Y);
    expect(bench.losses).toEqual([
      { place: 'sw', reason: 'reserved address' },
      { place: 'sw', reason: 'invalid source' },
      { place: 'sw', reason: 'invalid source' },
      { place: 'sw', reason: 'no other port' },
    ]);
  });

  it('with nobody else there keeps the frame', () => {
    const bench = new Bench([link(1)], { raw: RAW });
    const sw = bench.switches.get('sw');
    if (sw !== undefined) sw.tap = bench;
    bench.inject('p1:ens33', `${ALL}${X}88b574657374`);
    bench.runMs(1);
    expect(bench.losses).toEqual([{ place: 'sw', reason: 'no other port' }]);
  });

  it('gives ages and looks up without learning', () => {
    const { bench, sw, send } = bridge();
    send(3, ALL, X);
    bench.runMs(41);
    expect(sw.entries()).toEqual([
      { mac: mac('02:00:00:00:00:aa'), port: bench.port('port3'), ageNs: 42 * MS, isStatic: false },
    ]);
    expect(sw.lookup(mac('02:00:00:00:00:cc'))).toBeNull();
  });
});
