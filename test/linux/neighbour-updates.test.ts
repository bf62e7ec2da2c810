/** What an ARP frame does to an entry of the neighbour table: rows of the real kernel. */
import { describe, expect, it } from 'vitest';
import type { NudState } from '../../src/linux/neighbour.ts';
import { ip } from '../../src/wire/ip-address.ts';
import type { Bench } from './bench.ts';
import { makeNeighbour, setSysctls } from './commands.ts';
import { masked } from './mask.ts';
import { drawReachable, neighText, sendDatagram } from './programs.ts';
import { all, compare, type RecordedFrame, type Rows, recording, worldOf } from './recording.ts';

const OLD = '02:00:00:00:00:0b';

interface UpdateRow {
  readonly id: string;
  readonly arp_accept: number;
  readonly entryBefore: string;
  readonly entryAgeMs?: number;
  readonly ip: string;
  readonly stimulus: string;
  /** What was really there: a DELAY made by hand reads PROBE. */
  readonly before: string;
  readonly after: string;
  readonly framesOut?: readonly { hex: string }[];
}

/** Makes the entry a row begins with, lets it age, and injects the frame. */
function update(file: Rows<UpdateRow>, row: UpdateRow) {
  const bench = worldOf(file, 'c1');
  setSysctls(bench, 'c1', { 'net.ipv4.conf.ens33.arp_accept': row.arp_accept });
  bench.runMs(100);
  const kernel = bench.kernel('c1');
  const device = bench.device('c1', 'ens33');
  const at = ip(row.ip);
  makeEntry(bench, row);
  bench.runMs(row.entryAgeMs ?? 0);
  const before = neighText(kernel, device, at);
  const sentBefore = bench.seen('c1:ens33', 'tx').length;
  bench.inject('probe:ens33', row.stimulus);
  bench.runMs(5);
  const sent = bench.seen('c1:ens33', 'tx').slice(sentBefore);
  return {
    recorded: [row.before, row.after, row.framesOut?.map(({ hex }) => masked(hex))],
    simulated: [before, neighText(kernel, device, at), row.framesOut && sent.map(masked)],
  };
}

function makeEntry(bench: Bench, row: UpdateRow): void {
  const kernel = bench.kernel('c1');
  const device = bench.device('c1', 'ens33');
  const at = ip(row.ip);
  const [state = ''] = row.before.split(' ');
  switch (state) {
    case 'none':
      return;
    case 'INCOMPLETE': {
      const waiting = row.framesOut?.find(({ hex }) => hex.slice(24, 28) === '0800');
      const srcPort = waiting === undefined ? 4000 : Number.parseInt(waiting.hex.slice(68, 72), 16);
      expect(sendDatagram(kernel, { dst: at, srcPort })).toBeNull();
      return;
    }
    // By traffic, as the recording had it.
    case 'DELAY':
      makeNeighbour(kernel, device, at, OLD, 'STALE');
      expect(sendDatagram(kernel, { dst: at })).toBeNull();
      return;
    default:
      makeNeighbour(kernel, device, at, state === 'FAILED' ? null : OLD, state as NudState);
  }
}

describe('neighbour entries and ARP frames', { timeout: 60_000 }, () => {
  it.each([
    ['m3a-garp-neighbour-matrix', 832],
    ['m3g-garp-delay-and-accept', 55],
  ])('%s: all %d rows', (name, count) => {
    const file = recording<Rows<UpdateRow>>(name);
    expect(compare(file.rows, (row) => update(file, row))).toEqual(all(count));
  });
});

interface LocktimeRow {
  readonly id: string;
  readonly locktime: number;
  readonly ageMs?: number;
  readonly stimulus?: string;
  readonly after?: string;
  readonly overridden?: boolean;
  readonly steps?: readonly { tMs: number; do: string; entry: { state: string; lladdr: string } }[];
}

/** Frames from 172.20.9.9 to the client 172.20.0.1; `XX` is the last byte of the sender's MAC. */
const STEP_FRAMES: Readonly<Record<string, string>> = {
  'GARP request': 'ffffffffffff0200000000XX080600010800060400010200000000XXac140909000000000000ac140909',
  'unicast reply': '0200000000010200000000XX080600010800060400020200000000XXac140909020000000001ac140001',
};

function stepFrame(what: string): string {
  const kind = Object.keys(STEP_FRAMES).find((known) => what.startsWith(known));
  if (kind === undefined) throw new Error(`no such step: ${what}`);
  return (STEP_FRAMES[kind] ?? '').replaceAll('XX', /new/i.test(what) ? '0c' : '0b');
}

describe('locktime', () => {
  const file = recording<Rows<LocktimeRow>>('m3b-locktime');

  it('m3b-locktime: all 33 rows of the boundary', () => {
    const boundary = file.rows.filter((row) => row.steps === undefined);
    const agreement = compare(boundary, (row) => {
      const bench = worldOf(file, 'c1');
      setSysctls(bench, 'c1', { 'net.ipv4.neigh.ens33.locktime': row.locktime });
      const stimulus = row.stimulus ?? '';
      const at = Number.parseInt(stimulus.slice(56, 64), 16) | 0;
      const device = bench.device('c1', 'ens33');
      makeNeighbour(bench.kernel('c1'), device, at, OLD, 'REACHABLE');
      // Recorded to a tenth of a millisecond: an age of 0.0 is not none.
      bench.runMs((row.ageMs ?? 0) + 0.05);
      bench.inject('probe:ens33', stimulus);
      bench.runMs(5);
      const after = neighText(bench.kernel('c1'), device, at);
      return { recorded: [row.after, row.overridden], simulated: [after, !after.endsWith(OLD)] };
    });
    expect(agreement).toEqual(all(33));
  });

  it('m3b-locktime: all 3 rows of what restarts it', () => {
    const stepped = file.rows.filter((row) => row.steps !== undefined);
    const agreement = compare(stepped, (row) => {
      const bench = worldOf(file, 'c1');
      const kernel = bench.kernel('c1');
      const device = bench.device('c1', 'ens33');
      const at = ip('172.20.9.9');
      setSysctls(bench, 'c1', { 'net.ipv4.neigh.ens33.locktime': row.locktime });
      if (row.id === 'L-053') {
        setSysctls(bench, 'c1', { 'net.ipv4.neigh.ens33.base_reachable_time_ms': 1000 });
        // It left REACHABLE between the polls of 912 and 1010 ms.
        drawReachable(kernel, (1010 - 23) / 1000 / 1.06);
      }
      const entries = (row.steps ?? []).map(({ tMs, do: what }) => {
        bench.runUntilMs(tMs - 2);
        if (what.startsWith('create')) makeNeighbour(kernel, device, at, OLD, 'REACHABLE');
        else if (what !== 'poll') bench.inject('probe:ens33', stepFrame(what));
        bench.runUntilMs(tMs);
        return neighText(kernel, device, at);
      });
      const recorded = (row.steps ?? []).map(({ entry }) => `${entry.state} ${entry.lladdr}`);
      return { recorded, simulated: entries };
    });
    expect(agreement).toEqual(all(3));
  });
});

interface LearningRow {
  readonly id: string;
  readonly stimulus?: string;
  readonly entryAfter: { readonly state: string; readonly lladdr?: string };
  readonly frames: readonly RecordedFrame[];
}

describe('passive learning', () => {
  it('m4-passive-learning: all 5 rows, one after the other in one world', () => {
    const file = recording<Rows<LearningRow>>('m4-passive-learning');
    const bench = worldOf(file, 'c1');
    const kernel = bench.kernel('c1');
    const device = bench.device('c1', 'ens33');
    const agreement = compare(file.rows, (row) => {
      bench.runMs(100);
      const first = row.frames[0];
      const stimulus = row.stimulus ?? first?.hex ?? '';
      const sentBefore = bench.seen('c1:ens33', 'tx').length;
      // The frame comes by the wire, from a port that is not c1's.
      bench.inject('srv:ens33', stimulus);
      bench.runMs(5);
      const sender = stimulus.slice(24, 28) === '0806' ? stimulus.slice(56, 64) : stimulus.slice(52, 60);
      const after = neighText(kernel, device, Number.parseInt(sender, 16) | 0);
      const { state, lladdr } = row.entryAfter;
      return {
        recorded: [
          state === 'NONE' ? 'none' : `${state} ${lladdr}`,
          row.frames.filter(({ dir }) => dir === 'tx').map(({ hex }) => masked(hex)),
        ],
        simulated: [after, bench.seen('c1:ens33', 'tx').slice(sentBefore).map(masked)],
      };
    });
    expect(agreement).toEqual(all(5));
  });
});
