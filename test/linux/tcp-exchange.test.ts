/**
 * Whole exchanges beside recorded ones: every frame both hosts sent or received, in order, field by field.
 */
import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/linux/tcp.ts';
import { asciiBytes } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { NO_BYTES } from '../../src/wire/tcp.ts';
import {
  type Host,
  type Line,
  readRecording,
  recordedLines,
  Segment,
  simulatedLines,
  type Timeline,
  texts,
} from './tcp-bench.ts';

const VIP = ip('192.168.100.10');

/** The payload of the recorded frame at that moment. */
function payloadAt(recorded: readonly Line[], tMs: number): Uint8Array {
  return recorded.find((line) => line.tMs === tMs)?.tcp?.data ?? NO_BYTES;
}

function expectSame(simulated: readonly Line[], recorded: readonly Line[]): void {
  for (const tap of new Set(recorded.map(({ at }) => at))) {
    const ours = simulated.filter(({ at }) => at === tap);
    const theirs = recorded.filter(({ at }) => at === tap);
    expect(texts(ours)).toEqual(texts(theirs));
    theirs.forEach((line, index) => {
      const our = ours[index] as Line;
      expect(Math.abs(our.tMs - line.tMs)).toBeLessThanOrEqual(5);
      if (line.tsMs !== null) expect(Math.abs((our.tsMs ?? 0) - line.tsMs)).toBeLessThanOrEqual(4);
      expect(our.tcp?.data).toEqual(line.tcp?.data);
    });
  }
}

function pair(): { segment: Segment; c1: Host; lvs1: Host } {
  const segment = new Segment();
  const c1 = segment.host('c1', 0x01, '192.168.100.1/24');
  const lvs1 = segment.host('lvs1', 0x0b, '192.168.100.11/24', '192.168.100.10/32');
  return { segment, c1, lvs1 };
}

function connect(host: Host, srcPort: number): TcpSocket {
  const socket = host.kernel.tcp.connect({ dst: VIP, dstPort: 80, srcPort, events: {} });
  if (typeof socket === 'string') throw new Error(socket);
  return socket;
}

interface Exchange {
  readonly recording: string;
  readonly srcPort: number;
  readonly connectMs: number;
  /** Moments of the client's and the server's writes, as the frames show them. */
  readonly requestMs: number;
  readonly responsesMs: readonly number[];
  readonly clientClosesMs: number;
  readonly serverClosesMs: number;
}

/** Plays the application's part at the recorded moments. */
function play(exchange: Exchange): {
  simulated: Line[];
  recorded: Line[];
  c1: Host;
  lvs1: Host;
  segment: Segment;
} {
  const recorded = recordedLines(readRecording<Timeline>(exchange.recording).frames);
  const { segment, c1, lvs1 } = pair();
  let client: TcpSocket | null = null;
  let server: TcpSocket | null = null;
  lvs1.kernel.tcp.listen({ port: 80, accept: (socket) => (server = socket) });
  segment.play(1000, [
    [exchange.connectMs, () => (client = connect(c1, exchange.srcPort))],
    [exchange.requestMs, () => client?.send(payloadAt(recorded, exchange.requestMs))],
    ...exchange.responsesMs.map((tMs) => [tMs, () => void server?.send(payloadAt(recorded, tMs))] as const),
    [exchange.serverClosesMs, () => server?.close()],
    [exchange.clientClosesMs, () => client?.close()],
  ]);
  return { simulated: simulatedLines(segment.seen), recorded, c1, lvs1, segment };
}

describe('an HTTP request', () => {
  const tiny: Exchange = {
    recording: 'm6-http-get-tiny',
    srcPort: 46828,
    connectMs: 111.597,
    requestMs: 129.386,
    responsesMs: [130.722],
    serverClosesMs: 130.952,
    clientClosesMs: 131.338,
  };

  test('the server closes first [m6-http-get-tiny]', () => {
    const { simulated, recorded, c1, lvs1, segment } = play(tiny);
    expectSame(simulated, recorded);
    expect(c1.kernel.tcp.flows.size).toBe(0);
    expect(lvs1.kernel.tcp.flows.sorted().map(({ state }) => state)).toEqual(['TIME_WAIT']);
    segment.engine.runUntil(60.1e9);
    expect(lvs1.kernel.tcp.flows.size).toBe(1);
    segment.engine.runUntil(60.2e9);
    expect(lvs1.kernel.tcp.flows.size).toBe(0);
  });

  test('the client closes first [m6-http-get-python-http.server]', () => {
    const { simulated, recorded } = play({
      recording: 'm6-http-get-python-http.server',
      srcPort: 46840,
      connectMs: 42.794,
      requestMs: 45.03,
      responsesMs: [61.026, 64.768],
      clientClosesMs: 65.503,
      serverClosesMs: 68.284,
    });
    expectSame(simulated, recorded);
  });

  test('a body of several segments: sizes, windows, acknowledgements [m6-http-get-tiny-big]', () => {
    const recorded = recordedLines(readRecording<Timeline>('m6-http-get-tiny-big').frames);
    const { segment, c1, lvs1 } = pair();
    const body = recorded
      .filter(({ at, tcp }) => at === 'c1:ens33' && tcp !== null && tcp.srcPort === 80)
      .map(({ tcp }) => tcp?.data ?? NO_BYTES);
    const received: number[] = [];
    lvs1.kernel.tcp.listen({
      port: 80,
      accept: (socket) => {
        socket.events = {
          data: () => {
            const whole = new Uint8Array(body.reduce((sum, { length }) => sum + length, 0));
            let at = 0;
            for (const part of body) {
              whole.set(part, at);
              at += part.length;
            }
            socket.send(whole);
          },
        };
      },
    });
    const socket = connect(c1, 46850);
    socket.events = {
      connected: () => void socket.send(asciiBytes('GET')),
      data: (bytes) => received.push(...bytes),
    };
    segment.engine.runUntil(1e9);
    expect(received).toEqual(body.flatMap((part) => [...part]));
    const sizes = (of: readonly Line[]) =>
      of.flatMap(({ tcp, at }) =>
        at === 'lvs1:ens33' && tcp !== null && tcp.srcPort === 80 && tcp.data.length > 0
          ? [tcp.data.length]
          : [],
      );
    const answers = (of: readonly Line[]) =>
      of.flatMap(({ tcp, at, text }) =>
        at === 'c1:ens33' &&
        tcp !== null &&
        tcp.dstPort === 80 &&
        tcp.data.length === 0 &&
        / A seq/.test(text)
          ? [tcp.window]
          : [],
      );
    const ours = simulatedLines(segment.seen);
    expect(sizes(ours)).toEqual(sizes(recorded));
    expect(sizes(ours)).toEqual([1448, 1448, 1448, 1448, 308]);
    expect(answers(ours)).toEqual(answers(recorded));
    expect(answers(ours)).toEqual([63, 66, 69, 72, 75, 75]);
  });
});
