/**
 * What applications hear when a connection cannot be set up, or breaks, beside what they were recorded to
 * hear.
 */
import { describe, expect, test } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import type { Errno } from '../../src/linux/errno.ts';
import { NF_DROP } from '../../src/linux/netfilter.ts';
import type { TcpSocket } from '../../src/linux/tcp.ts';
import { asciiBytes } from '../../src/wire/bytes.ts';
import { IPV4, ipv4Frame } from '../../src/wire/ethernet.ts';
import { Icmp } from '../../src/wire/icmp.ts';
import { quote } from '../../src/wire/icmp-quote.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ICMP, Ipv4Packet, TCP } from '../../src/wire/ipv4.ts';
import { Mac } from '../../src/wire/mac.ts';
import {
  type Host,
  type RecordedFrame,
  readRecording,
  recordedLines,
  type Seen,
  Segment,
  simulatedLines,
  type Timeline,
  texts,
} from './tcp-bench.ts';

const VIP = ip('192.168.100.10');
const GATEWAY = ip('192.168.100.254');
const GATEWAY_MAC = Mac.of(0x0200000000fe);

interface Row {
  readonly id: string;
  readonly events: readonly {
    readonly tMs: number;
    readonly event: string;
    readonly error?: string | null;
  }[];
  readonly frames: readonly RecordedFrame[];
}

const { rows } = readRecording<{ rows: readonly Row[] }>('m6-errors-seen-by-applications');

function row(id: string): Row {
  const found = rows.find((other) => other.id === id);
  if (found === undefined) throw new Error(id);
  return found;
}

function hosts(): { segment: Segment; c1: Host; lvs1: Host } {
  const segment = new Segment();
  const c1 = segment.host('c1', 0x01, '192.168.100.1/24');
  const lvs1 = segment.host('lvs1', 0x0b, '192.168.100.11/24', '192.168.100.10/32');
  return { segment, c1, lvs1 };
}

function defaultRoute(c1: Host): void {
  const route = { type: 'unicast', network: 0, length: 0, gateway: GATEWAY, src: null, metric: 0 } as const;
  c1.kernel.routes.add({ ...route, device: c1.device, proto: 'static', scope: 'global' });
  c1.neighbour('192.168.100.254', GATEWAY_MAC.toString());
}

/** Connects and waits for what comes of it; the error connect() itself returns comes at 0. */
function attempt(
  segment: Segment,
  c1: Host,
  dst: string,
  dstPort: number,
): (readonly [Errno | null, number])[] {
  const ends: (readonly [Errno | null, number])[] = [];
  const startNs = segment.engine.nowNs;
  const events = {
    closed: (error: Errno | null) => ends.push([error, (segment.engine.nowNs - startNs) / MS]),
  };
  const socket = c1.kernel.tcp.connect({ dst: ip(dst), dstPort, events });
  if (typeof socket === 'string') ends.push([socket, 0]);
  return ends;
}

/** The gateway's error about the last packet it was sent. */
function gatewayError(c1: Host, seen: readonly Seen[], type: number, code: number, rest: number): void {
  const sent = seen.findLast(({ frame, dir }) => dir === 'tx' && frame.kind === IPV4)?.frame;
  if (sent?.kind !== IPV4 || sent.payload.kind !== TCP) throw new Error('nothing was sent');
  const icmp = new Icmp(type, code, rest, quote(sent.payload));
  const packet = new Ipv4Packet(GATEWAY, sent.payload.src, 64, 0, 0x1234, false, false, ICMP, icmp);
  c1.nic.receive(ipv4Frame(sent.src, GATEWAY_MAC, packet));
}

describe('connect', () => {
  test('no answer to ARP: EHOSTUNREACH after 3 s [arp-fails]', () => {
    const { segment, c1 } = hosts();
    const ends = attempt(segment, c1, '192.168.100.99', 80);
    segment.engine.runUntil(5e9);
    expect(ends).toEqual([['EHOSTUNREACH', 3000]]);
    expect(row('arp-fails').events.at(-1)?.error).toBe('EHOSTUNREACH');
    expect(texts(simulatedLines(segment.at('c1:ens33', 'tx')))).toEqual(
      texts(recordedLines(row('arp-fails').frames.filter(({ dir }) => dir === 'tx'))),
    );
  });

  test('a closed port: ECONNREFUSED at once [refused]', () => {
    const { segment, c1 } = hosts();
    const ends = attempt(segment, c1, '192.168.100.10', 81);
    segment.engine.runUntil(1e9);
    expect(ends.map(([error, atMs]) => [error, atMs < 1])).toEqual([['ECONNREFUSED', true]]);
    expect(texts(simulatedLines(segment.seen))).toEqual(texts(recordedLines(row('refused').frames)));
    expect(c1.kernel.tcp.flows.size).toBe(0);
  });

  test('no route: ENETUNREACH from connect itself [no-route]', () => {
    const { segment, c1 } = hosts();
    expect(attempt(segment, c1, '8.8.8.8', 80)).toEqual([['ENETUNREACH', 0]]);
    expect(row('no-route').events.at(-1)?.error).toBe('ENETUNREACH');
    expect(segment.seen).toEqual([]);
    expect(c1.kernel.tcp.flows.size).toBe(0);
  });

  test('a SYN that a hook of the host drops is as good as lost', () => {
    const { segment, c1, lvs1 } = hosts();
    lvs1.kernel.tcp.listen({ port: 80, accept: () => {} });
    const restore = c1.kernel.netfilter.register('LOCAL_OUT', 0, () => NF_DROP);
    const ends = attempt(segment, c1, '192.168.100.10', 80);
    segment.engine.runUntil(0.9e9);
    expect([ends, segment.seen]).toEqual([[], []]);
    restore();
    segment.engine.runUntil(1.1e9);
    expect(c1.kernel.tcp.flows.sorted().map(({ state }) => state)).toEqual(['ESTABLISHED']);
  });

  const icmpRows = rows.filter(({ id }) => id.startsWith('icmp-') && id !== 'icmp-3-4');

  test('every ICMP row of the recording is tried', () => {
    expect(icmpRows.map(({ id }) => id)).toEqual(
      ['3-0', '3-1', '3-2', '3-3', '3-10', '12-0'].map((id) => `icmp-${id}`),
    );
  });

  test.for(icmpRows)('the gateway answers with an error [$id]', ({ id, events }) => {
    const { segment, c1 } = hosts();
    defaultRoute(c1);
    const [, type, code] = id.split('-').map(Number);
    const ends = attempt(segment, c1, '8.8.8.8', 80);
    segment.engine.runUntil(1e6);
    gatewayError(c1, segment.seen, type ?? 0, code ?? 0, 0);
    segment.engine.runUntil(2e9);
    expect(ends).toEqual([[events.at(-1)?.error, 1]]);
    expect(segment.at('c1:ens33', 'tx')).toHaveLength(1);
  });

  test.for([
    [3, 9, 'ENETUNREACH'],
    [3, 13, 'EHOSTUNREACH'],
    [11, 0, 'EHOSTUNREACH'],
  ] as const)('ICMP %i/%i is %s', ([type, code, errno]) => {
    const { segment, c1 } = hosts();
    defaultRoute(c1);
    const ends = attempt(segment, c1, '8.8.8.8', 80);
    gatewayError(c1, segment.seen, type, code, 0);
    expect(ends).toEqual([[errno, 0]]);
  });

  test('fragmentation needed is no error: the SYN comes again with a smaller MSS [icmp-3-4]', () => {
    const { segment, c1 } = hosts();
    defaultRoute(c1);
    const ends = attempt(segment, c1, '8.8.8.8', 80);
    segment.engine.runUntil(1e6);
    gatewayError(c1, segment.seen, 3, 4, 1400);
    segment.engine.runUntil(1.5e9);
    expect(ends).toEqual([]);
    const recorded = row('icmp-3-4').frames.filter(({ dir, txt }) => dir === 'tx' && txt.includes('TCP'));
    expect(texts(simulatedLines(segment.at('c1:ens33', 'tx')))).toEqual(texts(recordedLines(recorded)));
  });
});

describe('an established connection', () => {
  function established(): {
    segment: Segment;
    c1: Host;
    lvs1: Host;
    client: TcpSocket;
    ends: (Errno | null)[];
  } {
    const { segment, c1, lvs1 } = hosts();
    const ends: (Errno | null)[] = [];
    lvs1.kernel.tcp.listen({ port: 80, accept: () => {} });
    const events = { closed: (error: Errno | null) => ends.push(error) };
    const client = c1.kernel.tcp.connect({ dst: VIP, dstPort: 80, events });
    if (typeof client === 'string') throw new Error(client);
    segment.engine.runUntil(1e6);
    expect(client.state).toBe('ESTABLISHED');
    return { segment, c1, lvs1, client, ends };
  }

  test('outlives ICMP errors', () => {
    const { segment, c1, lvs1, client, ends } = established();
    lvs1.port.setEnabled(false);
    client.send(asciiBytes('data'));
    gatewayError(c1, segment.seen, 3, 3, 0);
    gatewayError(c1, segment.seen, 11, 0, 0);
    expect(ends).toEqual([]);
    lvs1.port.setEnabled(true);
    segment.engine.runUntil(5e9);
    expect(client.state).toBe('ESTABLISHED');
    expect(client.flight.count).toBe(0);
    expect(client.softError).toBe(null);
  });

  test('an error about something that is not on its way is not heard', () => {
    const { segment, c1, lvs1, client } = established();
    client.send(asciiBytes('first'));
    segment.engine.runUntil(2e6);
    const acknowledged = segment.seen.filter(
      ({ frame }) =>
        frame.kind === IPV4 && frame.payload.kind === TCP && frame.payload.payload.data.length === 5,
    );
    lvs1.port.setEnabled(false);
    client.send(asciiBytes('second'));
    gatewayError(c1, acknowledged.slice(0, 1), 3, 1, 0);
    expect(client.softError).toBe(null);
    gatewayError(c1, segment.seen, 3, 1, 0);
    expect(client.softError).toBe('EHOSTUNREACH');
  });

  test('goes on with smaller segments when the MTU of the interface is lowered', () => {
    const { segment, c1, client } = established();
    c1.device.mtu = 1000;
    client.send(new Uint8Array(2000));
    segment.engine.runUntil(1e9);
    expect(client.flight.count).toBe(0);
    const sizes = segment
      .at('c1:ens33', 'tx')
      .flatMap(({ frame }) =>
        frame.kind === IPV4 && frame.payload.kind === TCP ? [frame.payload.payload.data.length] : [],
      );
    expect(sizes.filter((size) => size > 0)).toEqual([948, 948, 104]);
  });

  test('is reset by a host that knows nothing of it [m6-failover-client-sends]', () => {
    const { frames, events } = readRecording<Timeline>('m6-failover-client-sends');
    const segment = new Segment();
    const c1 = segment.host('c1', 0x01, '192.168.100.1/24');
    const lvs1 = segment.host('lvs1', 0x0b, '192.168.100.11/24', '192.168.100.10/32');
    const lvs2 = segment.host('lvs2', 0x0c, '192.168.100.12/24');
    for (const director of [lvs1, lvs2]) director.set('net.ipv4.ip_forward', 1);
    lvs1.kernel.tcp.listen({
      port: 80,
      accept: (socket) => {
        socket.events = { data: () => void socket.send(asciiBytes('world')) };
      },
    });
    const ends: (readonly [Errno | null, number])[] = [];
    let client: TcpSocket | Errno = 'EINVAL';
    const send = (text: string) => () => {
      if (typeof client !== 'string') client.send(asciiBytes(text));
    };
    segment.play(2000, [
      [
        0.099,
        () => {
          const closed = (error: Errno | null) => ends.push([error, segment.engine.nowNs / MS]);
          client = c1.kernel.tcp.connect({ dst: VIP, dstPort: 80, srcPort: 46622, events: { closed } });
        },
      ],
      [17.435, send('hello')],
      [
        317.68,
        () => {
          lvs1.remove('192.168.100.10/32');
          lvs2.add('192.168.100.10/32');
        },
      ],
      [337.203, () => lvs2.kernel.arp.announce(lvs2.device, VIP, Mac.of(0))],
      [463.295, send('data')],
    ]);
    const ours = simulatedLines(segment.seen);
    const theirs = recordedLines(frames);
    for (const tap of ['c1:ens33', 'lvs1:ens33', 'lvs2:ens33']) {
      expect(texts(ours.filter(({ at }) => at === tap))).toEqual(
        texts(theirs.filter(({ at }) => at === tap)),
      );
    }
    expect(ends.map(([error, atMs]) => [error, Math.round(atMs)])).toEqual([['ECONNRESET', 463]]);
    expect(events.at(-1)?.error).toBe('ECONNRESET');
  });
});
