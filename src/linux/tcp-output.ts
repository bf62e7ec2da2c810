/**
 * Segments on their way out: what is sent, when windows allow it, and with which fields. Source:
 * net/ipv4/tcp_output.c as recorded [m6-http-get-tiny, m6-http-get-tiny-big]. Not modelled: offloads as
 * such (only the PSH they leave on the last segment of a burst), corking, urgent data.
 */
import { Ipv4Packet, TCP, type TcpPacket } from '../wire/ipv4.ts';
import {
  ACK,
  FIN,
  NO_BYTES,
  NO_OPTIONS,
  PSH,
  RST,
  SYN,
  segmentLength,
  seqBefore,
  Tcp,
  TcpOptions,
} from '../wire/tcp.ts';
import type { Errno } from './errno.ts';
import type { Kernel } from './kernel.ts';
import { SentSegment } from './tcp-send-queue.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** Builds and sends one segment of a connection; the packet, or why there is no way for it. */
export function transmit(socket: TcpSocket, seq: number, flags: number, data: Uint8Array): TcpPacket | Errno {
  const { kernel, localIp, peerIp } = socket;
  // There is no route from an address the host has lost [m6-server-vip-removed-and-back].
  if (!kernel.addresses.isLocal(localIp)) return 'EHOSTUNREACH';
  if (socket.confirmDue) {
    socket.confirmDue = false;
    kernel.ip.confirm(peerIp);
  }
  const syn = (flags & SYN) !== 0;
  const tcp = new Tcp(
    socket.localPort,
    socket.peerPort,
    seq,
    syn ? 0 : socket.rcvNxt,
    flags,
    syn ? socket.window.offered : socket.window.field(socket.rcvNxt),
    syn ? socket.synOptions() : segmentOptions(socket),
    data,
  );
  const packet = new Ipv4Packet(localIp, peerIp, kernel.sysctl.ttl, 0, socket.ipId, true, false, TCP, tcp);
  const error = kernel.ip.send(packet);
  if (error !== null) return error;
  socket.ipId = (socket.ipId + 1) & 0xffff;
  socket.acknowledged();
  return packet;
}

function segmentOptions(socket: TcpSocket): TcpOptions {
  if (!socket.timestamps) return NO_OPTIONS;
  return new TcpOptions(0, false, true, socket.timestamp(), socket.tsRecent, -1);
}

export function sendAck(socket: TcpSocket): void {
  transmit(socket, socket.sndNxt, ACK, NO_BYTES);
}

/** Sends what the windows allow: first what is lost, then what is new (tcp_write_xmit). */
export function pump(socket: TcpSocket): void {
  resendLost(socket);
  const { unsent, flight, congestion } = socket;
  const before = flight.count;
  let burst = 0;
  let inBurst = 0;
  congestion.limited = false;
  while (unsent.length > 0 || socket.finPending) {
    if (burst === 0) {
      burst = congestion.burst(Math.max(flight.pipe - congestion.duplicates, 0));
      inBurst = 0;
      congestion.limited = burst === 0;
    }
    // The final FIN alone does not wait for the congestion window.
    if (burst === 0 && unsent.length > 0) break;
    const length = Math.min(unsent.length, socket.payload);
    const rest = unsent.length - length;
    const fin = rest === 0 && socket.finPending;
    const room = (socket.sndUna + socket.sndWnd - socket.sndNxt) | 0;
    if (length + (fin ? 1 : 0) > room) break;
    if (!fin && length < socket.payload && isNagleHolding(socket)) break;
    const endsBurst = burst <= 1 || Math.min(rest, socket.payload) > room - length;
    const push = length > 0 && (rest === 0 || (endsBurst && inBurst > 0));
    if (!sendNew(socket, ACK | (push ? PSH : 0) | (fin ? FIN : 0), length)) break;
    burst--;
    inBurst++;
  }
  if (flight.count > before) socket.clock.sent(before === 0);
  else socket.watchWindow();
}

/** A tail loss probe takes a new segment, if there is one and the peer has room for it. */
export function sendProbeOfNewData(socket: TcpSocket): boolean {
  const length = Math.min(socket.unsent.length, socket.payload);
  const room = (socket.sndUna + socket.sndWnd - socket.sndNxt) | 0;
  if (length === 0 || length > room) return false;
  const last = length === socket.unsent.length;
  return sendNew(socket, ACK | (last ? PSH : 0) | (last && socket.finPending ? FIN : 0), length);
}

/** Sends a segment again as it was; false: it still waits for ARP, or there is no way. */
export function resend(socket: TcpSocket, segment: SentSegment): boolean {
  const { kernel, flight } = socket;
  if (segment.packet !== null && kernel.ip.isQueued(segment.packet)) return false;
  const sent = transmit(socket, segment.seq, segment.flags, segment.data);
  if (typeof sent === 'string') return false;
  flight.sentAgain(segment, sent, kernel.engine.nowNs);
  return true;
}

/**
 * Within the congestion window; but the segment that recovery is about goes at once
 * (tcp_xmit_retransmit_queue).
 */
function resendLost(socket: TcpSocket): void {
  const { flight, congestion } = socket;
  for (;;) {
    const segment = flight.firstLost();
    if (segment === null) return;
    const isFull = flight.pipe - congestion.duplicates >= congestion.window;
    if (isFull && (congestion.state !== 'recovery' || segment !== flight.head)) return;
    if (!resend(socket, segment)) return;
  }
}

/** A small segment waits while another small one is out (RFC 896, as Minshall amended it). */
function isNagleHolding(socket: TcpSocket): boolean {
  const { flight, smallEnd, sndUna, sndNxt } = socket;
  return flight.count > 0 && seqBefore(sndUna, smallEnd) && !seqBefore(sndNxt, smallEnd);
}

function sendNew(socket: TcpSocket, flags: number, length: number): boolean {
  const { unsent, flight, sndNxt } = socket;
  const data = unsent.peek(length);
  const sent = transmit(socket, sndNxt, flags, data);
  if (typeof sent === 'string') {
    // The interface's MTU was lowered meanwhile.
    if (sent === 'EMSGSIZE') socket.narrow(socket.kernel.ip.mtuTo(socket.peerIp));
    return false;
  }
  unsent.drop(length);
  const end = (sndNxt + length + (flags & FIN ? 1 : 0)) | 0;
  flight.push(new SentSegment(sndNxt, end, flags, data, sent, socket.kernel.engine.nowNs));
  socket.sndNxt = end;
  if (length < socket.payload) socket.smallEnd = end;
  if (flags & FIN) socket.finSent = true;
  return true;
}

/** A segment of no socket: IP id 0, DF, and no life of its own. */
export function sendStateless(kernel: Kernel, src: number, dst: number, tos: number, tcp: Tcp): void {
  if (!kernel.addresses.isLocal(src)) return;
  kernel.ip.send(new Ipv4Packet(src, dst, kernel.sysctl.ttl, tos, 0, true, false, TCP, tcp));
}

/** The answer to a segment that belongs nowhere [m6-rst-forms]: never to a RST. */
export function replyReset(kernel: Kernel, packet: TcpPacket): void {
  const { srcPort, dstPort, seq, ack, flags } = packet.payload;
  if (flags & RST) return;
  const reset =
    flags & ACK
      ? new Tcp(dstPort, srcPort, ack, 0, RST, 0, NO_OPTIONS, NO_BYTES)
      : new Tcp(
          dstPort,
          srcPort,
          0,
          (seq + segmentLength(packet.payload)) | 0,
          RST | ACK,
          0,
          NO_OPTIONS,
          NO_BYTES,
        );
  sendStateless(kernel, packet.dst, packet.src, packet.tos, reset);
}
