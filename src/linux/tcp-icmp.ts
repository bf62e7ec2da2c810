/**
 * ICMP errors about a connection's segments (tcp_v4_err) [m6-errors-seen-by-applications]: they end a
 * connection that is being set up; on an established one they are only remembered as the reason should it
 * be given up, and say how far a timeout was the network's fault.
 */
import { MS } from '../engine/time.ts';
import {
  FRAGMENTATION_NEEDED,
  HOST_UNREACHABLE,
  NET_UNREACHABLE,
  PARAMETER_PROBLEM,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '../wire/icmp.ts';
import type { Quote } from '../wire/icmp-quote.ts';
import { seqBefore } from '../wire/tcp.ts';
import type { Errno } from './errno.ts';
import { retransmissionTimeout } from './tcp-expiry.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** The least a path can be narrowed to (route.min_pmtu). */
const MIN_PATH_MTU = 552;

/**
 * By code of UNREACHABLE (icmp_err_convert); of the obsolete 5, 7 and 8 the kernel has errors of their own.
 */
const UNREACHABLE_ERRNO: readonly Errno[] = [
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOPROTOOPT',
  'ECONNREFUSED',
  'EMSGSIZE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
];

/** What an application is told of an ICMP error; null: nothing. */
export function errnoOfIcmp(type: number, code: number): Errno | null {
  if (type === UNREACHABLE) return UNREACHABLE_ERRNO[code] ?? null;
  if (type === TIME_EXCEEDED) return 'EHOSTUNREACH';
  return type === PARAMETER_PROBLEM ? 'EPROTO' : null;
}

export function socketError(socket: TcpSocket, quote: Quote, type: number, code: number, mtu: number): void {
  // Not about anything that is on its way: old news or a forgery.
  if (seqBefore(quote.seq, socket.sndUna) || seqBefore(socket.sndNxt, quote.seq)) return;
  if (type === UNREACHABLE && code === FRAGMENTATION_NEEDED) {
    return socket.narrow(Math.max(mtu & 0xffff, MIN_PATH_MTU));
  }
  const errno = errnoOfIcmp(type, code);
  if (errno === null) return;
  if (socket.state === 'SYN_SENT') return socket.finish(errno);
  socket.softError = errno;
  if (type === UNREACHABLE && (code === NET_UNREACHABLE || code === HOST_UNREACHABLE)) {
    revertBackoff(socket, quote);
  }
}

/**
 * The segment did not even get on its way: the timeout goes one doubling back, which may mean now (RFC
 * 6069).
 */
function revertBackoff(socket: TcpSocket, quote: Quote): void {
  const { clock, flight, kernel } = socket;
  if (quote.seq !== socket.sndUna || clock.retransmits === 0 || clock.backoff === 0) return;
  if (flight.head === null) return;
  clock.revertBackoff();
  const leftMs = clock.rtoMs - (kernel.engine.nowNs - flight.head.sentNs) / MS;
  if (leftMs > 0) clock.arm('retransmit', leftMs);
  else retransmissionTimeout(socket);
}
