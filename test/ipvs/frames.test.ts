/** Frames the director sends, byte for byte, when it gets the frames the recorded client sent. */
import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../src/engine/time.ts';
import { decodeFrame } from '../../src/wire/codec.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ICMP } from '../../src/wire/ipv4.ts';
import { ACK, SYN } from '../../src/wire/tcp.ts';
import { readCase } from './cases-a.ts';
import { Director, segment, VIP } from './director.ts';
import { sameConnections } from './texts.ts';

interface RecordedFrame {
  readonly t_ms: number;
  readonly hex: string;
  readonly smac: string;
  readonly et: string;
}

interface FrameStep {
  readonly op: string;
  readonly cmd?: string;
  readonly rc?: number;
  readonly out?: string;
  readonly frames?: readonly RecordedFrame[];
}

const CLIENT_MAC = '02:00:00:00:00:14';
const DIRECTOR_MAC = '02:00:00:00:00:64';

/** Identification and header checksum of a packet the director makes itself are its own. */
function comparable(hex: string): string {
  const isIcmpOfDirector = hex.slice(24, 28) === '0800' && hex.slice(46, 48) === '01';
  if (!isIcmpOfDirector) return hex;
  return `${hex.slice(0, 36)}----${hex.slice(40, 48)}----${hex.slice(52)}`;
}

/** Sends what the client sent, and lists what the director sent and what it was recorded to send. */
function play(director: Director, frames: readonly RecordedFrame[]): { got: string[]; expected: string[] } {
  director.sent.splice(0);
  const startNs = director.engine.nowNs;
  for (const { smac, hex, t_ms } of frames) {
    if (smac !== CLIENT_MAC) continue;
    director.engine.runUntil(Math.max(director.engine.nowNs, startNs + Math.round(t_ms * MS)));
    director.client.nic.send(decodeFrame(Uint8Array.from(Buffer.from(hex, 'hex'))));
  }
  director.settle();
  return {
    got: director.sent.map(({ hex }) => comparable(hex)),
    expected: frames.filter(({ smac }) => smac === DIRECTOR_MAC).map(({ hex }) => comparable(hex)),
  };
}

/** Runs a recorded case: commands, and every step that has frames of a client. */
function replay(id: string): { op: string; got: string[]; expected: string[] }[] {
  const director = new Director();
  const { steps } = readCase<{ steps: FrameStep[] }>(id);
  return steps.flatMap(({ op, cmd, rc, frames }) => {
    director.run(100 * MS);
    if (cmd !== undefined) {
      expect(director.type(cmd).exit).toBe(rc);
      return [];
    }
    return [{ op, ...play(director, frames ?? []) }];
  });
}

describe('forwarding by direct routing', () => {
  test('B-dr-01: nothing changes but the MACs, the TTL and the header checksum', () => {
    const steps = replay('B-dr-01');
    for (const { got, expected } of steps) expect(got).toEqual(expected);
    expect(steps.flatMap(({ got }) => got).length).toBeGreaterThan(15);
  });

  test('B-ttl-dr: a packet with TTL 1 is answered from the VIP; its entry is made all the same', () => {
    const steps = replay('B-ttl-dr');
    for (const { got, expected } of steps) expect(got).toEqual(expected);
    expect(steps[0]?.got).toHaveLength(2);
  });

  test('B-redir-01: no redirect, though the server is on the same wire', () => {
    for (const { got, expected } of replay('B-redir-01')) expect(got).toEqual(expected);
  });

  test('B-nosrv-02: no server, port unreachable from the VIP', () => {
    for (const { got, expected } of replay('B-nosrv-02')) expect(got).toEqual(expected);
  });
});

describe('servers out of reach', () => {
  const at = { src: ip('192.168.100.20'), sport: 40001, dst: VIP, dport: 80 };

  test('no route: host unreachable from the VIP at once, the entry stays', () => {
    const director = new Director();
    director.kernel.routes.remove({ network: 0, length: 0 });
    director.type('-A -t 192.168.100.10:80 -s rr');
    director.type('-a -t 192.168.100.10:80 -r 172.16.0.1 -g');
    director.client.send(segment(at, SYN));
    director.settle();
    const [answer] = director.client.takePackets();
    expect(answer).toMatchObject({ src: VIP, payload: { type: 3, code: 1 } });
    expect(director.ipvs.connectionCount).toBe(1);
  });

  test('B-arpdown-01: no answer to ARP, 3/1 from the own address for every queued packet', () => {
    const director = new Director();
    const { steps } = readCase<{ steps: FrameStep[] }>('B-arpdown-01');
    for (const { cmd } of steps.slice(0, 2)) director.type(cmd ?? '');
    for (const station of director.webs.values()) station.alive = false;
    const frames = steps[3]?.frames ?? [];
    const { expected } = play(director, frames.slice(0, -2));
    director.run(2 * SECOND);
    const errorsIn = (all: readonly string[]) => all.filter((hex) => hex.slice(46, 48) === '01');
    expect(errorsIn(director.sent.map(({ hex }) => comparable(hex)))).toEqual(errorsIn(expected));
    expect(errorsIn(expected)).toHaveLength(2);
    expect(director.type('-Ln').stdout).toContain('192.168.100.200:80           Route   1      1          0');
  });

  test('a smaller MTU on the way: 3/4 from the VIP with it, about the packet one hop older', () => {
    const director = new Director();
    director.type('-A -t 192.168.100.10:80 -s rr');
    director.type('-a -t 192.168.100.10:80 -r 192.168.100.200 -g');
    director.client.send(segment(at, SYN));
    director.settle();
    director.client.takePackets();
    director.device.mtu = 1400;
    director.client.send(segment(at, ACK, 1448));
    director.settle();
    const [answer] = director.client.takePackets();
    expect(answer).toMatchObject({ src: VIP, payload: { type: 3, code: 4, rest: 1400 } });
    const quoted = answer?.kind === ICMP ? answer.payload.data : new Uint8Array(0);
    expect(quoted).toHaveLength(576 - 28);
    expect(quoted[8]).toBe(63);
  });

  test('a server on the director itself gets the packet locally', () => {
    const director = new Director();
    director.type('-A -t 192.168.100.10:80 -s rr');
    director.type('-a -t 192.168.100.10:80 -r 192.168.100.100 -g');
    director.kernel.tcp.listen({ port: 80, accept: () => {} });
    director.client.send(segment(at, SYN));
    director.settle();
    const [answer] = director.client.takePackets();
    expect(answer).toMatchObject({ src: VIP, payload: { flags: SYN | ACK } });
    expect(director.type('-Ln').stdout).toContain('192.168.100.100:80           Route   1      1          0');
  });
});

test('B-localout-01: a connection of the director itself is scheduled, ARP asks as the VIP', () => {
  const director = new Director();
  const { steps } = readCase<{ steps: FrameStep[] }>('B-localout-01');
  for (const station of director.webs.values()) station.alive = false;
  let closed: unknown = null;
  for (const { cmd, rc, out, frames } of steps) {
    if (frames !== undefined) {
      director.sent.splice(0);
      director.kernel.tcp.connect({
        dst: VIP,
        dstPort: 80,
        srcPort: 52294,
        events: { closed: (error) => (closed = error) },
      });
      director.run(1.5 * SECOND);
      expect(director.sent.map(({ hex }) => hex)).toEqual(frames.map(({ hex }) => hex));
    } else if (cmd?.includes('-Lnc')) {
      expect(sameConnections(director.type(cmd).stdout, out ?? '')).toBe(true);
    } else {
      expect(director.type(cmd ?? '').exit).toBe(rc);
    }
  }
  expect(closed).toBeNull();
});
