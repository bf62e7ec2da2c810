import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { SECOND } from '../../src/engine/time.ts';
import { Conn, packPorts } from '../../src/ipvs/conn.ts';
import { ConnExpiry } from '../../src/ipvs/conn-expiry.ts';
import { ConnTable } from '../../src/ipvs/conn-table.ts';
import type { Destination } from '../../src/ipvs/destination.ts';
import { isActive } from '../../src/ipvs/tcp-states.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { TCP, UDP } from '../../src/wire/ipv4.ts';
import { ACK, FIN, RST, SYN } from '../../src/wire/tcp.ts';
import { Director, datagram, segment, VIP } from '../ipvs/director.ts';

// Hundreds of directors are built here; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

/** Left alone, fast-check makes arrays of about ten. */
const LONG = { size: 'max' } as const;

// ── round robin ────────────────────────────────────────────────────────────────────────────────────────

const SERVICE = '-t 192.168.100.10:80';

/** A server's address by its number. */
function server(number: number): string {
  return `10.0.0.${number + 1}`;
}

function pick(director: Director): string | null {
  const [service] = director.ipvs.services;
  if (service === undefined) return null;
  const syn = segment({ src: 1, sport: 1, dst: VIP, dport: 80 }, SYN);
  const destination = service.scheduler.pick(service, syn);
  return destination === null ? null : server((destination.ip & 255) - 1);
}

const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pick' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('add' as const, 'delete' as const, 'edit' as const),
      number: fc.nat({ max: 6 }),
      weight: fc.nat({ max: 2 }),
    }),
  },
);

/** The kernel's own way: a pointer into the list, null before the head. */
class ListModel {
  servers: { name: string; weight: number }[] = [];
  private pointer: string | null = null;

  add(name: string, weight: number): void {
    if (!this.servers.some((other) => other.name === name)) this.servers.unshift({ name, weight });
  }

  delete(name: string): void {
    const index = this.servers.findIndex((other) => other.name === name);
    if (index < 0) return;
    if (this.pointer === name) this.pointer = this.servers[index - 1]?.name ?? null;
    this.servers.splice(index, 1);
  }

  edit(name: string, weight: number): void {
    const found = this.servers.find((other) => other.name === name);
    if (found !== undefined) found.weight = weight;
  }

  pick(): string | null {
    const at = this.servers.findIndex((other) => other.name === this.pointer);
    const order = [...this.servers.slice(at + 1), ...this.servers.slice(0, at + 1)];
    const found = order.find((other) => other.weight > 0);
    if (found !== undefined) this.pointer = found.name;
    return found?.name ?? null;
  }
}

describe('rr', () => {
  test('is fair to within one while nothing is edited', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }),
        fc.nat({ max: 100 }),
        (weights, picks) => {
          const director = new Director();
          director.type(`-A ${SERVICE} -s rr`);
          for (const [i, weight] of weights.entries()) {
            director.type(`-a ${SERVICE} -r ${server(i)} -g -w ${weight}`);
          }
          const counts = new Map(weights.map((_weight, i) => [server(i), 0]));
          for (let i = 0; i < picks; i++) {
            const name = pick(director);
            if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
          }
          const usable = weights.flatMap((weight, i) => (weight > 0 ? [counts.get(server(i)) ?? 0] : []));
          const unusable = weights.flatMap((weight, i) => (weight > 0 ? [] : [counts.get(server(i))]));
          if (usable.length > 0) expect(Math.max(...usable) - Math.min(...usable)).toBeLessThanOrEqual(1);
          expect(unusable.every((count) => count === 0)).toBe(true);
          expect([...counts.values()].reduce((a, b) => a + b)).toBe(usable.length > 0 ? picks : 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('picks as a pointer into a linked list does, whatever is edited in between', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, ...LONG }), (acts) => {
        const director = new Director();
        director.type(`-A ${SERVICE} -s rr`);
        const model = new ListModel();
        for (const each of acts) {
          if (each.kind === 'pick') {
            expect(pick(director)).toBe(model.pick());
            continue;
          }
          const { kind, number, weight } = each;
          const option = { add: '-a', delete: '-d', edit: '-e' }[kind];
          const values = kind === 'delete' ? '' : `-g -w ${weight}`;
          director.type(`${option} ${SERVICE} -r ${server(number)} ${values}`);
          model[kind](server(number), weight);
        }
      }),
      { numRuns: 100 },
    );
  });
});

// ── the connection table ───────────────────────────────────────────────────────────────────────────────

const NOWHERE = {} as Destination;

interface Key {
  readonly protocol: number;
  readonly clientIp: number;
  readonly clientPort: number;
  readonly vip: number;
  readonly vport: number;
}

/** Few values, so that keys meet again; the extremes of their fields among them. */
const key: fc.Arbitrary<Key> = fc.record({
  protocol: fc.constantFrom(TCP, UDP),
  clientIp: fc.constantFrom(0, -1, 0x7fffffff, ip('192.168.100.20'), ip('10.9.9.9')),
  clientPort: fc.constantFrom(0, 1, 80, 32767, 32768, 65535),
  vip: fc.constantFrom(VIP, -1, 1),
  vport: fc.constantFrom(0, 80, 65535),
});

function textOf({ protocol, clientIp, clientPort, vip, vport }: Key): string {
  return [protocol, clientIp, clientPort, vip, vport].join(' ');
}

function connOf({ protocol, clientIp, clientPort, vip, vport }: Key): Conn {
  return new Conn(protocol, clientIp, packPorts(clientPort, vport), vip, NOWHERE);
}

function find(table: ConnTable, { protocol, clientIp, clientPort, vip, vport }: Key): Conn | null {
  return table.find(protocol, clientIp, clientPort, vip, vport);
}

describe('connection table', () => {
  test('finds exactly what is in it, whatever came and went', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 400, ...LONG }), (keys) => {
        const table = new ConnTable();
        const model = new Map<string, Conn>();
        for (const each of keys) {
          const known = model.get(textOf(each));
          expect(find(table, each)).toBe(known ?? null);
          if (known === undefined) {
            const conn = connOf(each);
            table.insert(conn);
            model.set(textOf(each), conn);
            expect([conn.clientPort, conn.vport]).toEqual([each.clientPort, each.vport]);
          } else {
            table.remove(known);
            model.delete(textOf(each));
          }
          expect(table.size).toBe(model.size);
        }
        for (const each of keys) expect(find(table, each)).toBe(model.get(textOf(each)) ?? null);
        expect(new Set(table.all())).toEqual(new Set(model.values()));
      }),
      { numRuns: 20 },
    );
  });

  test('finds fifty thousand clients, and after half of them are gone, the others', () => {
    const table = new ConnTable();
    const keys = Array.from({ length: 50_000 }, (_, i) => ({
      ...{ protocol: TCP, clientIp: (ip('10.0.0.0') + (i >> 12)) | 0, clientPort: 1024 + (i & 0xfff) },
      ...{ vip: VIP, vport: 80 },
    }));
    for (const each of keys) table.insert(connOf(each));
    const conns = keys.map((each) => find(table, each));
    expect(conns.includes(null)).toBe(false);
    conns.forEach((conn, i) => {
      if (i % 2 === 0) table.remove(conn as Conn);
    });
    expect(keys.every((each, i) => (find(table, each) === null) === (i % 2 === 0))).toBe(true);
  });
});

test('entries expire at the very nanosecond, in order, unless restarted or stopped', () => {
  const operation = fc.record({
    row: fc.integer({ min: 1, max: 200 }),
    timeoutS: fc.constantFrom(0, 1, 2, 10, 10, 60, 120, 900, 7),
    aheadNs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 * SECOND })),
    stop: fc.integer({ min: 0, max: 5 }).map((value) => value === 0),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 150, ...LONG }), (operations) => {
      const engine = new Engine();
      const kernel = new Kernel(engine, 'lvs1');
      const deadlines = new Map<number, number>();
      const expiry = new ConnExpiry(kernel, (row) => {
        expect(deadlines.get(row)).toBe(engine.nowNs);
        deadlines.delete(row);
      });
      const advance = (aheadNs: number) => {
        engine.runUntil(engine.nowNs + aheadNs);
        for (const [row, deadlineNs] of deadlines) {
          expect(deadlineNs).toBeGreaterThan(engine.nowNs);
          expect(expiry.remainingNs(row)).toBe(deadlineNs - engine.nowNs);
        }
      };
      for (const { row, timeoutS, aheadNs, stop } of operations) {
        if (stop) {
          expiry.stop(row);
          deadlines.delete(row);
        } else {
          expiry.restart(row, timeoutS);
          deadlines.set(row, engine.nowNs + timeoutS * SECOND);
        }
        if (aheadNs > 0) advance(aheadNs);
      }
      advance(1000 * SECOND);
      expect(deadlines.size).toBe(0);
      expect(engine.pendingEvents).toBe(0);
    }),
    { numRuns: 30 },
  );
});

// ── a director under commands and packets ──────────────────────────────────────────────────────────────

const COMMANDS = [
  '-A -t 192.168.100.10:80 -s rr',
  '-A -u 192.168.100.10:80 -s rr',
  '-E -t 192.168.100.10:80 -s rr',
  '-D -t 192.168.100.10:80',
  '-D -u 192.168.100.10:80',
  '-C',
  '-Z',
  '--set 5 0 7',
  '--set 900 120 300',
  ...['200', '222', '203'].flatMap((host) => [
    `-a -t 192.168.100.10:80 -r 192.168.100.${host} -g`,
    `-a -t 192.168.100.10:80 -r 192.168.100.${host} -x 3 -y 1`,
    `-e -t 192.168.100.10:80 -r 192.168.100.${host} -w 0`,
    `-e -t 192.168.100.10:80 -r 192.168.100.${host} -w 2 -x 2`,
    `-d -t 192.168.100.10:80 -r 192.168.100.${host}`,
    `-a -u 192.168.100.10:80 -r 192.168.100.${host} -g`,
  ]),
  '-a -t 192.168.100.10:80 -r 192.168.100.100',
  '-a -t 192.168.100.10:80 -r 172.31.0.1',
];

const event = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...COMMANDS).map((line) => ({ kind: 'command' as const, line })) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('packet' as const),
      port: fc.integer({ min: 1, max: 12 }),
      flags: fc.constantFrom(SYN, ACK, FIN | ACK, RST, SYN | ACK, SYN | RST, 0),
      udp: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sysctl' as const),
      name: fc.constantFrom('expire_nodest_conn', 'conn_reuse_mode', 'sloppy_tcp'),
      value: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      seconds: fc.constantFrom(0.001, 1, 9.9, 61, 130, 1000),
    }),
  },
);

type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;

function play(director: Director, each: Event): void {
  switch (each.kind) {
    case 'command': {
      const { exit } = director.type(each.line);
      expect([0, 255]).toContain(exit);
      return;
    }
    case 'packet': {
      const at = { src: ip('10.9.9.9'), sport: each.port, dst: VIP, dport: 80 };
      const packet = each.udp ? datagram(at) : segment(at, each.flags);
      director.kernel.netfilter.localIn.run(packet, director.device);
      return;
    }
    case 'sysctl':
      director.kernel.sysctl.set(`net.ipv4.vs.${each.name}`, String(each.value));
      return;
    case 'wait':
      director.run(each.seconds * SECOND);
  }
}

/** Every server's counts are those of the entries bound to it. */
function checkCounts(director: Director): void {
  const bound = new Map<Destination, { active: number; inactive: number }>();
  for (const { destinations } of director.ipvs.services) {
    for (const destination of destinations) bound.set(destination, { active: 0, inactive: 0 });
  }
  for (const conn of director.ipvs.connectionList()) {
    const counts = bound.get(conn.destination) ?? { active: 0, inactive: 0 };
    if (isActive(conn.state)) counts.active++;
    else counts.inactive++;
    bound.set(conn.destination, counts);
    expect(director.ipvs.remainingNs(conn)).toBeGreaterThan(0);
  }
  for (const [{ activeConns, inactConns }, { active, inactive }] of bound) {
    expect({ activeConns, inactConns }).toEqual({ activeConns: active, inactConns: inactive });
  }
}

describe('a director', () => {
  test('counts as active and inactive what is bound, through any commands, segments and waiting', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80, ...LONG }), (events) => {
        const director = new Director();
        for (const line of COMMANDS.slice(0, 2)) director.type(line);
        for (const each of events) {
          play(director, each);
          checkCounts(director);
        }
        director.run(2000 * SECOND);
        expect(director.ipvs.connectionCount).toBe(0);
        checkCounts(director);
      }),
      { numRuns: 40 },
    );
  });

  test('a connection keeps its server for as long as its entry lives', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60, ...LONG }), (events) => {
        const director = new Director();
        for (const line of [...COMMANDS.slice(0, 2), ...COMMANDS.slice(9, 15)]) director.type(line);
        const servers = new Map<Conn, string>();
        for (const each of events) {
          play(director, each);
          for (const conn of director.ipvs.connectionList()) {
            const { ip: address, port } = conn.destination;
            const name = `${address}:${port}`;
            expect(servers.get(conn) ?? name).toBe(name);
            servers.set(conn, name);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

const WORDS = [
  ...[
    '-A',
    '-E',
    '-D',
    '-a',
    '-e',
    '-d',
    '-C',
    '-Z',
    '-L',
    '-l',
    '-S',
    '-R',
    '--set',
    '-h',
    '-X',
    '-n',
    '-c',
  ],
  ...['-t', '-u', '-f', '-r', '-s', '-p', '-M', '-w', '-x', '-y', '-g', '-m', '-i', '-o', '-b', '-6', '--'],
  ...[
    '--stats',
    '--rate',
    '--exact',
    '--nosort',
    '--thresholds',
    '--timeout',
    '--daemon',
    '--weight=3',
    '-Ln',
  ],
  ...[
    '192.168.100.10:80',
    '192.168.100.200',
    '192.168.100.200:80',
    '1.2.3',
    'localhost:http',
    '[::1]:80',
    ':80',
  ],
  ...['rr', 'wlc', 'sh-port', '0', '1', '7', '-1', '65536', '99999999999', '', '=', 'ipvsadm', 'é'],
];

describe('ipvsadm', () => {
  const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 6 }));
  const line = fc.array(word, { maxLength: 9 });

  test('no words crash it, and it ends with one of its exit codes', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), line, (lines, stdin) => {
        const director = new Director();
        for (const words of lines) {
          const { exit, stdout, stderr } = director.type(words.join(' '), stdin.join(' '));
          expect([0, 1, 2, 255]).toContain(exit);
          if (exit !== 0) expect(stderr).not.toBe('');
          expect(`${stdout}${stderr}`).not.toContain('undefined');
        }
      }),
      { numRuns: 100 },
    );
  });

  test('restoring what was saved gives the same table', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...COMMANDS), { maxLength: 40, ...LONG }), (lines) => {
        const director = new Director();
        for (const each of lines) director.type(each);
        const saved = director.type('-S').stdout;
        const numeric = director.type('-Sn').stdout;
        director.type('-C');
        expect(director.type('-R', saved)).toEqual({ exit: 0, stdout: '', stderr: '' });
        expect(director.type('-S').stdout).toBe(saved);
        const other = new Director();
        expect(other.type('-R', numeric).exit).toBe(0);
        expect(other.type('-Sn').stdout).toBe(numeric);
      }),
      { numRuns: 60 },
    );
  });
});
