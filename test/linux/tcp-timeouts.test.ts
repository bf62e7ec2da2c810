/**
 * Retransmission and giving up: nominal times, which the recorded ones (late by the kernel's timer wheel)
 * must allow.
 */
import { describe, expect, test } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import type { Errno } from '../../src/linux/errno.ts';
import type { TcpSocket } from '../../src/linux/tcp.ts';
import { asciiBytes, bytesText } from '../../src/wire/bytes.ts';
import { IPV4 } from '../../src/wire/ethernet.ts';
import { ip } from '../../src/wire/ip-address.ts';
import {
  type Host,
  inject,
  type Line,
  readRecording,
  recordedLines,
  type Seen,
  Segment,
  simulatedLines,
  type Timeline,
  texts,
} from './tcp-bench.ts';

const VIP = ip('192.168.100.10');

interface End {
  readonly error: Errno | null;
  readonly atMs: number;
}

function connect(host: Host, ends: End[], srcPort?: number): TcpSocket {
  const { engine } = host.kernel;
  const socket = host.kernel.tcp.connect({
    dst: VIP,
    dstPort: 80,
    ...(srcPort === undefined ? {} : { srcPort }),
    events: { closed: (error) => ends.push({ error, atMs: engine.nowNs / MS }) },
  });
  if (typeof socket === 'string') throw new Error(socket);
  return socket;
}

/** Moments of the IP packets a card sent, in whole ms. */
function sentMs(frames: readonly Seen[]): number[] {
  return frames.filter(({ frame }) => frame.kind === IPV4).map(({ timeNs }) => Math.round(timeNs / MS));
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] as number));
}

/** The rule of the recordings: a timer of d ms fires between d - 1 and 1.125 d + 20. */
function expectLateBy(nominal: readonly number[], recorded: readonly number[]): void {
  expect(recorded).toHaveLength(nominal.length);
  nominal.forEach((gap, index) => {
    expect(recorded[index]).toBeGreaterThanOrEqual(gap - 1);
    expect(recorded[index]).toBeLessThanOrEqual(1.125 * gap + 20);
  });
}

function isSent(text: string): boolean {
  return text.includes(' tx ');
}

/**
 * A seed with which a client draws a reachable time in that range: the recorded one's is known no closer.
 */
function seedOfReachableTime(fromMs: number, toMs: number, prepare: (c1: Host) => void): string {
  for (let seed = 1; ; seed++) {
    const c1 = new Segment(String(seed)).host('c1', 0x01, '192.168.100.1/24');
    prepare(c1);
    const drawnMs = c1.kernel.neighbours.reachableNs(c1.device) / MS;
    if (drawnMs >= fromMs && drawnMs <= toMs) return String(seed);
  }
}

describe('a SYN to silence', () => {
  function times(sysctls: Readonly<Record<string, number>>): {
    sent: number[];
    ends: End[];
    segment: Segment;
  } {
    const segment = new Segment();
    const c1 = segment.host('c1', 0x01, '192.168.100.1/24');
    c1.neighbour('192.168.100.10', '02:00:00:00:00:0b');
    for (const [key, value] of Object.entries(sysctls)) c1.set(`net.ipv4.${key}`, value);
    const ends: End[] = [];
    connect(c1, ends);
    segment.engine.runUntil(300e9);
    return { sent: sentMs(segment.at('c1:ens33', 'tx')), ends, segment };
  }

  test('two retries, four linear timeouts [m6-syn-retries2]', () => {
    const { sent, ends, segment } = times({ tcp_syn_retries: 2, tcp_syn_linear_timeouts: 4 });
    expect(sent).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    expect(ends).toEqual([{ error: 'ETIMEDOUT', atMs: 7000 }]);
    const { frames, events } = readRecording<Timeline>('m6-syn-retries2');
    expectLateBy(gaps(sent), gaps(frames.map(({ tMs }) => tMs)));
    expectLateBy([7000 - 5000], [(events.at(-1)?.tMs ?? 0) - (frames.at(-1)?.tMs ?? 0)]);
    expect(texts(simulatedLines(segment.at('c1:ens33', 'tx')))).toEqual(texts(recordedLines(frames)));
  });

  test('stock: linear for 5 s, then doubling', () => {
    const { sent, ends } = times({});
    expect(sent.map((ms) => ms / 1000)).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
    expect(ends).toEqual([{ error: 'ETIMEDOUT', atMs: 131_000 }]);
  });

  test('without linear timeouts', () => {
    const six = times({ tcp_syn_linear_timeouts: 0 });
    expect(six.sent.map((ms) => ms / 1000)).toEqual([0, 1, 3, 7, 15, 31, 63]);
    expect(six.ends).toEqual([{ error: 'ETIMEDOUT', atMs: 127_000 }]);
    const five = times({ tcp_syn_linear_timeouts: 0, tcp_syn_retries: 5 });
    expect(five.sent.map((ms) => ms / 1000)).toEqual([0, 1, 3, 7, 15, 31]);
    expect(five.ends).toEqual([{ error: 'ETIMEDOUT', atMs: 63_000 }]);
  });

  test('a SYN that waits for ARP is not sent twice', () => {
    const segment = new Segment();
    const c1 = segment.host('c1', 0x01, '192.168.100.1/24');
    const ends: End[] = [];
    connect(c1, ends);
    let lvs1: Host | null = null;
    segment.play(3200, [
      [
        2500,
        () => {
          lvs1 = segment.host('lvs1', 0x0b);
          lvs1.add('192.168.100.10/24');
        },
      ],
    ]);
    expect(ends.map(({ error, atMs }) => [error, Math.round(atMs)])).toEqual([['EHOSTUNREACH', 3000]]);
    const late = new Segment();
    const client = late.host('c1', 0x01, '192.168.100.1/24');
    connect(client, []);
    late.play(2500, [[1500, () => late.host('lvs1', 0x0b, '192.168.100.10/24')]]);
    const syns = late.at('c1:ens33', 'tx').filter(({ frame }) => frame.kind === IPV4);
    expect(sentMs(syns)).toEqual([2000]);
  });
});

test('a SYN-ACK nobody confirms: 1, 3, 7, 15, 31 s, then forgotten at 63 s', () => {
  const segment = new Segment();
  const lvs1 = segment.host('lvs1', 0x0b, '192.168.100.10/24');
  lvs1.neighbour('192.168.100.1', '02:00:00:00:00:01');
  lvs1.kernel.tcp.listen({ port: 80, accept: () => {} });
  const { rows } = readRecording<{ rows: readonly { id: string; stimulus: string }[] }>('m6-rst-forms');
  inject(lvs1, rows.find(({ id }) => id === 'listening-SYN')?.stimulus ?? '');
  segment.engine.runUntil(62.9e9);
  const answers = sentMs(segment.at('lvs1:ens33', 'tx'));
  expect(answers.map((ms) => ms / 1000)).toEqual([0, 1, 3, 7, 15, 31]);
  expect(lvs1.kernel.tcp.flows.sorted().map(({ state }) => state)).toEqual(['SYN_RECV']);
  segment.engine.runUntil(63.1e9);
  expect(lvs1.kernel.tcp.flows.size).toBe(0);
});

describe('data to a peer that has vanished', () => {
  interface Vanished {
    readonly segment: Segment;
    readonly c1: Host;
    readonly ends: End[];
  }

  /** 5 bytes each way, then the server's port goes down and 4 bytes more are sent at `sendMs`. */
  function vanish(sendMs: number, untilMs: number, prepare: (c1: Host) => void, seed = '1'): Vanished {
    const segment = new Segment(seed);
    const c1 = segment.host('c1', 0x01, '192.168.100.1/24');
    const lvs1 = segment.host('lvs1', 0x0b, '192.168.100.11/24', '192.168.100.10/32');
    prepare(c1);
    const ends: End[] = [];
    lvs1.kernel.tcp.listen({
      port: 80,
      accept: (socket) => (socket.events = { data: () => void socket.send(asciiBytes('world')) }),
    });
    const socket = connect(c1, ends, 35226);
    segment.play(untilMs, [
      [12, () => socket.send(asciiBytes('hello'))],
      [504, () => lvs1.port.setEnabled(false)],
      [sendMs, () => socket.send(asciiBytes('data'))],
    ]);
    return { segment, c1, ends };
  }

  test('tail loss probe, doubling timeouts, ETIMEDOUT [m6-rto-retries5-perm]', () => {
    const { segment, ends } = vanish(753, 20_000, (c1) => {
      c1.set('net.ipv4.tcp_retries2', 5);
      c1.neighbour('192.168.100.10', '02:00:00:00:00:0b');
    });
    const sent = sentMs(segment.at('c1:ens33', 'tx')).slice(-7);
    expect(gaps(sent)).toEqual([204, 204, 408, 816, 1632, 3264]);
    expect(ends.map(({ error, atMs }) => [error, Math.round(atMs - (sent[6] ?? 0))])).toEqual([
      ['ETIMEDOUT', 6528],
    ]);
    const { frames, events } = readRecording<Timeline>('m6-rto-retries5-perm');
    const recorded = frames.filter(({ at, dir }) => at === 'c1:ens33' && dir === 'tx').slice(-7);
    expectLateBy(gaps(sent), gaps(recorded.map(({ tMs }) => tMs)));
    expectLateBy([6528], [(events.at(-1)?.tMs ?? 0) - (recorded.at(-1)?.tMs ?? 0)]);
    const ours = simulatedLines(segment.seen).filter(({ at }) => at === 'c1:ens33');
    const theirs = recordedLines(frames).filter(({ at }) => at === 'c1:ens33');
    expect(texts(ours).filter(isSent)).toEqual(texts(theirs).filter(isSent));
  });

  test('ARP fails meanwhile: backoff goes back, EHOSTUNREACH [m6-rto-neigh-failed]', () => {
    const { frames, events } = readRecording<Timeline>('m6-rto-neigh-failed');
    const prepare = (c1: Host): void => {
      c1.set('net.ipv4.tcp_retries2', 5);
      c1.set('net.ipv4.neigh.ens33.base_reachable_time_ms', 1000);
    };
    const { segment, ends } = vanish(2724.781, 20_000, prepare, seedOfReachableTime(600, 840, prepare));
    const ofClient = segment.seen.filter(({ at }) => at === 'c1:ens33');
    expect(texts(simulatedLines(ofClient)).filter(isSent)).toEqual(
      texts(recordedLines(frames)).filter(isSent),
    );
    expect(ends.map(({ error }) => error)).toEqual(['EHOSTUNREACH']);
    const failed = events.find(({ error }) => error === 'EHOSTUNREACH');
    const waited = (failed?.tMs ?? 0) - 2724.781;
    expectLateBy([(ends[0]?.atMs ?? 0) - 2724.781], [waited]);
  });

  test('fifteen retries: after 924.6 s', () => {
    const { ends, segment } = vanish(1000, 1_300_000, (c1) =>
      c1.neighbour('192.168.100.10', '02:00:00:00:00:0b'),
    );
    const data = sentMs(segment.at('c1:ens33', 'tx')).slice(3);
    expect(Math.max(...gaps(data))).toBe(120_000);
    expect(ends.map(({ error }) => error)).toEqual(['ETIMEDOUT']);
    const elapsed = (ends[0]?.atMs ?? 0) - 1408;
    expect(elapsed).toBeGreaterThanOrEqual(924_600);
    expect(elapsed).toBeLessThan(924_600 + 120_000);
  });
});

test('the server loses its address for a while [m6-server-vip-removed-and-back]', () => {
  const { frames, events } = readRecording<Timeline>('m6-server-vip-removed-and-back');
  const segment = new Segment();
  const c1 = segment.host('c1', 0x01, '192.168.100.1/24');
  const lvs1 = segment.host('lvs1', 0x0b, '192.168.100.11/24', '192.168.100.10/32');
  const heard: string[] = [];
  let server: TcpSocket | null = null;
  lvs1.kernel.tcp.listen({
    port: 80,
    accept: (socket) => {
      server = socket;
      socket.events = { data: (bytes) => heard.push(`server ${bytesText(bytes)}`) };
    },
  });
  let client: TcpSocket | null = null;
  segment.play(5340, [
    [
      0.096,
      () => {
        client = connect(c1, [], 35666);
        client.events = { data: (bytes) => heard.push(`client ${bytesText(bytes)}`) };
      },
    ],
    [0.216, () => client?.send(asciiBytes('hello'))],
    [125.7, () => lvs1.remove('192.168.100.10/32')],
    [125.74, () => expect(server?.send(asciiBytes('world'))).toBe(null)],
    [1326.06, () => client?.send(asciiBytes('data!').subarray(0, 4))],
    [2340.49, () => lvs1.add('192.168.100.10/32')],
  ]);
  const ours = simulatedLines(segment.seen);
  for (const host of ['c1:ens33', 'lvs1:ens33']) {
    const sentBy = (lines: readonly Line[]) => texts(lines.filter(({ at }) => at === host)).filter(isSent);
    expect(sentBy(ours)).toEqual(sentBy(recordedLines(frames)));
  }
  expect(heard).toEqual(['server hello', 'server data', 'client world']);
  expect(events.filter((event) => 'data' in event)).toHaveLength(2);
});
