import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../src/engine/time.ts';
import type { Conn } from '../../src/ipvs/conn.ts';
import { TCP_STATE_NAMES } from '../../src/ipvs/tcp-states.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../src/wire/tcp.ts';
import { readCase } from './cases-a.ts';
import { Director, datagram, type Endpoints, segment, VIP } from './director.ts';

const CLIENT = ip('10.9.9.9');
const FLAGS: Readonly<Record<string, number>> = { S: SYN, A: ACK, F: FIN | ACK, R: RST };

interface StatesRecording {
  readonly commands: string[];
  readonly sequences: { sport: number; client_segments: string; state: string; expire: string }[];
  readonly first_segment_not_syn: { sport: number; first_segment: string; state: string }[];
  readonly Ln: string;
}

interface LifeRecording {
  readonly refreshed_at: number[];
  readonly snapshots: {
    t: number;
    conns: Record<string, [string, string]>;
    active_inact_tcp: [string, string];
    active_inact_udp: [string, string];
  }[];
}

interface CountersRecording {
  readonly steps: { what: string; active: number; inact: number; conns: Record<string, [string, string]> }[];
}

function endpoints(sport: number): Endpoints {
  return { src: CLIENT, sport, dst: VIP, dport: 80 };
}

function directorWith(...commands: string[]): Director {
  const director = new Director();
  for (const command of commands) expect(director.type(command)).toMatchObject({ exit: 0, stderr: '' });
  return director;
}

function sendSegments(director: Director, sport: number, letters: string): void {
  for (const letter of letters) director.client.send(segment(endpoints(sport), FLAGS[letter] as number));
  director.settle();
}

function entryOf(director: Director, sport: number): Conn | undefined {
  return director.ipvs.connectionList().find((conn) => conn.clientPort === sport);
}

function shown(director: Director, conn: Conn): [string, string] {
  const seconds = Math.floor(director.ipvs.remainingNs(conn) / SECOND);
  const two = (value: number) => String(value).padStart(2, '0');
  const state = conn.protocol === 17 ? 'UDP' : (TCP_STATE_NAMES[conn.state] as string);
  return [state, `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`];
}

describe('C-dr-states: the state after each sequence of the client', () => {
  const recorded = readCase<StatesRecording>('C-dr-states');
  const director = directorWith(...recorded.commands);

  test('state and time left of every sequence', () => {
    const got = recorded.sequences.map(({ sport, client_segments }) => {
      sendSegments(director, sport, client_segments);
      const conn = entryOf(director, sport);
      const [state, expire] = conn === undefined ? ['none', ''] : shown(director, conn);
      return { sport, client_segments, state, expire };
    });
    expect(got).toEqual(recorded.sequences);
    expect(got).toHaveLength(85);
  });

  test('a first segment without SYN, or with RST, opens nothing', () => {
    const bits: Readonly<Record<string, number>> = { S: SYN, A: ACK, F: FIN, R: RST, P: PSH };
    const got = recorded.first_segment_not_syn.map(({ sport, first_segment }) => {
      const flags = [...first_segment].reduce((all, letter) => all | (bits[letter] as number), 0);
      director.client.send(segment(endpoints(sport), flags));
      director.settle();
      const conn = entryOf(director, sport);
      return { sport, first_segment, state: conn === undefined ? 'no entry' : shown(director, conn)[0] };
    });
    expect(got).toEqual(recorded.first_segment_not_syn);
    expect(director.type('-Ln').stdout).toBe(recorded.Ln);
  });
});

test('C-life-01: when entries end in each state', () => {
  const recorded = readCase<LifeRecording>('C-life-01');
  const director = directorWith(
    '-A -t 192.168.100.10:80 -s rr',
    '-a -t 192.168.100.10:80 -r 192.168.100.200:80 -g',
    '-A -u 192.168.100.10:80 -s rr',
    '-a -u 192.168.100.10:80 -r 192.168.100.200:80 -g',
  );
  const ports = { synrecv: 30001, est: 30002, finwait: 30003, close: 30004, timewait: 30005 };
  const segments = { synrecv: 'S', est: 'SA', finwait: 'SAFA', close: 'SAR', timewait: 'SF' };
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) {
    sendSegments(director, ports[name], segments[name]);
  }
  sendSegments(director, 30006, 'SA');
  director.client.send(datagram(endpoints(30007)));
  director.settle();
  const all: Record<string, number> = { ...ports, est_refreshed: 30006, udp: 30007 };
  const timeouts: Record<string, number> = { synrecv: 60, close: 10, finwait: 120, timewait: 120 };
  const refreshes = [...recorded.refreshed_at];
  for (const { t, conns, active_inact_tcp } of recorded.snapshots) {
    while (refreshes[0] !== undefined && refreshes[0] <= t) {
      director.engine.runUntil(Math.max(director.engine.nowNs, (refreshes.shift() ?? 0) * SECOND));
      sendSegments(director, 30006, 'A');
    }
    director.engine.runUntil(Math.max(director.engine.nowNs, t * SECOND));
    let gone = 0;
    for (const [name, sport] of Object.entries(all)) {
      const conn = entryOf(director, sport);
      const expected = conns[name];
      const timeout = timeouts[name] ?? Number.POSITIVE_INFINITY;
      if (conn === undefined) {
        // The kernel's timer may be an eighth late.
        expect(t, name).toBeGreaterThanOrEqual(timeout);
        if (expected !== undefined) {
          expect(expected[1]).toBe('00:00');
          expect(t).toBeLessThanOrEqual(timeout * 1.125 + 1);
          gone++;
        }
        continue;
      }
      expect(expected, `${name} at ${t}`).toBeDefined();
      const [state, expire] = shown(director, conn);
      expect(state).toBe(expected?.[0]);
      expect(Math.abs(secondsOf(expire) - secondsOf(expected?.[1] ?? '')), name).toBeLessThanOrEqual(1);
    }
    if (gone > 0) continue;
    const server = director.ipvs.services[0]?.destinations[0];
    expect([String(server?.activeConns), String(server?.inactConns)]).toEqual(active_inact_tcp);
  }
  expect(recorded.snapshots.length).toBeGreaterThan(50);
});

function secondsOf(expire: string): number {
  const [minutes = 0, seconds = 0] = expire.split(':').map(Number);
  return minutes * 60 + seconds;
}

test('C-counters-01: the counts at each step of a connection', () => {
  const recorded = readCase<CountersRecording>('C-counters-01');
  const director = directorWith(
    '-A -t 192.168.100.10:80 -s rr',
    '-a -t 192.168.100.10:80 -r 192.168.100.200:80 -g',
  );
  /** What the client sends at each step; what only the server sends is not seen. */
  const script: readonly (readonly [number, string])[] = [
    [0, ''],
    [40001, 'SA'],
    [40001, 'A'],
    [40001, 'A'],
    [40001, 'A'],
    [40001, 'F'],
    [40002, 'SA'],
    [40002, 'F'],
    [40002, 'A'],
    [40002, 'A'],
    [40003, 'SAR'],
    [40004, 'SA'],
    [40004, ''],
    [40004, ''],
  ];
  expect(script).toHaveLength(recorded.steps.length);
  recorded.steps.forEach(({ what, active, inact, conns }, index) => {
    const [sport, letters] = script[index] as readonly [number, string];
    sendSegments(director, sport, letters);
    const [server] = director.ipvs.services[0]?.destinations ?? [];
    expect([what, server?.activeConns, server?.inactConns]).toEqual([what, active, inact]);
    for (const [port, [state, expire]] of Object.entries(conns)) {
      const conn = entryOf(director, Number(port)) as Conn;
      expect(shown(director, conn)[0]).toBe(state);
      expect(Math.abs(secondsOf(shown(director, conn)[1]) - secondsOf(expire))).toBeLessThanOrEqual(2);
    }
  });
});

test('--set: an entry takes the new timeout with its next packet', () => {
  const director = directorWith(
    '-A -t 192.168.100.10:80 -s rr',
    '-a -t 192.168.100.10:80 -r 192.168.100.200:80 -g',
  );
  sendSegments(director, 1, 'SA');
  expect(director.type('--set 30 0 0').exit).toBe(0);
  expect(director.type('-L --timeout').stdout).toBe('Timeout (tcp tcpfin udp): 30 120 300\n');
  const conn = entryOf(director, 1) as Conn;
  expect(shown(director, conn)[1]).toBe('14:59');
  sendSegments(director, 1, 'A');
  expect(shown(director, conn)[1]).toBe('00:29');
});

test('an entry ends to the nanosecond its timeout after the last packet', () => {
  const director = directorWith(
    '-A -t 192.168.100.10:80 -s rr',
    '-a -t 192.168.100.10:80 -r 192.168.100.200:80 -g',
  );
  sendSegments(director, 1, 'S');
  const conn = entryOf(director, 1) as Conn;
  const endNs = director.engine.nowNs + director.ipvs.remainingNs(conn);
  director.engine.runUntil(endNs - 1);
  expect(director.ipvs.connectionCount).toBe(1);
  director.engine.runUntil(endNs);
  expect(director.ipvs.connectionCount).toBe(0);
  expect(endNs % MS).not.toBe(0);
});
