/** IP and ICMP of hosts and routers: rows of the real kernel, each file one world. */
import { describe, expect, it } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import { hex, hexText } from '../../src/wire/bytes.ts';
import { decodeFrame, encodeFrame } from '../../src/wire/codec.ts';
import { IPV4, ipv4Frame } from '../../src/wire/ethernet.ts';
import { Icmp } from '../../src/wire/icmp.ts';
import { ip, ipText } from '../../src/wire/ip-address.ts';
import { ICMP, Ipv4Packet } from '../../src/wire/ipv4.ts';
import { Bench, type Link } from './bench.ts';
import { run, setSysctls, setUp } from './commands.ts';
import { masked } from './mask.ts';
import { sendLike } from './programs.ts';
import { all, compare, type RecordedFrame, type Rows, recording, worldOf } from './recording.ts';
import { playRow, type Stimulus, stimuliOf, type TimedRow } from './rows.ts';

interface IpRow extends TimedRow {
  readonly title: string;
  readonly sysctl?: Readonly<Record<string, number>>;
  readonly forwardedCount?: number;
}

/** `net.ipv4.conf.ens33/ens34.rp_filter` is two keys, `rp_filter` and `send_redirects` are short for some. */
function expanded(sysctl: Readonly<Record<string, number>>): Record<string, number> {
  const short: Readonly<Record<string, readonly string[]>> = {
    send_redirects: ['net.ipv4.conf.all.send_redirects', 'net.ipv4.conf.ens33.send_redirects'],
    rp_filter: ['net.ipv4.conf.all.rp_filter'],
  };
  const entries = Object.entries(sysctl).flatMap(([key, value]) => {
    const both = /^(.*\.)(\w+)\/(\w+)(\..*)$/.exec(key);
    const keys = both === null ? [key] : [`${both[1]}${both[2]}${both[4]}`, `${both[1]}${both[3]}${both[4]}`];
    return keys.flatMap((one) => (short[one] ?? [one]).map((full) => [full, value] as const));
  });
  return Object.fromEntries(entries);
}

/** Lines of setup before the first that belongs to a row. */
function firstLines(file: Rows<unknown>): number {
  return file.setup.findIndex((line) => /: (sysctl|ping) /.test(line));
}

describe('m5-host-input', () => {
  const file = recording<Rows<IpRow>>('m5-host-input');

  it('all 59 rows', () => {
    const bench = worldOf(file, 'rs1', {}, firstLines(file));
    const agreement = compare(file.rows, (row) => {
      const none = { all: 0, ens33: 0, ens34: 0 };
      for (const conf of Object.keys(none)) {
        setSysctls(bench, 'rs1', {
          [`net.ipv4.conf.${conf}.rp_filter`]: 0,
          [`net.ipv4.conf.${conf}.accept_local`]: 0,
        });
      }
      setSysctls(bench, 'rs1', expanded(row.sysctl ?? {}));
      if (row.id === 'udp-closed-x20') bench.runMs(10_000);
      const stimuli = stimuliOf(row, { from: 'rs1:ens33', at: 'probe:ens33' });
      const taps = ['rs1:ens33', 'rs1:ens34', 'probe:ens33', 'probe:ens34'];
      return playRow(bench, row, stimuli, row.id === 'udp-closed-x20' ? taps.slice(0, 2) : taps);
    });
    expect(agreement).toEqual(all(59));
  });
});

/** The echo request an ICMP error quotes, as it was before a router had it, with another sequence number. */
function echoLike(error: string, sequence: number): string {
  const frame = decodeFrame(hex(`${error.slice(12, 24)}${error.slice(0, 12)}0800${error.slice(84)}`));
  if (frame.kind !== IPV4 || frame.payload.kind !== ICMP) throw new Error(`no echo request: ${error}`);
  const { src, dst, tos, id, payload } = frame.payload;
  const echo = new Icmp(payload.type, payload.code, (payload.rest & ~0xffff) | sequence, payload.data);
  const packet = new Ipv4Packet(src, dst, 64, tos, id, false, false, ICMP, echo);
  return hexText(encodeFrame(ipv4Frame(frame.dst, frame.src, packet)));
}

const ROUTER_TAPS = ['gw:ens33', 'gw:ens34', 'dst:ens33', 'gw2:ens33', 'probe:ens33'];

/** Not modelled: fragmentation. */
const FRAGMENTS = 'F1-nodf-too-big';

/** Moments and sequence numbers of the requests of F1-noroute-slow; not all got an error. */
const NO_ROUTE_SLOW = [
  [0.1, 1],
  [10.4, 2],
  [20.7, 3],
  [31.0, 4],
  [2541.6, 6],
  [5041.9, 7],
  [7542.3, 8],
] as const;

describe('m5-forwarding-icmp-errors', () => {
  const file = recording<Rows<IpRow>>('m5-forwarding-icmp-errors');

  it('26 of 27 rows; the other is about fragments, which are not modelled', () => {
    const bench = worldOf(file, 'gw', {}, firstLines(file));
    expect(file.rows).toHaveLength(27);
    const rows = file.rows.filter(({ id }) => id !== FRAGMENTS);
    const agreement = compare(rows, (row) => {
      setSysctls(bench, 'gw', {
        'net.ipv4.ip_forward': 1,
        'net.ipv4.conf.all.rp_filter': 0,
        ...expanded({ send_redirects: 0, ...row.sysctl }),
      });
      run(bench, `gw: ip link set ens34 mtu ${row.id === 'F1-df-too-big' ? 1400 : 1500}`);
      const slow = row.id === 'F1-noroute-slow';
      if (slow) bench.runMs(10_000);
      const error = row.frames[0]?.hex ?? '';
      const stimuli: readonly Stimulus[] = slow
        ? NO_ROUTE_SLOW.map(([tMs, seq]) => ({ tMs, hex: echoLike(error, seq), at: 'probe:ens33' }))
        : stimuliOf(row);
      return playRow(bench, row, stimuli, slow ? ['probe:ens33'] : ROUTER_TAPS);
    });
    expect(agreement).toEqual(all(26));
  });

  it('drops what is too big and may be fragmented, and counts it', () => {
    const bench = worldOf(file, 'gw', {}, firstLines(file));
    setSysctls(bench, 'gw', { 'net.ipv4.ip_forward': 1 });
    run(bench, 'gw: ip link set ens34 mtu 1400');
    const row = file.rows.find(({ id }) => id === FRAGMENTS);
    for (const { at, hex: frame } of stimuliOf(row ?? { id: '', frames: [] })) bench.inject(at, frame);
    bench.runMs(1);
    expect(bench.seen('gw:ens34', 'tx')).toEqual([]);
    expect(bench.kernel('gw').drops.get('too big')).toBe(1);
  });
});

describe('m5-icmp-redirects', () => {
  const file = recording<Rows<IpRow>>('m5-icmp-redirects');

  it('all 8 rows', () => {
    const bench = worldOf(file, 'gw', {}, firstLines(file));
    setSysctls(bench, 'gw', { 'net.ipv4.ip_forward': 1 });
    let forwarded = 0;
    const agreement = compare(file.rows, (row) => {
      setSysctls(bench, 'gw', row.sysctl ?? {});
      const received = { from: 'gw:ens33', at: 'probe:ens33' };
      if (row.id !== 'R-backoff') {
        const stimuli = stimuliOf(row, received).filter(({ hex: frame }) => frame.startsWith('0200000000fe'));
        return playRow(bench, row, stimuli, ['gw:ens33']);
      }
      bench.runMs(10_000);
      const error = row.frames[0]?.hex ?? '';
      const stimuli = Array.from({ length: 240 }, (_, i) => ({
        tMs: 50.3 * i,
        hex: echoLike(error, i + 1),
        at: 'probe:ens33',
      }));
      const { length } = bench.frames;
      playRow(bench, row, stimuli, []);
      const sent = bench.frames.slice(length).filter(({ at, dir }) => at === 'gw:ens33' && dir === 'tx');
      const redirects = sent.filter(({ hex: frame }) => frame.slice(68, 70) === '05');
      forwarded = sent.length - redirects.length;
      return {
        recorded: { frames: row.frames.map(({ hex: frame }) => withoutSequence(frame)), early: [], late: [] },
        simulated: {
          frames: redirects.map(({ hex: frame }) => withoutSequence(frame)),
          ...offBeat(redirects.map(({ atNs }) => atNs / MS)),
        },
      };
    });
    expect(agreement).toEqual(all(8));
    expect(forwarded).toBe(file.rows.find(({ id }) => id === 'R-backoff')?.forwardedCount);
  });
});

/** The sender's own beat was uneven: which of its packets got a redirect is not compared. */
function withoutSequence(redirect: string): string {
  const text = masked(redirect);
  return `${text.slice(0, 128)}0000${text.slice(132, 136)}0000${text.slice(140)}`;
}

/** Redirects that came before 20 ms × 2^n had passed since the one before, or more than a packet later. */
function offBeat(timesMs: readonly number[]) {
  const gaps = timesMs.slice(1).map((at, i) => ({ gap: at - (timesMs[i] ?? 0), least: 20 * 2 ** (i + 1) }));
  return {
    early: gaps.filter(({ gap, least }) => gap <= least),
    late: gaps.filter(({ gap, least }) => gap >= least + 60),
  };
}

interface RedirectedRow {
  readonly id: string;
  readonly setup: readonly string[];
  readonly result: { readonly routeGet: string };
  readonly frames: readonly RecordedFrame[];
}

describe('m5-icmp-redirect-client', () => {
  it('all 3 rows: the first redirect starts ARP, the second is obeyed', () => {
    const file = recording<{ topology: { links: readonly Link[] }; rows: readonly RedirectedRow[] }>(
      'm5-icmp-redirect-client',
    );
    const agreement = compare(file.rows, (row) => {
      const bench = new Bench(file.topology.links);
      setUp(bench, row.setup);
      const kernel = bench.kernel('c1');
      const datagrams = row.frames.filter(
        ({ dir, hex: frame }) => dir === 'tx' && frame.slice(46, 48) === '11',
      );
      datagrams.forEach(({ tMs, hex: frame }, i) => {
        // The first waits for ARP, whose request shows when it was sent.
        bench.runUntilMs(i === 0 ? (row.frames[0]?.tMs ?? 0) : tMs);
        sendLike(kernel, frame);
      });
      bench.runMs(10);
      const hop = kernel.routes.lookup(ip('10.9.0.5'));
      const via = `via ${ipText(hop?.nextHop ?? 0)} dev ${hop?.device.name} src ${ipText(hop?.src ?? 0)}`;
      return {
        recorded: [byDirection(row.frames), /via .* src [\d.]+/.exec(row.result.routeGet)?.[0]],
        simulated: [byDirection(bench.frames.filter(({ at }) => at === 'c1:ens33')), via],
      };
    });
    expect(agreement).toEqual(all(3));
  });
});

/**
 * In the recording two frames come in before the answer to the first goes out: only each direction has an
 * order.
 */
function byDirection(frames: readonly { dir: string; hex: string }[]): string[] {
  return ['rx', 'tx'].flatMap((way) =>
    frames.filter(({ dir }) => dir === way).map(({ hex: frame }) => `${way} ${masked(frame)}`),
  );
}
