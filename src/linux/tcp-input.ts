/**
 * A segment for a connection, in the order of RFC 9293 §3.10.7 as net/ipv4/tcp_input.c has it: sequence,
 * RST, SYN, ACK, data, FIN. Data is acknowledged at once, before the application sees it, as Linux does at
 * the beginning of a connection; the ACK of a FIN waits up to 40 ms for the application's own FIN
 * [m6-http-get-tiny]. Not modelled: delayed ACKs otherwise, PAWS on established connections, urgent data,
 * simultaneous open.
 */
import { MS } from '../engine/time.ts';
import type { TcpPacket } from '../wire/ipv4.ts';
import { ACK, FIN, RST, SYN, segmentLength, seqBefore, type Tcp } from '../wire/tcp.ts';
import { acknowledge, measureHandshake } from './tcp-ack.ts';
import { SHORTEST_TIMEOUT_MS } from './tcp-clock.ts';
import { pump, replyReset, sendAck } from './tcp-output.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** Answers to segments outside the window (tcp_invalid_ratelimit). */
const OUT_OF_WINDOW_INTERVAL_NS = 500 * MS;

export function receiveSegment(socket: TcpSocket, packet: TcpPacket): void {
  if (socket.state === 'SYN_SENT') return receiveInSynSent(socket, packet);
  const tcp = packet.payload;
  if (!isAcceptable(socket, tcp)) return;
  if ((tcp.flags & ACK) === 0) return;
  noteTimestamp(socket, tcp);
  const isNews = tcp.ack !== socket.sndUna || tcp.window << socket.sndScale !== socket.sndWnd;
  if (!acknowledge(socket, tcp)) return;
  if (afterOurFin(socket, packet)) return;
  if (tcp.data.length === 0 && (tcp.flags & FIN) === 0) {
    // Whatever the acknowledgement made room for; nothing to acknowledge in turn.
    pump(socket);
    return;
  }
  receiveData(socket, tcp, isNews);
}

// ── handshake ────────────────────────────────────────────────────────────────────────────────────────────

/** tcp_rcv_synsent_state_process */
function receiveInSynSent(socket: TcpSocket, packet: TcpPacket): void {
  const tcp = packet.payload;
  const { clock, flight } = socket;
  if ((tcp.flags & ACK) === 0) return;
  if (tcp.ack !== socket.sndNxt) {
    // An old connection's answer. The RST ends it there, so that the next SYN is worth sending soon.
    if (clock.retransmits === 0) clock.arm('retransmit', SHORTEST_TIMEOUT_MS);
    return replyReset(socket.kernel, packet);
  }
  if (tcp.flags & RST) return socket.finish('ECONNREFUSED');
  if ((tcp.flags & SYN) === 0) return;
  const syn = flight.shiftAcknowledged(tcp.ack);
  socket.sndUna = tcp.ack;
  socket.establish(tcp.seq, tcp.options, tcp.window);
  measureHandshake(socket, tcp, syn === null || syn.retransmitted ? -1 : syn.sentNs);
  clock.disarm();
  socket.confirmDue = true;
  sendAck(socket);
  socket.events.connected?.();
  if (socket.state !== 'CLOSED') pump(socket);
}

// ── is it for now? ───────────────────────────────────────────────────────────────────────────────────────

/** tcp_validate_incoming */
function isAcceptable(socket: TcpSocket, tcp: Tcp): boolean {
  const { window, rcvNxt } = socket;
  const length = segmentLength(tcp);
  const end = (tcp.seq + length) | 0;
  const outside = seqBefore(end, window.offeredAt) || seqBefore(window.end, tcp.seq);
  if (tcp.flags & RST) {
    // In the middle of the window it may be forged: the peer is asked (RFC 5961 §3.2).
    if (tcp.seq === rcvNxt || (socket.peerClosed && tcp.seq === ((rcvNxt - 1) | 0))) {
      socket.finish(socket.state === 'CLOSE_WAIT' ? 'EPIPE' : 'ECONNRESET');
    } else if (!outside) {
      challenge(socket);
    }
    return false;
  }
  if (outside) {
    // What occupies sequence numbers was sent again for want of an answer; the rest might be part of a loop.
    if (length > 0 && (tcp.flags & SYN) === 0) sendAck(socket);
    else challenge(socket);
    return false;
  }
  if (tcp.flags & SYN) {
    challenge(socket);
    return false;
  }
  return true;
}

/** An ACK that says where this side stands, not more often than twice a second. */
function challenge(socket: TcpSocket): void {
  const { nowNs } = socket.kernel.engine;
  if (nowNs - socket.lastChallengeNs < OUT_OF_WINDOW_INTERVAL_NS) return;
  socket.lastChallengeNs = nowNs;
  sendAck(socket);
}

/**
 * What is echoed is the timestamp of the segment that comes next, not of one that came too early (RFC 7323
 * §4.3).
 */
function noteTimestamp(socket: TcpSocket, tcp: Tcp): void {
  if (!socket.timestamps || !tcp.options.hasTimestamps) return;
  if (seqBefore(socket.window.offeredAt, tcp.seq) || seqBefore(tcp.options.tsVal, socket.tsRecent)) return;
  socket.tsRecent = tcp.options.tsVal;
}

// ── closing ──────────────────────────────────────────────────────────────────────────────────────────────

/** Changes of state our FIN's acknowledgement brings; true: the segment has nothing more to say. */
function afterOurFin(socket: TcpSocket, packet: TcpPacket): boolean {
  const tcp = packet.payload;
  if (socket.isFinAcknowledged) {
    if (socket.state === 'LAST_ACK') {
      socket.finish(null);
      return true;
    }
    if (socket.state === 'CLOSING') {
      socket.enterTimeWait();
      return true;
    }
    if (socket.state === 'FIN_WAIT1') socket.enterFinWait2();
  }
  if (socket.state !== 'FIN_WAIT1' && socket.state !== 'FIN_WAIT2') return false;
  // Nobody will read data after close(): the peer is told that it is lost.
  const dataEnd = (tcp.seq + tcp.data.length) | 0;
  if (tcp.data.length === 0 || !seqBefore(socket.rcvNxt, dataEnd)) return false;
  replyReset(socket.kernel, packet);
  socket.finish('ECONNRESET');
  return true;
}

/** The peer's FIN has its turn: everything before it is here. */
function receiveFin(socket: TcpSocket): void {
  socket.peerClosed = true;
  socket.rcvNxt = (socket.rcvNxt + 1) | 0;
  switch (socket.state) {
    case 'ESTABLISHED':
      socket.state = 'CLOSE_WAIT';
      socket.isAckDelayed = true;
      return;
    case 'FIN_WAIT1':
      socket.state = 'CLOSING';
      return;
    default:
      return;
  }
}

// ── data ─────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `isNews`: its acknowledgement or window says something; else nothing is sent but an ACK (header
 * prediction).
 */
function receiveData(socket: TcpSocket, tcp: Tcp, isNews: boolean): void {
  const { window, reassembly, state } = socket;
  const fin = (tcp.flags & FIN) !== 0;
  const known = (socket.rcvNxt - tcp.seq) | 0;
  const length = segmentLength(tcp);
  if (known < 0 || known >= length || socket.peerClosed) {
    if (known < 0 && !socket.peerClosed) reassembly.add(tcp.seq, tcp.data, fin);
    pump(socket);
    return sendAck(socket);
  }
  window.received(tcp.data.length);
  const data = known === 0 ? tcp.data : tcp.data.subarray(known);
  socket.rcvNxt = (socket.rcvNxt + data.length) | 0;
  socket.ackOwed = true;
  let more: Uint8Array[] | null = null;
  if (fin) {
    receiveFin(socket);
  } else if (!reassembly.isEmpty) {
    more = takeReassembled(socket);
  }
  if (isNews) pump(socket);
  if (socket.ackOwed && !socket.isAckDelayed) sendAck(socket);
  if (socket.state === 'FIN_WAIT2' && socket.peerClosed) return socket.enterTimeWait();
  deliver(socket, data, more);
  if (state === 'ESTABLISHED' && socket.state === 'CLOSE_WAIT') socket.events.ended?.();
  if (socket.isAckDelayed) socket.armDelayedAck();
}

/** What the segment that just came has made readable, in order. */
function takeReassembled(socket: TcpSocket): Uint8Array[] {
  const taken: Uint8Array[] = [];
  for (;;) {
    const piece = socket.reassembly.next(socket.rcvNxt);
    if (piece === null) return taken;
    if (piece.data.length > 0) taken.push(piece.data);
    socket.rcvNxt = (socket.rcvNxt + piece.data.length) | 0;
    if (piece.fin) {
      receiveFin(socket);
      return taken;
    }
  }
}

function deliver(socket: TcpSocket, data: Uint8Array, more: readonly Uint8Array[] | null): void {
  if (data.length > 0 && socket.isReading) socket.events.data?.(data);
  if (more === null) return;
  for (const bytes of more) {
    if (socket.isReading) socket.events.data?.(bytes);
  }
}
