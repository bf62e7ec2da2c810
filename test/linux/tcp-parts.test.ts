/**
 * Parts of TCP on their own: ports, sequence numbers, timeouts, windows, queues, the table of connections.
 */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../src/engine/random.ts';
import { type Flow, FlowTable } from '../../src/linux/tcp-flow.ts';
import { EphemeralPorts, parsePortRange } from '../../src/linux/tcp-ports.ts';
import { Reassembly } from '../../src/linux/tcp-reassembly.ts';
import {
  initialWindow,
  parseReceiveMemory,
  ReceiveMemory,
  ReceiveWindow,
} from '../../src/linux/tcp-receive-window.ts';
import { giveUpAfterMs, RttEstimator } from '../../src/linux/tcp-rto.ts';
import { TcpSecrets } from '../../src/linux/tcp-secrets.ts';
import { UnsentBytes } from '../../src/linux/tcp-send-queue.ts';
import { asciiBytes, bytesText } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Segment } from './tcp-bench.ts';

const SRC = ip('192.168.100.1');
const DST = ip('192.168.100.10');

describe('ephemeral ports', () => {
  const range = parsePortRange('32768\t60999');
  const free = () => false;
  const ports = () => new EphemeralPorts(randomStream('1', 'tcp-port'));

  test('even ports, each a little further than the one before [m6-errors-seen-by-applications]', () => {
    const destination = ports().destination(SRC, DST, 80);
    const chosen = Array.from({ length: 200 }, () => destination.take(range, free) ?? 0);
    expect(chosen.every((port) => port % 2 === 0 && port >= 32768 && port <= 60999)).toBe(true);
    const steps = chosen.slice(1).map((port, i) => (port - (chosen[i] as number) + 28232) % 28232);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...steps)).toBeLessThanOrEqual(18);
  });

  test('destinations begin at different places', () => {
    const all = ports();
    const firsts = [80, 81, 443].map((port) => all.destination(SRC, DST, port).take(range, free));
    expect(new Set(firsts).size).toBe(3);
  });

  test('odd ports when no even one is free, null when none is', () => {
    const tiny = { low: 40000, high: 40003 };
    const destination = ports().destination(SRC, DST, 80);
    const taken = new Set<number>();
    const take = () => {
      const port = destination.take(tiny, (other) => taken.has(other));
      if (port !== null) taken.add(port);
      return port;
    };
    const chosen = Array.from({ length: 5 }, take);
    expect(chosen.slice(0, 2).sort()).toEqual([40000, 40002]);
    expect(chosen.slice(2, 4).sort()).toEqual([40001, 40003]);
    expect(chosen[4]).toBe(null);
    taken.delete(40001);
    destination.release(40001);
    expect(take()).toBe(40001);
    expect(ports().destination(SRC, DST, 80).take({ low: 5, high: 5 }, free)).toBe(5);
  });

  test('with a map of a crowded destination the same ports come as without', () => {
    const small = parsePortRange('40000 40999');
    const taken = new Set<number>();
    const asked = { count: 0 };
    const isTaken = (port: number) => {
      asked.count++;
      return taken.has(port);
    };
    const crowded = ports().destination(SRC, DST, 80);
    const plain = new EphemeralPorts(randomStream('1', 'tcp-port'));
    const oldest: number[] = [];
    for (let i = 0; i < 5000; i++) {
      const expected = plain.search(plain.destination(SRC, DST, 80), small, (port) => taken.has(port), null);
      const port = crowded.take(small, isTaken);
      if (port !== expected) expect(port).toBe(expected);
      if (port !== null) {
        taken.add(port);
        oldest.push(port);
      }
      if (oldest.length < 900) continue;
      const gone = oldest.splice(i % 100, 1)[0] as number;
      taken.delete(gone);
      crowded.release(gone);
    }
    expect(oldest.length).toBe(899);
    expect(asked.count).toBeLessThan(12_000);
  });

  test('what a host has in use is not given out', () => {
    const segment = new Segment();
    const host = segment.host('h', 1, '192.168.100.1/24');
    host.set('net.ipv4.ip_local_port_range', '40000 40003');
    const { tcp } = host.kernel;
    expect(typeof tcp.listen({ port: 40002, accept: () => {} })).toBe('object');
    const connect = () => tcp.connect({ dst: DST, dstPort: 80, events: {} });
    const sockets = [connect(), connect(), connect()];
    const ports = sockets.map((socket) => (typeof socket === 'string' ? socket : socket.localPort));
    expect([...ports].sort()).toEqual([40000, 40001, 40003]);
    expect(connect()).toBe('EADDRNOTAVAIL');
    const elsewhere = tcp.connect({ dst: DST, dstPort: 81, events: {} });
    expect(typeof elsewhere).toBe('object');
  });
});

describe('addresses and ports a caller asks for', () => {
  function layer() {
    return new Segment().host('h', 1, '192.168.100.1/24', '192.168.100.2/24').kernel.tcp;
  }

  test('one listener an address and port, or one for all', () => {
    const tcp = layer();
    const accept = () => {};
    const first = tcp.listen({ ip: SRC, port: 80, accept });
    expect(tcp.listen({ ip: SRC, port: 80, accept })).toBe('EADDRINUSE');
    expect(tcp.listen({ port: 80, accept })).toBe('EADDRINUSE');
    expect(tcp.listen({ ip: DST, port: 80, accept })).toBe('EADDRNOTAVAIL');
    expect(typeof tcp.listen({ ip: ip('192.168.100.2'), port: 80, accept })).toBe('object');
    expect(tcp.listeners.sorted().map(({ port }) => port)).toEqual([80, 80]);
    if (typeof first !== 'string') first.close();
    expect(typeof tcp.listen({ ip: SRC, port: 80, accept })).toBe('object');
  });

  test('connect takes a source, if it is ours and free', () => {
    const tcp = layer();
    const to = { dst: DST, dstPort: 80, events: {} };
    const socket = tcp.connect({ ...to, src: ip('192.168.100.2'), srcPort: 1024 });
    expect(socket).toMatchObject({
      localIp: ip('192.168.100.2'),
      localPort: 1024,
      peerIp: DST,
      peerPort: 80,
    });
    expect(tcp.connect({ ...to, src: ip('192.168.100.2'), srcPort: 1024 })).toBe('EADDRNOTAVAIL');
    expect(tcp.connect({ ...to, src: DST })).toBe('EADDRNOTAVAIL');
    tcp.listen({ port: 1025, accept: () => {} });
    expect(tcp.connect({ ...to, srcPort: 1025 })).toBe('EADDRINUSE');
    expect(tcp.connect({ ...to, dst: ip('192.168.100.255') })).toBe('ENETUNREACH');
    expect(tcp.connect({ ...to, dst: ip('224.0.0.1') })).toBe('ENETUNREACH');
  });

  test('a host talks to itself without a frame', () => {
    const segment = new Segment();
    const { kernel } = segment.host('h', 1, '192.168.100.1/24');
    const heard: string[] = [];
    kernel.tcp.listen({
      port: 80,
      accept: (socket) => {
        socket.events = { data: (bytes) => heard.push(bytesText(bytes)), ended: () => socket.close() };
      },
    });
    const socket = kernel.tcp.connect({
      dst: SRC,
      dstPort: 80,
      events: {
        connected: () => {
          if (typeof socket === 'string') return;
          socket.send(asciiBytes('me'));
          socket.close();
        },
        closed: (error) => heard.push(`closed ${error}`),
      },
    });
    segment.engine.runUntil(1e9);
    expect(heard).toEqual(['me', 'closed null']);
    expect(segment.seen).toEqual([]);
  });
});

test('sequence numbers and timestamps of the same four numbers only go forward', () => {
  const clock = { nowNs: 0 };
  const secrets = new TcpSecrets((purpose) => randomStream('1', purpose), clock);
  const first = secrets.initialSequence(SRC, 1, DST, 80);
  const offset = secrets.timestampOffset(SRC, 1, DST, 80);
  const stamp = secrets.timestamp(offset);
  clock.nowNs = 1_000_000_000;
  expect((secrets.initialSequence(SRC, 1, DST, 80) - first) | 0).toBe(1_000_000_000 / 64);
  expect(secrets.timestampOffset(SRC, 1, DST, 80)).toBe(offset);
  expect((secrets.timestamp(offset) - stamp) | 0).toBe(1000);
  expect(secrets.initialSequence(SRC, 2, DST, 80)).not.toBe(secrets.initialSequence(SRC, 1, DST, 80));
  expect(secrets.timestampOffset(SRC, 2, DST, 80)).not.toBe(offset);
});

describe('timeouts', () => {
  test('204 ms with a round trip under a millisecond, more with its variation', () => {
    const rtt = new RttEstimator();
    expect(rtt.rtoMs).toBe(3000);
    rtt.sample(60, 0, 100);
    expect(rtt.rtoMs).toBe(204);
    for (let i = 1; i <= 20; i++) rtt.sample(60, 100 * i, 100 * i + 50);
    expect(rtt.rtoMs).toBe(204);
    rtt.sample(900_000, 3000, 3100);
    expect(rtt.rtoMs).toBeGreaterThan(900);
    for (let i = 1; i <= 100; i++) rtt.sample(60, 3000 + 100 * i, 3050 + 100 * i);
    expect(rtt.rtoMs).toBe(204);
  });

  test('a first round trip of 400 ms: three times that', () => {
    const rtt = new RttEstimator();
    rtt.sample(400_000, 0, 100);
    expect(rtt.rtoMs).toBe(1200);
  });

  test('when retries end', () => {
    expect(giveUpAfterMs(5, 200)).toBe(12_600);
    expect(giveUpAfterMs(15, 200)).toBe(924_600);
    expect(giveUpAfterMs(2, 1000)).toBe(7000);
    expect(giveUpAfterMs(6, 1000)).toBe(127_000);
  });
});

describe('the receive window', () => {
  test('of a handshake, by tcp_rmem', () => {
    const stock = parseReceiveMemory('4096\t131072\t6291456');
    const recorded = parseReceiveMemory('4096 131072 33554432');
    expect([stock.scale, recorded.scale]).toEqual([7, 10]);
    expect([1460, 1448, 1360].map((payload) => initialWindow(stock, payload))).toEqual([64240, 65160, 65280]);
    expect(initialWindow(new ReceiveMemory(300_000, 300_000), 1460)).toBe(65535);
    expect(new ReceiveMemory(4096, 4096).scale).toBe(0);
  });

  test('is rounded up to the unit of its scale, and grows with full segments', () => {
    const memory = parseReceiveMemory('4096 131072 33554432');
    const window = new ReceiveWindow(64240);
    window.establish(0, 10, 1448, memory);
    expect(window.field(0)).toBe(63);
    window.received(100);
    expect(window.field(100)).toBe(63);
    window.received(1448);
    expect(window.field(1548)).toBe(66);
    expect(window.end).toBe(1548 + 66 * 1024);
    for (let i = 0; i < 100_000; i++) window.received(1448);
    expect(window.field(1548) * 1024).toBe(33554432 / 2);
  });

  test('without a scale stays as it was offered', () => {
    const window = new ReceiveWindow(64240);
    window.establish(0, 0, 1460, parseReceiveMemory('4096 131072 33554432'));
    window.received(1460);
    expect(window.field(1460)).toBe(64240);
  });
});

test('unsent bytes come out as they went in, however they are cut', () => {
  const unsent = new UnsentBytes();
  for (const text of ['ab', '', 'cde', 'f']) unsent.push(asciiBytes(text));
  expect(unsent.length).toBe(6);
  const taken: string[] = [];
  for (const count of [1, 3, 0, 2]) {
    taken.push(bytesText(unsent.peek(count)));
    unsent.drop(count);
  }
  expect(taken).toEqual(['a', 'bcd', '', 'ef']);
  expect(unsent.length).toBe(0);
  unsent.push(asciiBytes('again'));
  expect(bytesText(unsent.peek(5))).toBe('again');
});

test('reassembly gives each byte once, the FIN last', () => {
  const pieces = new Reassembly();
  pieces.add(10, asciiBytes('fgh'), true);
  pieces.add(5, asciiBytes('abc'), false);
  pieces.add(7, asciiBytes('cdefg'), false);
  expect(pieces.next(4)).toBe(null);
  expect(bytesText(pieces.next(5)?.data ?? asciiBytes('-'))).toBe('abc');
  expect(bytesText(pieces.next(8)?.data ?? asciiBytes('-'))).toBe('defg');
  expect(pieces.next(12)).toEqual({ data: asciiBytes('h'), fin: true });
  expect(pieces.isEmpty).toBe(true);
});

test('the table of connections finds what it holds, and only that', () => {
  const table = new FlowTable();
  const flow = (localPort: number, peerPort: number): Flow => ({
    localIp: SRC,
    localPort,
    peerIp: DST,
    peerPort,
    state: 'ESTABLISHED',
    portOf: null,
    nextInBucket: null,
    receive: () => {},
    icmpError: () => {},
  });
  const flows = Array.from({ length: 5000 }, (_, i) => flow(30_000 + (i % 100), Math.floor(i / 100)));
  for (const other of flows) table.add(other);
  expect(table.size).toBe(5000);
  expect(flows.every((other) => table.find(SRC, other.localPort, DST, other.peerPort) === other)).toBe(true);
  expect(table.find(SRC, 30_000, DST, 50)).toBe(null);
  expect(table.find(DST, 30_000, SRC, 0)).toBe(null);
  for (const other of flows.filter((_, i) => i % 3 !== 0)) table.remove(other);
  expect(table.sorted().map(({ localPort, peerPort }) => localPort * 100 + peerPort)).toEqual(
    flows
      .filter((_, i) => i % 3 === 0)
      .map(({ localPort, peerPort }) => localPort * 100 + peerPort)
      .sort((a, b) => a - b),
  );
  table.remove(flow(1, 1));
  expect(table.size).toBe(1667);
});
