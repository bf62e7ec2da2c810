/**
 * What IPVS does with a packet for this host, as the hook of the kernel does it (ip_vs_core.c): the entry it
 * belongs to, or a new one with a server for it; counters, state, timer; and off it goes. Not modelled:
 * fragments, packets in tunnels, replies of servers (only direct routing is simulated, where they take
 * another way), so that the entry of a server on the director itself stays in the one-way states.
 */
import type { Device } from '../linux/device.ts';
import type { Kernel } from '../linux/kernel.ts';
import { NF_ACCEPT, NF_DROP, type Verdict } from '../linux/netfilter.ts';
import { PORT_UNREACHABLE, TIME_EXCEEDED, UNREACHABLE } from '../wire/icmp.ts';
import { readQuote } from '../wire/icmp-quote.ts';
import { ICMP, type IcmpPacket, type Ipv4, TCP, type TcpPacket, UDP, type UdpPacket } from '../wire/ipv4.ts';
import { ipv4Length } from '../wire/ipv4-length.ts';
import { RST, SYN } from '../wire/tcp.ts';
import type { Conn } from './conn.ts';
import type { Connections } from './connections.ts';
import type { Destination } from './destination.ts';
import { forwardDirectly } from './dr.ts';
import type { Service } from './service.ts';
import type { Statistics } from './statistics.ts';
import { CLOSE, FIN_WAIT, INPUT_ONLY, nextTcpState, TIME_WAIT } from './tcp-states.ts';

const SOURCE_QUENCH = 4;

/** Bit of conn_reuse_mode: entries of one direction are given up in FIN_WAIT as well [A-reuse-05]. */
const REUSE_FIN_WAIT = 2;

/** The service that takes packets to an address and port. */
export type ServiceLookup = (protocol: typeof TCP | typeof UDP, vip: number, port: number) => Service | null;

export class PacketPath {
  constructor(
    private readonly kernel: Kernel,
    private readonly connections: Connections,
    private readonly serviceFor: ServiceLookup,
    private readonly total: Statistics,
  ) {}

  /** The hook of LOCAL_IN and LOCAL_OUT; `cameBy` is null for packets made on this host. */
  receive(packet: Ipv4, cameBy: Device | null): Verdict {
    const device = cameBy ?? this.kernel.devices.loopback;
    if (packet.kind === TCP || packet.kind === UDP) return this.segment(packet, device);
    if (packet.kind === ICMP) return this.icmp(packet, device);
    return NF_ACCEPT;
  }

  private segment(packet: TcpPacket | UdpPacket, device: Device): Verdict {
    const { srcPort, dstPort } = packet.payload;
    let conn = this.connections.find(packet.kind, packet.src, srcPort, packet.dst, dstPort);
    if (conn !== null && this.isOutdated(conn, packet)) {
      this.connections.expire(conn);
      conn = null;
    } else if (conn !== null && !conn.destination.available) {
      if (!this.isSet('expire_nodest_conn')) return NF_DROP;
      this.connections.expire(conn);
      conn = null;
    }
    if (conn === null) {
      const service = this.serviceForNew(packet);
      if (service === null) return NF_ACCEPT;
      conn = this.schedule(service, packet);
      if (conn === null) {
        this.kernel.icmp.sendError(packet, device, UNREACHABLE, PORT_UNREACHABLE);
        return NF_DROP;
      }
    }
    this.countIn(conn.destination, packet);
    if (packet.kind === TCP) {
      this.connections.setState(conn, nextTcpState(INPUT_ONLY, conn.state, packet.payload.flags));
    }
    this.connections.restart(conn);
    return forwardDirectly(this.kernel, packet, device, conn.destination);
  }

  /**
   * A SYN may find the entry of an earlier connection from the same port: does it get a server of its own?
   */
  private isOutdated(conn: Conn, packet: TcpPacket | UdpPacket): boolean {
    if (packet.kind !== TCP || (packet.payload.flags & SYN) === 0) return false;
    if (conn.destination.weight === 0 && this.isSet('expire_nodest_conn')) return true;
    const mode = this.setting('conn_reuse_mode');
    if (mode === 0) return false;
    if (conn.state === TIME_WAIT || conn.state === CLOSE) return true;
    return conn.state === FIN_WAIT && (mode & REUSE_FIN_WAIT) !== 0;
  }

  /** The service a packet without an entry may open a connection to; null: it is none of IPVS' business. */
  private serviceForNew(packet: TcpPacket | UdpPacket): Service | null {
    if (packet.kind === TCP) {
      const { flags } = packet.payload;
      if ((flags & RST) !== 0) return null;
      if ((flags & SYN) === 0 && !this.isSet('sloppy_tcp')) return null;
    }
    return this.serviceFor(packet.kind, packet.dst, packet.payload.dstPort);
  }

  /** null: no server can have it. */
  private schedule(service: Service, packet: TcpPacket | UdpPacket): Conn | null {
    const { srcPort, dstPort } = packet.payload;
    // A service of all ports only works with persistence, which is not simulated.
    if (service.key.port !== dstPort) return null;
    const destination = service.scheduler.pick(service, packet);
    if (destination === null) return null;
    const conn = this.connections.open(packet.kind, packet.src, srcPort, packet.dst, dstPort, destination);
    const { nowNs } = this.kernel.engine;
    destination.stats.countConn(nowNs);
    service.stats.countConn(nowNs);
    this.total.countConn(nowNs);
    return conn;
  }

  /**
   * An error a client sends about a reply of the server goes to that server; the entry's timer is left alone.
   */
  private icmp(packet: IcmpPacket, device: Device): Verdict {
    const { type, data } = packet.payload;
    if (type !== UNREACHABLE && type !== SOURCE_QUENCH && type !== TIME_EXCEEDED) return NF_ACCEPT;
    const quote = readQuote(data);
    if (quote === null) return NF_ACCEPT;
    const { protocol, src, srcPort, dst, dstPort } = quote;
    const conn = this.connections.find(protocol, dst, dstPort, src, srcPort);
    if (conn === null) return NF_ACCEPT;
    this.countIn(conn.destination, packet);
    return forwardDirectly(this.kernel, packet, device, conn.destination);
  }

  private countIn(destination: Destination, packet: Ipv4): void {
    if (!destination.available) return;
    const { nowNs } = this.kernel.engine;
    const bytes = ipv4Length(packet);
    destination.stats.countIn(nowNs, bytes);
    destination.service.stats.countIn(nowNs, bytes);
    this.total.countIn(nowNs, bytes);
  }

  private isSet(name: string): boolean {
    return this.setting(name) !== 0;
  }

  private setting(name: string): number {
    return this.kernel.sysctl.number(`net.ipv4.vs.${name}`);
  }
}
