/**
 * What happens when a socket's timer fires: retransmission with its limits, tail loss probe, window probe.
 * Source: net/ipv4/tcp_timer.c as recorded [m6-syn-retries2, m6-rto-retries5-perm, m6-rto-neigh-failed].
 */
import { MS } from '../engine/time.ts';
import { ACK, NO_BYTES } from '../wire/tcp.ts';
import type { TimerKind } from './tcp-clock.ts';
import { pump, resend, sendProbeOfNewData, transmit } from './tcp-output.ts';
import { giveUpAfterMs, INITIAL_RTO_MS, RTO_MIN_MS } from './tcp-rto.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** Retries of a connection no application holds any more (tcp_orphan_retries): somewhat over 100 s. */
const ORPHAN_RETRIES = 8;

export function expired(socket: TcpSocket, kind: TimerKind): void {
  switch (kind) {
    case 'retransmit':
      return retransmissionTimeout(socket);
    case 'loss-probe':
      return tailLossProbe(socket);
    case 'window-probe':
      return windowProbe(socket);
    case 'fin-wait2':
      return socket.finish(null);
    case 'none':
      return;
  }
}

export function retransmissionTimeout(socket: TcpSocket): void {
  const { clock, flight, congestion, kernel } = socket;
  const { head } = flight;
  if (head === null) return;
  if (isGivenUp(socket)) return socket.finish(socket.softError ?? 'ETIMEDOUT');
  if (socket.state !== 'SYN_SENT') congestion.timeout(socket.sndNxt);
  flight.markAllLost();
  clock.retransmits++;
  clock.probeEnd = null;
  resend(socket, head);
  if (clock.sinceNs < 0) clock.sinceNs = kernel.engine.nowNs;
  // The first timeouts of a SYN are linear: 1 s each.
  const linear = kernel.sysctl.number('net.ipv4.tcp_syn_linear_timeouts');
  if (socket.state !== 'SYN_SENT' || clock.retransmits > linear) clock.doubleTimeout();
  clock.arm('retransmit', clock.rtoMs);
}

/** tcp_write_timeout */
function isGivenUp(socket: TcpSocket): boolean {
  const { clock, kernel } = socket;
  const { sysctl } = kernel;
  if (socket.state === 'SYN_SENT') {
    const retries = sysctl.number('net.ipv4.tcp_syn_retries');
    const linear = sysctl.number('net.ipv4.tcp_syn_linear_timeouts');
    if (clock.retransmits >= retries + linear) return true;
    return clock.retransmits > 0 && elapsedMs(socket) >= giveUpAfterMs(retries, INITIAL_RTO_MS);
  }
  if (clock.retransmits === 0) return false;
  return elapsedMs(socket) >= giveUpAfterMs(retriesOf(socket), RTO_MIN_MS);
}

function retriesOf(socket: TcpSocket): number {
  return socket.released ? ORPHAN_RETRIES : socket.kernel.sysctl.number('net.ipv4.tcp_retries2');
}

function elapsedMs(socket: TcpSocket): number {
  return (socket.kernel.engine.nowNs - socket.clock.sinceNs) / MS;
}

/** tcp_send_loss_probe: new data, or else the last segment again; at most one probe is out. */
function tailLossProbe(socket: TcpSocket): void {
  const { clock, flight } = socket;
  const { tail } = flight;
  if (tail === null) return;
  const probed = clock.probeEnd === null && (sendProbeOfNewData(socket) || resend(socket, tail));
  if (!probed) return clock.backToTimeout();
  clock.probeEnd = socket.sndNxt;
  clock.arm('retransmit', clock.rtoMs);
}

/**
 * tcp_send_probe0: the peer's window was closed, or there was no way to send from this address. If data can
 * be sent now it is, otherwise an old sequence number asks the peer for its window, at doubling intervals.
 */
function windowProbe(socket: TcpSocket): void {
  const { clock, flight, kernel } = socket;
  pump(socket);
  if (flight.count > 0 || clock.kind !== 'window-probe') {
    clock.backoff = 0;
    clock.retransmits = 0;
    return;
  }
  if (clock.retransmits >= retriesOf(socket)) return socket.finish(socket.softError ?? 'ETIMEDOUT');
  const room = (socket.sndUna + socket.sndWnd - socket.sndNxt) | 0;
  if (room <= 0) transmit(socket, (socket.sndUna - 1) | 0, ACK, NO_BYTES);
  clock.retransmits++;
  if (clock.backoff < kernel.sysctl.number('net.ipv4.tcp_retries2')) clock.backoff++;
  clock.arm('window-probe', clock.windowProbeMs());
}
