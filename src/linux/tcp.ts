/**
 * TCP of a host: which segment belongs to which connection, who listens, who may have which port, and the
 * answer to what belongs to nobody [m6-rst-forms]. The connections themselves are in tcp-socket.ts. Source:
 * net/ipv4/tcp_ipv4.c.
 */
import type { Quote } from '../wire/icmp-quote.ts';
import { IP_ANY, isMulticast } from '../wire/ip-address.ts';
import type { TcpPacket } from '../wire/ipv4.ts';
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';
import type { Kernel } from './kernel.ts';
import { type Flow, FlowTable } from './tcp-flow.ts';
import { HalfOpen } from './tcp-half-open.ts';
import { Listeners, type TcpListener } from './tcp-listener.ts';
import { replyReset } from './tcp-output.ts';
import { type Destination, EphemeralPorts, type PortRange, parsePortRange } from './tcp-ports.ts';
import { initialWindow, parseReceiveMemory, ReceiveMemory } from './tcp-receive-window.ts';
import { TcpSecrets } from './tcp-secrets.ts';
import { HEADERS, type Offer, type TcpEvents, TcpSocket, TIMESTAMPS_LENGTH } from './tcp-socket.ts';
import { type TimeWait, TimeWaits } from './tcp-time-wait.ts';

export type { TcpState } from './tcp-flow.ts';
export type { TcpListener } from './tcp-listener.ts';
export type { TcpEvents, TcpSocket } from './tcp-socket.ts';

/** What the length field of an IP packet can say: less than lo's MTU. */
const MAX_PACKET = 65535;

export interface ListenOptions {
  /** Default: any address of the host. */
  readonly ip?: number;
  readonly port: number;
  /** A connection is established. Its `events` are to be set now: data may follow at once. */
  readonly accept: (socket: TcpSocket) => void;
}

export interface ConnectOptions {
  readonly dst: number;
  readonly dstPort: number;
  /** Default: what the route gives, and a free port of ip_local_port_range. */
  readonly src?: number;
  readonly srcPort?: number;
  readonly events: TcpEvents;
}

export class TcpLayer {
  /** Sockets, half-open connections and those in TIME_WAIT. */
  readonly flows = new FlowTable();
  readonly listeners = new Listeners();
  readonly timeWaits: TimeWaits;
  readonly secrets: TcpSecrets;
  private readonly ports: EphemeralPorts;
  private memoryText = '';
  private memory = new ReceiveMemory(0, 0);
  private rangeText = '';
  private range: PortRange = { low: 0, high: 0 };

  constructor(readonly kernel: Kernel) {
    this.secrets = new TcpSecrets((purpose) => kernel.random(purpose), kernel.engine);
    this.ports = new EphemeralPorts(kernel.random('tcp-port'));
    this.timeWaits = new TimeWaits(this);
  }

  // ── the application's side ─────────────────────────────────────────────────────────────────────────────

  /** EADDRINUSE: somebody listens there already. EADDRNOTAVAIL: not an address of this host. */
  listen(options: ListenOptions): TcpListener | Errno {
    const ip = options.ip ?? IP_ANY;
    if (ip !== IP_ANY && !this.kernel.addresses.isLocal(ip)) return 'EADDRNOTAVAIL';
    return this.listeners.add(ip, options.port, options.accept) ?? 'EADDRINUSE';
  }

  /** Sends a SYN; how it went is told to `events`. What connect(2) itself fails with is returned. */
  connect(options: ConnectOptions): TcpSocket | Errno {
    const { dst, dstPort } = options;
    const { ip, addresses } = this.kernel;
    if (options.src !== undefined && !addresses.isLocal(options.src)) return 'EADDRNOTAVAIL';
    const routed = ip.sourceFor(dst);
    if (routed === null || isMulticast(dst) || addresses.isBroadcast(dst)) return 'ENETUNREACH';
    const src = options.src ?? routed;
    const offer = this.offer(dst, 0);
    if (offer === null) return 'ENETUNREACH';
    if (options.srcPort !== undefined && this.listeners.usesPort(options.srcPort)) return 'EADDRINUSE';
    const portOf = options.srcPort === undefined ? this.ports.destination(src, dst, dstPort) : null;
    const srcPort = portOf === null ? (options.srcPort ?? 0) : this.takePort(portOf);
    if (srcPort === null || this.flows.find(src, srcPort, dst, dstPort) !== null) return 'EADDRNOTAVAIL';
    const sequence = this.secrets.initialSequence(src, srcPort, dst, dstPort);
    const offset = this.secrets.timestampOffset(src, srcPort, dst, dstPort);
    const socket = new TcpSocket(this, src, srcPort, dst, dstPort, sequence, offset, offer);
    socket.portOf = portOf;
    const error = socket.connect();
    if (error !== null) {
      portOf?.release(srcPort);
      return error;
    }
    socket.events = options.events;
    this.flows.add(socket);
    return socket;
  }

  // ── from below ─────────────────────────────────────────────────────────────────────────────────────────

  receive(packet: TcpPacket, _device: Device): void {
    const tcp = packet.payload;
    const flow = this.flows.find(packet.dst, tcp.dstPort, packet.src, tcp.srcPort);
    if (flow !== null) flow.receive(packet);
    else this.receiveUnmatched(packet);
  }

  /** An ICMP error about a segment of ours, from the network or from this host itself (ARP failed). */
  icmpError(quote: Quote, type: number, code: number, rest: number): void {
    this.flows.find(quote.src, quote.srcPort, quote.dst, quote.dstPort)?.icmpError(quote, type, code, rest);
  }

  /** A segment of no connection: for a listener, or answered with a RST. */
  receiveUnmatched(packet: TcpPacket): void {
    const { flags, dstPort, srcPort } = packet.payload;
    const listener = this.listeners.find(packet.dst, dstPort);
    if (listener === null || flags & ACK) return replyReset(this.kernel, packet);
    if ((flags & (SYN | RST | FIN)) !== SYN) return;
    const isn = this.secrets.initialSequence(packet.dst, dstPort, packet.src, srcPort);
    this.begin(listener, packet, isn);
  }

  // ── for the connections ────────────────────────────────────────────────────────────────────────────────

  /** A SYN takes the place of a connection in TIME_WAIT, if somebody listens. */
  reopen(timeWait: TimeWait, syn: TcpPacket, isn: number): boolean {
    const listener = this.listeners.find(syn.dst, syn.payload.dstPort);
    if (listener === null || syn.payload.flags & FIN) return false;
    this.timeWaits.remove(timeWait);
    this.begin(listener, syn, isn);
    return true;
  }

  /** A flow is over, and its port free. */
  forget(flow: Flow): void {
    this.flows.remove(flow);
    flow.portOf?.release(flow.localPort);
  }

  receiveMemory(): ReceiveMemory {
    const text = this.kernel.sysctl.text('net.ipv4.tcp_rmem') ?? '';
    if (text !== this.memoryText) {
      this.memoryText = text;
      this.memory = parseReceiveMemory(text);
    }
    return this.memory;
  }

  /** A SYN for a listener. Without a way back it is as if it had not come. */
  private begin(listener: TcpListener, syn: TcpPacket, isn: number): void {
    const offer = this.offer(syn.src, syn.payload.options.hasTimestamps ? TIMESTAMPS_LENGTH : 0);
    if (offer !== null) this.flows.add(new HalfOpen(this, listener, syn, isn, offer));
  }

  /** What a peer is offered; null: there is no way to it. */
  private offer(peerIp: number, optionsLength: number): Offer | null {
    const mtu = Math.min(this.kernel.ip.mtuTo(peerIp), MAX_PACKET);
    if (mtu === 0) return null;
    const mss = mtu - HEADERS;
    return { mss, window: initialWindow(this.receiveMemory(), mss - optionsLength) };
  }

  private takePort(to: Destination): number | null {
    const text = this.kernel.sysctl.text('net.ipv4.ip_local_port_range') ?? '';
    if (text !== this.rangeText) {
      this.rangeText = text;
      this.range = parsePortRange(text);
    }
    const { src, dst, dstPort } = to;
    return to.take(
      this.range,
      (port) => this.listeners.usesPort(port) || this.flows.find(src, port, dst, dstPort) !== null,
    );
  }
}
