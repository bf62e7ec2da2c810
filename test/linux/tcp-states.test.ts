/** The states of a connection and what each answers, against a peer played by hand. */
import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../src/engine/time.ts';
import type { Errno } from '../../src/linux/errno.ts';
import type { TcpSocket } from '../../src/linux/tcp.ts';
import { asciiBytes, bytesText } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ACK, FIN, PSH, RST, SYN, TcpOptions } from '../../src/wire/tcp.ts';
import { type Host, ScriptedPeer, Segment } from './tcp-bench.ts';

const LOCAL = ip('192.168.100.10');
const PEER = '192.168.100.1';

interface Accepted {
  readonly segment: Segment;
  readonly host: Host;
  readonly peer: ScriptedPeer;
  readonly socket: TcpSocket;
  /** Our next sequence number and the peer's, after the handshake. */
  readonly ours: number;
  readonly theirs: number;
  readonly heard: string[];
}

const THEIR_ISN = 1000;

function host(): { segment: Segment; host: Host } {
  const segment = new Segment();
  return { segment, host: segment.host('h', 0x0b, '192.168.100.10/24') };
}

/** A connection the peer has opened; timestamps only if given. */
function accepted(options?: TcpOptions, window = 64240): Accepted {
  const { segment, host: server } = host();
  const heard: string[] = [];
  let socket: TcpSocket | null = null;
  server.kernel.tcp.listen({
    port: 80,
    accept: (other) => {
      socket = other;
      other.events = {
        data: (bytes) => heard.push(bytesText(bytes)),
        ended: () => heard.push('<end>'),
        closed: (error) => heard.push(`<closed ${error}>`),
      };
    },
  });
  const peer = new ScriptedPeer(segment, server, PEER, 40000, { ip: LOCAL, port: 80 });
  const offer = options ?? new TcpOptions(1460, true, false, 0, 0, -1);
  peer.send(SYN, THEIR_ISN, 0, { options: offer, window });
  const synAck = peer.heard()[0];
  if (synAck === undefined) throw new Error('no SYN-ACK');
  const ours = (synAck.seq + 1) | 0;
  const later = offer.hasTimestamps
    ? new TcpOptions(0, false, true, offer.tsVal, synAck.options.tsVal, -1)
    : undefined;
  peer.send(ACK, THEIR_ISN + 1, ours, { window, ...(later === undefined ? {} : { options: later }) });
  if (socket === null) throw new Error('not accepted');
  return { segment, host: server, peer, socket, ours, theirs: THEIR_ISN + 1, heard };
}

function states(of: Host): string[] {
  return of.kernel.tcp.flows.sorted().map(({ state }) => state);
}

describe('connecting', () => {
  function connecting(): {
    segment: Segment;
    client: Host;
    peer: ScriptedPeer;
    socket: TcpSocket;
    ends: (Errno | null)[];
  } {
    const { segment, host: client } = host();
    const local = { ip: LOCAL, port: 0 };
    const peer = new ScriptedPeer(segment, client, PEER, 80, local);
    const ends: (Errno | null)[] = [];
    const events = { closed: (error: Errno | null) => ends.push(error) };
    const socket = client.kernel.tcp.connect({ dst: ip(PEER), dstPort: 80, events });
    if (typeof socket === 'string') throw new Error(socket);
    local.port = socket.localPort;
    return { segment, client, peer, socket, ends };
  }

  test('an answer to another connection is reset, and the SYN comes again soon', () => {
    const { segment, peer, socket } = connecting();
    const [syn] = peer.heard();
    peer.send(ACK, 5000, ((syn?.seq ?? 0) + 1000) | 0);
    const [reset] = peer.heard();
    expect([reset?.flags, reset?.seq]).toEqual([RST, ((syn?.seq ?? 0) + 1000) | 0]);
    segment.engine.runUntil(9 * MS);
    expect(peer.heardText()).toBe('S');
    expect(socket.state).toBe('SYN_SENT');
  });

  test('a RST that is not for this SYN is not heard', () => {
    const { peer, socket, ends } = connecting();
    const [syn] = peer.heard();
    peer.send(RST | ACK, 0, syn?.seq ?? 0);
    peer.send(RST, 0, 0);
    expect(socket.state).toBe('SYN_SENT');
    peer.send(RST | ACK, 0, ((syn?.seq ?? 0) + 1) | 0);
    expect(ends).toEqual(['ECONNREFUSED']);
  });

  test('giving up by close sends nothing; a late SYN-ACK is reset', () => {
    const { client, peer, socket, ends } = connecting();
    const [syn] = peer.heard();
    socket.close();
    expect(ends).toEqual([null]);
    expect(client.kernel.tcp.flows.size).toBe(0);
    peer.send(SYN | ACK, 7000, ((syn?.seq ?? 0) + 1) | 0);
    expect(peer.heardText()).toBe('R');
  });

  test('what is written before the handshake follows it', () => {
    const { peer, socket } = connecting();
    expect(socket.send(asciiBytes('early'))).toBe(null);
    const [syn] = peer.heard();
    const options = new TcpOptions(1000, false, false, 0, 0, -1);
    peer.send(SYN | ACK, 7000, ((syn?.seq ?? 0) + 1) | 0, { options });
    expect(peer.heardText()).toBe('A PA5');
    expect(socket.payload).toBe(1000);
  });
});

describe('half open', () => {
  test('only what the peer offers is offered back', () => {
    const { segment, host: server } = host();
    server.kernel.tcp.listen({ port: 80, accept: () => {} });
    const peer = new ScriptedPeer(segment, server, PEER, 40000, { ip: LOCAL, port: 80 });
    peer.send(SYN, 1, 0, { options: new TcpOptions(1460, false, true, 77, 0, -1) });
    const [synAck] = peer.heard();
    expect(synAck?.options).toMatchObject({
      mss: 1460,
      sackPermitted: false,
      hasTimestamps: true,
      tsEcr: 77,
    });
    expect(synAck?.options.windowScale).toBe(-1);
    expect(synAck?.window).toBe(65160);
  });

  test('a repeated SYN is answered again, a RST ends it, a wrong ACK is reset', () => {
    const { segment, host: server } = host();
    server.kernel.tcp.listen({ port: 80, accept: () => {} });
    const peer = new ScriptedPeer(segment, server, PEER, 40000, { ip: LOCAL, port: 80 });
    peer.send(SYN, 1, 0);
    peer.send(SYN, 1, 0);
    const [first, second] = peer.heard();
    expect([second?.flags, second?.seq]).toEqual([first?.flags, first?.seq]);
    peer.send(ACK, 2, 12345);
    expect(peer.heard().map(({ flags, seq }) => [flags, seq])).toEqual([[RST, 12345]]);
    expect(states(server)).toEqual(['SYN_RECV']);
    peer.send(RST, 2, 0);
    expect(states(server)).toEqual([]);
  });

  test('the end of its listener is its end', () => {
    const { segment, host: server } = host();
    const listener = server.kernel.tcp.listen({ port: 80, accept: () => {} });
    if (typeof listener === 'string') throw new Error(listener);
    const peer = new ScriptedPeer(segment, server, PEER, 40000, { ip: LOCAL, port: 80 });
    peer.send(SYN, 1, 0);
    const [synAck] = peer.heard();
    listener.close();
    peer.send(ACK, 2, ((synAck?.seq ?? 0) + 1) | 0);
    expect(peer.heardText()).toBe('R');
    expect(states(server)).toEqual([]);
    expect(typeof server.kernel.tcp.listen({ port: 80, accept: () => {} })).toBe('object');
  });
});

describe('receiving', () => {
  test('data is acknowledged before the application sees it', () => {
    const { peer, theirs, ours, heard, socket } = accepted();
    socket.events = { ...socket.events, data: () => heard.push(peer.heardText()) };
    peer.send(PSH | ACK, theirs, ours, { data: asciiBytes('hello') });
    expect(heard).toEqual(['A']);
  });

  test('out of order: kept, acknowledged, and given in order once', () => {
    const { peer, theirs, ours, heard } = accepted();
    peer.send(ACK, theirs + 5, ours, { data: asciiBytes('world') });
    peer.send(ACK, theirs + 3, ours, { data: asciiBytes('lowor') });
    peer.send(ACK, theirs + 5, ours, { data: asciiBytes('world') });
    expect(peer.heard().map(({ ack }) => ack)).toEqual([theirs, theirs, theirs]);
    expect(heard).toEqual([]);
    peer.send(ACK, theirs, ours, { data: asciiBytes('hello') });
    expect(heard.join('')).toBe('helloworld');
    expect(peer.heard().map(({ ack }) => ack)).toEqual([theirs + 10]);
    peer.send(ACK, theirs + 2, ours, { data: asciiBytes('lloworld!') });
    expect(heard.join('')).toBe('helloworld!');
  });

  test('a FIN that came too early waits its turn', () => {
    const { peer, theirs, ours, heard, socket } = accepted();
    peer.send(FIN | ACK, theirs + 5, ours);
    expect(socket.state).toBe('ESTABLISHED');
    peer.send(ACK, theirs, ours, { data: asciiBytes('hello') });
    expect(heard).toEqual(['hello', '<end>']);
    expect(socket.state).toBe('CLOSE_WAIT');
  });

  test('a duplicate is acknowledged again', () => {
    const { peer, theirs, ours, heard } = accepted();
    for (let i = 0; i < 2; i++) peer.send(ACK, theirs, ours, { data: asciiBytes('hello') });
    expect(peer.heard().map(({ ack }) => ack)).toEqual([theirs + 5, theirs + 5]);
    expect(heard).toEqual(['hello']);
  });

  test('the ACK of a FIN waits 40 ms for the application', () => {
    const { segment, peer, theirs, ours, heard } = accepted();
    peer.send(FIN | ACK, theirs, ours);
    expect([peer.heardText(), heard]).toEqual(['', ['<end>']]);
    segment.engine.runUntil(39 * MS);
    expect(peer.heardText()).toBe('');
    segment.engine.runUntil(41 * MS);
    expect(peer.heard().map(({ flags, ack }) => [flags, ack])).toEqual([[ACK, theirs + 1]]);
  });

  test('a RST in its place ends it, another in the window is questioned', () => {
    const { peer, theirs, ours, heard } = accepted();
    peer.send(RST, theirs + 10, 0);
    expect([peer.heardText(), heard]).toEqual(['A', []]);
    peer.send(RST, theirs + 100_000, 0);
    expect([peer.heardText(), heard]).toEqual(['', []]);
    peer.send(RST | ACK, theirs, ours);
    expect(heard).toEqual(['<closed ECONNRESET>']);
  });

  test('a SYN in an established connection is only answered with where it stands', () => {
    const { peer, ours, theirs, socket } = accepted();
    peer.send(SYN, 999_999, 0);
    expect(peer.heard().map(({ flags, seq, ack }) => [flags, seq, ack])).toEqual([[ACK, ours, theirs]]);
    expect(socket.state).toBe('ESTABLISHED');
  });
});

describe('closing', () => {
  test('the peer first: CLOSE_WAIT, LAST_ACK, over', () => {
    const { host: server, peer, theirs, ours, heard, socket } = accepted();
    peer.send(FIN | ACK, theirs, ours);
    expect(states(server)).toEqual(['CLOSE_WAIT']);
    expect(socket.send(asciiBytes('bye'))).toBe(null);
    socket.close();
    expect(states(server)).toEqual(['LAST_ACK']);
    expect(socket.send(asciiBytes('more'))).toBe('EPIPE');
    expect(peer.heardText()).toBe('PA3 FA');
    peer.send(ACK, theirs + 1, ours + 4);
    expect(heard).toEqual(['<end>', '<closed null>']);
    expect(states(server)).toEqual([]);
  });

  test('this side first: FIN_WAIT1, FIN_WAIT2, TIME_WAIT for 60 s', () => {
    const { segment, host: server, peer, theirs, ours, heard, socket } = accepted();
    socket.close();
    expect(states(server)).toEqual(['FIN_WAIT1']);
    expect(peer.heardText()).toBe('FA');
    peer.send(ACK, theirs, ours + 1);
    expect(states(server)).toEqual(['FIN_WAIT2']);
    peer.send(FIN | ACK, theirs, ours + 1);
    expect(peer.heard().map(({ flags, seq, ack }) => [flags, seq, ack])).toEqual([
      [ACK, ours + 1, theirs + 1],
    ]);
    expect(states(server)).toEqual(['TIME_WAIT']);
    expect(heard).toEqual(['<closed null>']);
    segment.engine.runUntil(60 * SECOND - MS);
    expect(states(server)).toEqual(['TIME_WAIT']);
    segment.engine.runUntil(60 * SECOND + MS);
    expect(states(server)).toEqual([]);
  });

  test('both at once: CLOSING, TIME_WAIT', () => {
    const { host: server, peer, theirs, ours, socket } = accepted();
    socket.close();
    peer.heard();
    peer.send(FIN | ACK, theirs, ours);
    expect(states(server)).toEqual(['CLOSING']);
    expect(peer.heardText()).toBe('A');
    peer.send(ACK, theirs + 1, ours + 1);
    expect(states(server)).toEqual(['TIME_WAIT']);
  });

  test('FIN_WAIT2 lasts tcp_fin_timeout', () => {
    const { segment, host: server, peer, theirs, ours, heard, socket } = accepted();
    server.set('net.ipv4.tcp_fin_timeout', 20);
    socket.close();
    peer.send(ACK, theirs, ours + 1);
    segment.engine.runUntil(20 * SECOND - MS);
    expect(states(server)).toEqual(['FIN_WAIT2']);
    segment.engine.runUntil(20 * SECOND + MS);
    expect([states(server), heard]).toEqual([[], ['<closed null>']]);
  });

  test.for(['FIN_WAIT1', 'FIN_WAIT2'])('data after close is reset in %s', (state) => {
    const { host: server, peer, theirs, ours, heard, socket } = accepted();
    socket.close();
    if (state === 'FIN_WAIT2') peer.send(ACK, theirs, ours + 1);
    expect(states(server)).toEqual([state]);
    peer.heard();
    const ack = state === 'FIN_WAIT2' ? ours + 1 : ours;
    peer.send(PSH | ACK, theirs, ack, { data: asciiBytes('late') });
    expect(peer.heard().map(({ flags, seq }) => [flags, seq])).toEqual([[RST, ack]]);
    expect([states(server), heard]).toEqual([[], ['<closed ECONNRESET>']]);
  });

  test('abort: a RST with the connection behind it', () => {
    const { host: server, peer, theirs, ours, heard, socket } = accepted();
    socket.abort();
    const [reset] = peer.heard();
    expect([reset?.flags, reset?.seq, reset?.ack, reset?.window]).toEqual([RST | ACK, ours, theirs, 64240]);
    expect([states(server), heard]).toEqual([[], ['<closed null>']]);
  });

  test('the FIN goes with the last data that is not yet sent', () => {
    const { peer, ours, theirs, socket } = accepted(undefined, 3);
    socket.send(asciiBytes('abcdef'));
    socket.close();
    expect(peer.heardText()).toBe('');
    peer.send(ACK, theirs, ours, { window: 100 });
    expect(peer.heardText()).toBe('FPA6');
  });
});

describe('TIME_WAIT', () => {
  const offered = new TcpOptions(1460, true, true, 5000, 0, 7);

  function timeWaiting(): Accepted {
    const all = accepted(offered);
    const { peer, theirs, ours, socket } = all;
    const options = new TcpOptions(0, false, true, 5001, 0, -1);
    socket.close();
    peer.send(FIN | ACK, theirs, ours + 1, { options });
    expect(states(all.host)).toEqual(['TIME_WAIT']);
    peer.heard();
    return all;
  }

  test('a SYN with a newer timestamp opens a new connection at once', () => {
    const { host: server, peer, theirs, ours } = timeWaiting();
    peer.send(SYN, theirs - 500, 0, { options: new TcpOptions(1460, true, true, 5002, 0, 7) });
    const [synAck] = peer.heard();
    expect([synAck?.flags, synAck?.ack]).toEqual([SYN | ACK, theirs - 499]);
    expect(synAck?.seq).toBe(ours + 1 + 65537);
    expect(states(server)).toEqual(['SYN_RECV']);
  });

  test('a SYN that is older is answered with the old ACK', () => {
    const { host: server, peer, theirs, ours } = timeWaiting();
    peer.send(SYN, theirs - 500, 0, { options: new TcpOptions(1460, true, true, 4999, 0, 7) });
    expect(peer.heard().map(({ flags, seq, ack }) => [flags, seq, ack])).toEqual([
      [ACK, ours + 1, theirs + 1],
    ]);
    expect(states(server)).toEqual(['TIME_WAIT']);
  });

  test('the FIN again is acknowledged again, and the wait begins anew', () => {
    const { segment, host: server, peer, theirs, ours } = timeWaiting();
    segment.engine.runUntil(30 * SECOND);
    peer.send(FIN | ACK, theirs, ours + 1, { options: new TcpOptions(0, false, true, 5003, 0, -1) });
    expect(peer.heardText()).toBe('A');
    segment.engine.runUntil(89 * SECOND);
    expect(states(server)).toEqual(['TIME_WAIT']);
    segment.engine.runUntil(91 * SECOND);
    expect(states(server)).toEqual([]);
  });

  test('a RST in its place ends it', () => {
    const { host: server, peer, theirs } = timeWaiting();
    peer.send(RST, theirs + 1, 0);
    expect(states(server)).toEqual([]);
  });
});

describe('sending', () => {
  test('never beyond the window of the peer', () => {
    const { peer, ours, theirs, socket } = accepted(undefined, 3000);
    socket.send(new Uint8Array(5000));
    expect(peer.heardText()).toBe('A1460 PA1460');
    peer.send(ACK, theirs, ours + 2920, { window: 2080 });
    expect(peer.heardText()).toBe('A1460 PA620');
  });

  test('a small segment waits while another small one is out', () => {
    const { peer, ours, theirs, socket } = accepted();
    socket.send(asciiBytes('one'));
    socket.send(asciiBytes('two'));
    socket.send(asciiBytes('three'));
    expect(peer.heardText()).toBe('PA3');
    peer.send(ACK, theirs, ours + 3);
    expect(peer.heardText()).toBe('PA8');
  });

  test('the congestion window begins at ten segments, in bursts of half of it', () => {
    const { peer, ours, theirs, socket } = accepted();
    socket.send(new Uint8Array(30 * 1460));
    const flags = 'A1460 A1460 A1460 A1460 PA1460';
    expect(peer.heardText()).toBe(`${flags} ${flags}`);
    peer.send(ACK, theirs, ours + 1460);
    expect(peer.heardText()).toBe('A1460 PA1460');
  });

  test('three duplicate ACKs: the oldest is sent again and the window halved', () => {
    const { peer, ours, theirs, socket } = accepted();
    socket.send(new Uint8Array(30 * 1460));
    peer.heard();
    for (let i = 0; i < 3; i++) peer.send(ACK, theirs, ours);
    const again = peer.heard();
    expect(again.filter(({ seq }) => seq === ours)).toHaveLength(1);
    expect(socket.congestion.window).toBe(5);
    // Two more went out with the first two duplicates (RFC 3042).
    peer.send(ACK, theirs, ours + 12 * 1460);
    expect(socket.congestion.state).toBe('open');
    expect(socket.congestion.window).toBe(5);
  });

  test('without SACK there is no tail loss probe: the first repetition is the timeout', () => {
    const { segment, peer, socket } = accepted(new TcpOptions(1460, false, false, 0, 0, -1));
    socket.send(asciiBytes('data'));
    segment.engine.runUntil(199 * MS);
    expect(peer.heardText()).toBe('PA4');
    segment.engine.runUntil(201 * MS);
    expect(peer.heardText()).toBe('PA4');
    expect(socket.clock.retransmits).toBe(1);
  });

  test('a narrower path: what is on its way is cut and sent again', () => {
    const { host: server, peer, ours, socket } = accepted();
    socket.send(new Uint8Array(1460));
    peer.heard();
    const quote = { src: LOCAL, dst: ip(PEER), protocol: 6, srcPort: 80, dstPort: 40000, seq: ours };
    server.kernel.tcp.icmpError(quote, 3, 4, 1000);
    expect(peer.heardText()).toBe('A960 PA500');
    socket.send(new Uint8Array(2000));
    expect(peer.heard().map(({ data }) => data.length)).toEqual([960, 960, 80]);
  });

  test('a closed window is asked about at doubling intervals', () => {
    const { segment, peer, ours, theirs, socket } = accepted(undefined, 0);
    socket.send(asciiBytes('data'));
    segment.engine.runUntil(1500 * MS);
    expect(peer.heard().map(({ flags, seq }) => [flags, seq])).toEqual([1, 2, 3].map(() => [ACK, ours - 1]));
    peer.send(ACK, theirs, ours, { window: 100 });
    expect(peer.heardText()).toBe('PA4');
  });
});

test('a host without power does and hears nothing any more', () => {
  const { segment, host: server, heard, socket, peer } = accepted();
  socket.send(asciiBytes('data'));
  peer.heard();
  server.kernel.powerOff();
  segment.engine.runUntil(1000 * SECOND);
  expect([heard, peer.heard()]).toEqual([[], []]);
});

test('memory does not grow with connections done', () => {
  const segment = new Segment();
  const client = segment.host('c1', 0x01, '192.168.100.1/24');
  const server = segment.host('s1', 0x0b, '192.168.100.10/24');
  server.kernel.tcp.listen({
    port: 80,
    accept: (socket) => {
      socket.events = {
        data: () => {
          socket.send(asciiBytes('response'));
          socket.close();
        },
      };
    },
  });
  let answered = 0;
  const request = {
    fire: () => {
      const socket = client.kernel.tcp.connect({
        dst: LOCAL,
        dstPort: 80,
        events: {
          connected: () => typeof socket !== 'string' && socket.send(asciiBytes('request')),
          data: () => answered++,
          ended: () => typeof socket !== 'string' && socket.close(),
        },
      });
    },
  };
  for (let i = 0; i < 2000; i++) segment.engine.callAt(i * 100 * MS, request, 0);
  segment.engine.runUntil(200 * SECOND);
  expect(answered).toBe(2000);
  expect(client.kernel.tcp.flows.size).toBe(0);
  expect(server.kernel.tcp.flows.size).toBe(600);
  expect(server.kernel.tcp.timeWaits.count).toBe(600);
  segment.engine.runUntil(261 * SECOND);
  expect(server.kernel.tcp.flows.size).toBe(0);
});
