/**
 * An address moves from one host to another, as its client sees it: what the real kernel did with and without
 * announcements, and what a real server's own ARP does to the client. Phases of the timer wheel are those for
 * which a replay agrees best; reachable_time is drawn as recorded.
 */
import { describe, expect, it } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import { TcpListener } from '../../src/linux/tcp-listener.ts';
import { asciiBytes } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Bench, type Link } from './bench.ts';
import { run, setUp } from './commands.ts';
import { masked } from './mask.ts';
import { drawReachable, neighText, sendDatagram } from './programs.ts';
import { all, compare, type RecordedFrame, recording } from './recording.ts';
import { delayTimers } from './timer-wheel.ts';

const VIP = ip('192.168.100.10');
const CLIENT = ip('192.168.100.1');

interface Poll {
  readonly tMs: number;
  readonly state: string;
  readonly lladdr: string | null;
}

interface Failover {
  readonly links: readonly Link[];
  readonly setup: readonly string[];
  readonly phase: number;
  /** reachable_time of the client over its base. */
  readonly factor: number;
  /** What the outside does, beside the traffic. */
  readonly acts: readonly { readonly tMs: number; readonly act: (bench: Bench) => void }[];
  /** `iputils`: a ping that confirms its neighbour with each request that follows a reply (MSG_CONFIRM). */
  readonly traffic: 'ping' | 'iputils' | 'datagrams';
  readonly everyMs: number;
  readonly untilMs: number;
}

/**
 * Plays it, and returns what c1 saw of ARP and ICMP errors, which pings were answered, and its entry's
 * states.
 */
function play(failover: Failover) {
  const bench = new Bench(failover.links);
  for (const kernel of bench.kernels.values()) delayTimers(kernel, failover.phase);
  setUp(bench, failover.setup);
  const c1 = bench.kernel('c1');
  const device = bench.device('c1', 'ens33');
  drawReachable(c1, failover.factor);
  const answeredMs = new Map<number, number>();
  let confirms = false;
  c1.icmp.openEcho(7, {
    reply: ({ sequence }) => {
      answeredMs.set(sequence, bench.engine.nowNs / MS);
      confirms = failover.traffic === 'iputils';
    },
    error: () => undefined,
  });
  const states: { atMs: number; text: string }[] = [];
  const look = (): void => {
    const text = neighText(c1, device, VIP);
    if (states.at(-1)?.text !== text) states.push({ atMs: bench.engine.nowNs / MS, text });
  };
  const steps = failover.acts.map(({ tMs, act }) => ({ tMs, act: () => act(bench) }));
  for (let sequence = 1; (sequence - 1) * failover.everyMs < failover.untilMs; sequence++) {
    const act = (): void => {
      if (confirms) c1.ip.confirm(VIP);
      confirms = false;
      if (failover.traffic === 'datagrams') sendDatagram(c1, { dst: VIP });
      else c1.icmp.sendEcho(CLIENT, VIP, 7, sequence, asciiBytes('abcdefgh'));
    };
    steps.push({ tMs: (sequence - 1) * failover.everyMs, act });
  }
  steps.sort((a, b) => a.tMs - b.tMs);
  for (const { tMs, act } of steps) {
    while (bench.engine.nowNs / MS + 1 < tMs) {
      bench.runMs(1);
      look();
    }
    bench.runUntilMs(tMs);
    look();
    act();
    look();
  }
  bench.runUntilMs(failover.untilMs);
  look();
  const seen = bench.frames.filter(({ at, hex }) => at === 'c1:ens33' && isArpOrError(hex));
  return { bench, seen, answeredMs, states };
}

function isArpOrError(hex: string): boolean {
  if (hex.slice(24, 28) === '0806') return true;
  return hex.slice(46, 48) === '01' && hex.slice(68, 70) === '05';
}

/** Frames by direction, and those of which the two times are further apart than `withinMs`. */
function compared(
  recorded: readonly RecordedFrame[],
  seen: ReturnType<typeof play>['seen'],
  withinMs: number,
) {
  const ways = ['rx', 'tx'] as const;
  const inOrder = ways.flatMap((way) => recorded.filter(({ dir }) => dir === way));
  const simulated = ways.flatMap((way) => seen.filter(({ dir }) => dir === way));
  const off = inOrder.flatMap(({ tMs, txt }, i) => {
    const atMs = (simulated[i]?.atNs ?? 0) / MS;
    return Math.abs(atMs - tMs) < withinMs ? [] : [`${txt}: ${tMs} ms, simulated ${atMs} ms`];
  });
  return {
    recorded: { frames: inOrder.map(({ dir, hex }) => `${dir} ${masked(hex)}`), off: [] as string[] },
    simulated: { frames: simulated.map(({ dir, hex }) => `${dir} ${masked(hex)}`), off },
  };
}

/** A poll is true when it is taken; short states may fall between two polls. */
function polledWrong(
  polls: readonly Poll[],
  states: ReturnType<typeof play>['states'],
  withinMs: number,
): string[] {
  return polls.flatMap(({ tMs, state, lladdr }) => {
    const text = `${state} ${lladdr ?? '-'}`;
    const around = states.filter(
      ({ atMs }, i) => atMs < tMs + withinMs && (states[i + 1]?.atMs ?? 1e9) > tMs - withinMs,
    );
    return around.some((one) => one.text === text) ? [] : [`${text} at ${tMs}: ${JSON.stringify(around)}`];
  });
}

interface SwitchoverRow {
  readonly id: string;
  readonly topology: { readonly links: readonly Link[] };
  readonly setup: readonly string[];
  readonly lostSeq: readonly (number | string)[];
  readonly events: readonly { tMs: number; event: string; hex?: string }[];
  readonly neighVipOnClient: readonly Poll[];
  readonly arpAndIcmpErrorFramesAtClient: readonly RecordedFrame[];
}

describe('the address moves, with announcements', () => {
  const PHASES: Readonly<Record<string, number>> = { F1: 57, F2: 3, F4: 48, F5: 188, F6: 0 };

  it('m3d-garp-switchover: all 5 rows', () => {
    const file = recording<{ rows: readonly SwitchoverRow[] }>('m3d-garp-switchover');
    const agreement = compare(file.rows, (row) => {
      const acts = row.events.map(({ tMs, hex }) => ({
        tMs,
        act: (bench: Bench): void => {
          if (hex !== undefined) bench.inject('lvs2:ens33', hex);
          else for (const line of row.setup.slice(-2)) run(bench, line);
        },
      }));
      const { seen, answeredMs, states } = play({
        links: row.topology.links,
        setup: row.setup.slice(0, -2),
        phase: PHASES[row.id] ?? 0,
        factor: 1,
        acts,
        traffic: 'ping',
        everyMs: 50.2,
        untilMs: 8000,
      });
      const lost = row.lostSeq.filter((seq) => typeof seq === 'number');
      const unanswered = Array.from({ length: 159 }, (_, i) => i + 1).filter((seq) => !answeredMs.has(seq));
      const { recorded, simulated } = compared(row.arpAndIcmpErrorFramesAtClient, seen, 5);
      return {
        recorded: [recorded, [], true],
        simulated: [simulated, polledWrong(row.neighVipOnClient, states, 10), sameLoss(lost, unanswered)],
      };
    });
    expect(agreement).toEqual(all(5));
  });

  /** First and last lost, give or take one. */
  function sameLoss(recorded: readonly number[], simulated: readonly number[]): boolean {
    if (recorded.length === 0) return simulated.length === 0;
    const ends = (list: readonly number[]) => [list[0] ?? 0, list.at(-1) ?? 0] as const;
    const [[first, last], [from, to]] = [ends(recorded), ends(simulated)];
    return Math.abs(first - from) <= 1 && Math.abs(last - to) <= 1;
  }
});

interface SilentTimeline {
  readonly topology: { readonly links: readonly Link[] };
  readonly setup: readonly string[];
  readonly events: readonly { tMs: number; event: string }[];
  readonly neighVipOnClient: readonly Poll[];
  readonly firstAnswerAfterMs: number;
  readonly arpAndIcmpErrorFramesAtClient: readonly RecordedFrame[];
}

describe('the address moves, without any announcement', () => {
  it.each([
    ['m3e-no-garp-down', 17, 1.214],
    ['m3e-no-garp-del', 145, 1.467],
  ])('%s: the client finds out when it asks, three quarters of a minute later', (name, phase, factor) => {
    const file = recording<SilentTimeline>(name);
    const frames = file.arpAndIcmpErrorFramesAtClient;
    const { seen, answeredMs, states } = play({
      links: file.topology.links,
      setup: file.setup.slice(0, -2),
      phase,
      factor,
      acts: [
        {
          tMs: file.events[0]?.tMs ?? 0,
          act: (bench) => {
            for (const line of file.setup.slice(-2)) run(bench, line);
          },
        },
      ],
      traffic: 'iputils',
      everyMs: 200,
      untilMs: Math.max(...frames.map(({ tMs }) => tMs)) + 10,
    });
    // The requests drifted by up to 30 ms in a minute; their times are not recorded.
    const { recorded, simulated } = compared(frames, seen, 50);
    expect(simulated).toEqual(recorded);
    expect(polledWrong(file.neighVipOnClient, states, 60)).toEqual([]);
    const firstMs = Math.min(...[...answeredMs.values()].filter((at) => at > 3000));
    expect(Math.abs(firstMs - file.firstAnswerAfterMs)).toBeLessThan(200);
  });
});

interface SplitRow {
  readonly id: string;
  readonly portsAttachedInOrder: readonly string[];
  readonly setup: readonly string[];
  readonly arpFramesAtClient: readonly RecordedFrame[];
}

describe('two hosts own the address', () => {
  const INPUTS: Readonly<Record<string, readonly [phase: number, factor: number]>> = {
    'SB-0': [172, 0.5],
    'SB-1': [146, 0.7],
    'SB-2': [196, 0.5],
    'SB-3': [164, 1.12],
    'SB-4': [0, 1.42],
    'SB-5': [238, 0.6],
  };

  it('m3h-split-brain: the frames of all 6 rows: the first reply wins, then each announcement', () => {
    const file = recording<{ topology: { links: readonly Link[] }; rows: readonly SplitRow[] }>(
      'm3h-split-brain',
    );
    const agreement = compare(file.rows, (row) => {
      const links = row.portsAttachedInOrder.map((host) =>
        file.topology.links.find((one) => one.host === host),
      );
      const [phase, factor] = INPUTS[row.id] ?? [0, 1];
      const garps = row.arpFramesAtClient.filter(({ txt }) => txt.includes('(tha ff:ff)'));
      const { seen } = play({
        links: links.filter((one) => one !== undefined),
        setup: row.setup,
        phase,
        factor,
        acts: garps.map(({ tMs, hex }) => ({
          tMs,
          act: (bench) => bench.inject(hex.slice(12, 24).endsWith('0c') ? 'lvs2:ens33' : 'lvs1:ens33', hex),
        })),
        traffic: 'datagrams',
        everyMs: 200,
        untilMs: Math.max(...row.arpFramesAtClient.map(({ tMs }) => tMs)) + 10,
      });
      // The datagrams' own times are not recorded, and drift: only what and in which order is compared.
      return compared(row.arpFramesAtClient, seen, 200);
    });
    expect(agreement).toEqual(all(6));
  });
});

interface PoisoningRow {
  readonly id: string;
  readonly setup: readonly string[];
  readonly events: readonly { hex: string }[];
  readonly clientNeighVipBefore: { readonly state: string; readonly lladdr: string };
  readonly clientNeighVipAfter: { readonly state: string; readonly lladdr: string };
  readonly frames: readonly RecordedFrame[];
}

describe('a real server asks with the virtual address', () => {
  const LINKS: readonly Link[] = (
    [
      ['rs1', '15'],
      ['c1', '01'],
      ['lvs1', '0b'],
      ['probe', 'ee'],
    ] as const
  ).map(([host, last]) => ({
    host,
    if: 'ens33',
    mac: `02:00:00:00:00:${last}`,
    bridge: 'sw',
    port: `${host}-ens33`,
  }));

  it('m2d-lvs-dr-reply-arp-poisoning: all rows', () => {
    const file = recording<{ rows: readonly PoisoningRow[] }>('m2d-lvs-dr-reply-arp-poisoning');
    const agreement = compare(file.rows, (row) => {
      const bench = new Bench(LINKS, { raw: ['probe'] });
      setUp(bench, row.setup);
      const listener = bench.kernel('rs1').tcp.listen({ port: 80, accept: () => undefined });
      expect(listener).toBeInstanceOf(TcpListener);
      bench.runMs(1200);
      const entry = (): string => neighText(bench.kernel('c1'), bench.device('c1', 'ens33'), VIP);
      const before = entry();
      bench.inject('probe:ens33', row.events[0]?.hex ?? '');
      bench.runMs(20);
      const outputs = ['rs1', 'c1', 'lvs1'].flatMap((host) => sentBy(bench.frames, host));
      return {
        recorded: [
          `${row.clientNeighVipBefore.state} ${row.clientNeighVipBefore.lladdr}`,
          `${row.clientNeighVipAfter.state} ${row.clientNeighVipAfter.lladdr}`,
          ['rs1', 'c1', 'lvs1'].flatMap((host) => sentBy(row.frames, host)),
        ],
        simulated: [before, entry(), outputs],
      };
    });
    expect(agreement).toEqual(all(file.rows.length));
  });

  /**
   * What a host sent, without the initial sequence number of its SYN-ACK and the checksum over it: they are
   * drawn.
   */
  function sentBy(frames: readonly { at: string; dir: string; hex: string }[], host: string): string[] {
    return frames
      .filter(({ at, dir }) => at === `${host}:ens33` && dir === 'tx')
      .map(({ hex }) => {
        const isSynAck = hex.slice(46, 48) === '06' && hex.slice(94, 96) === '12';
        return isSynAck
          ? `${host} ${hex.slice(0, 76)}${hex.slice(84, 100)}${hex.slice(104)}`
          : `${host} ${hex}`;
      });
  }
});
