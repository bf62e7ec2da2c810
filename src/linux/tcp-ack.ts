/**
 * What an acknowledgement does: window, round trip, congestion window, retransmissions, and the news for
 * the neighbour table that packets get through. Source: tcp_ack of net/ipv4/tcp_input.c. Not modelled:
 * SACK, D-SACK, ECN, undo.
 */
import { MS, US } from '../engine/time.ts';
import { segmentLength, seqBefore, type Tcp } from '../wire/tcp.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** False: it acknowledges what was never sent, the whole segment is ignored. */
export function acknowledge(socket: TcpSocket, tcp: Tcp): boolean {
  const { ack } = tcp;
  if (seqBefore(socket.sndNxt, ack)) return false;
  if (seqBefore(ack, socket.sndUna)) return true;
  const windowChanged = updateWindow(socket, tcp);
  socket.softError = null;
  if (ack === socket.sndUna) {
    if (socket.flight.count > 0 && segmentLength(tcp) === 0 && !windowChanged) duplicate(socket);
    return true;
  }
  progress(socket, tcp);
  return true;
}

/**
 * RFC 9293 §3.10.7.4, as tcp_may_update_window has it: only newer segments may change it. True: it differs
 * now.
 */
function updateWindow(socket: TcpSocket, tcp: Tcp): boolean {
  const window = tcp.window << socket.sndScale;
  const newer =
    seqBefore(socket.sndUna, tcp.ack) ||
    seqBefore(socket.sndWl1, tcp.seq) ||
    (socket.sndWl1 === tcp.seq && (window > socket.sndWnd || window === 0));
  if (!newer) return false;
  socket.sndWl1 = tcp.seq;
  const changed = window !== socket.sndWnd;
  socket.sndWnd = window;
  return changed;
}

function duplicate(socket: TcpSocket): void {
  const { flight, congestion } = socket;
  socket.confirmDue = true;
  if (flight.head !== null && congestion.duplicate(socket.sndNxt)) flight.markLost(flight.head);
}

function progress(socket: TcpSocket, tcp: Tcp): void {
  const { flight, congestion, clock } = socket;
  const inFlight = flight.count;
  let oldestNs = -1;
  let wasRetransmitted = false;
  socket.sndUna = tcp.ack;
  for (;;) {
    const segment = flight.shiftAcknowledged(tcp.ack);
    if (segment === null) break;
    if (segment.retransmitted) wasRetransmitted = true;
    else if (oldestNs < 0) oldestNs = segment.sentNs;
  }
  measure(socket, tcp, wasRetransmitted ? -1 : oldestNs);
  clock.reset();
  if (clock.probeEnd !== null && !seqBefore(tcp.ack, clock.probeEnd)) clock.probeEnd = null;
  if (congestion.progress(inFlight - flight.count, inFlight, tcp.ack) && flight.head !== null) {
    flight.markLost(flight.head);
  }
  clock.progress();
  socket.confirmDue = true;
}

/**
 * From the moment a segment was sent; if it was sent twice, from the timestamp that came back (RFC 7323
 * §4.1).
 */
function measure(socket: TcpSocket, tcp: Tcp, sentNs: number): void {
  const { engine } = socket.kernel;
  if (sentNs >= 0) {
    socket.rtt.sample(Math.floor((engine.nowNs - sentNs) / US), socket.sndUna, socket.sndNxt);
  } else if (socket.timestamps && tcp.options.hasTimestamps && tcp.options.tsEcr !== 0) {
    const elapsedMs = Math.max((socket.timestamp() - tcp.options.tsEcr) | 0, 1);
    socket.rtt.sample((elapsedMs * MS) / US, socket.sndUna, socket.sndNxt);
  }
}

/** A handshake without a measured round trip leaves the timeout at what the estimator falls back to. */
export function measureHandshake(socket: TcpSocket, tcp: Tcp, sentNs: number): void {
  measure(socket, tcp, sentNs);
  socket.clock.retransmits = 0;
  socket.clock.sinceNs = -1;
  socket.clock.backoff = 0;
  socket.clock.rtoMs = socket.rtt.rtoMs;
}
