/** UDP sockets: bind, send, receive, and the port-unreachable a closed port answers with. */
import { PORT_UNREACHABLE, UNREACHABLE } from '../wire/icmp.ts';
import type { Quote } from '../wire/icmp-quote.ts';
import { Ipv4Packet, UDP, type UdpPacket } from '../wire/ipv4.ts';
import { Udp } from '../wire/udp.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';
import type { Kernel } from './kernel.ts';

export interface UdpEvents {
  data(bytes: Uint8Array, fromIp: number, fromPort: number): void;
  /**
   * An ICMP error came for something this socket sent; only a port unreachable reaches a program by default.
   */
  error(errno: Errno): void;
}

export class UdpSocket {
  constructor(
    private readonly layer: UdpLayer,
    readonly port: number,
    readonly events: UdpEvents,
  ) {}

  sendTo(dst: number, dstPort: number, bytes: Uint8Array): Errno | null {
    return this.layer.send(this.port, dst, dstPort, bytes);
  }

  close(): void {
    this.layer.close(this);
  }
}

export class UdpLayer {
  private readonly sockets = new Map<number, UdpSocket>();

  constructor(private readonly kernel: Kernel) {}

  open(port: number, events: UdpEvents): UdpSocket | Errno {
    if (this.sockets.has(port)) return 'EADDRINUSE';
    const socket = new UdpSocket(this, port, events);
    this.sockets.set(port, socket);
    return socket;
  }

  close(socket: UdpSocket): void {
    this.sockets.delete(socket.port);
  }

  /** `from`: the address to send from; default: the one the route gives. */
  send(srcPort: number, dst: number, dstPort: number, bytes: Uint8Array, from?: number): Errno | null {
    const { ip, sysctl } = this.kernel;
    const src = from ?? ip.sourceFor(dst);
    if (src === null) return 'ENETUNREACH';
    const udp = new Udp(srcPort, dstPort, bytes);
    return ip.send(new Ipv4Packet(src, dst, sysctl.ttl, 0, ip.nextId(), true, false, UDP, udp));
  }

  /** `toMe`: the frame was addressed to this host alone; no error is sent about what was not. */
  receive(packet: UdpPacket, device: Device, toMe: boolean): void {
    const { srcPort, dstPort, data } = packet.payload;
    const socket = this.sockets.get(dstPort);
    if (socket !== undefined) return socket.events.data(data, packet.src, srcPort);
    if (!toMe) return this.kernel.dropped(packet, 'no listener');
    this.kernel.icmp.sendError(packet, device, UNREACHABLE, PORT_UNREACHABLE);
  }

  icmpError(quoted: Quote, type: number, code: number): void {
    if (type !== UNREACHABLE || code !== PORT_UNREACHABLE) return;
    this.sockets.get(quoted.srcPort)?.events.error('ECONNREFUSED');
  }
}
