/** What the programs behind the recordings did: datagrams from a chosen address, and entries that age. */
import type { Device } from '../../src/linux/device.ts';
import type { Errno } from '../../src/linux/errno.ts';
import type { Kernel } from '../../src/linux/kernel.ts';
import { Hop } from '../../src/linux/routes.ts';
import { asciiBytes, hex } from '../../src/wire/bytes.ts';
import { decodeFrame } from '../../src/wire/codec.ts';
import { IPV4 } from '../../src/wire/ethernet.ts';
import { DEFAULT_TTL, Ipv4Packet, UDP } from '../../src/wire/ipv4.ts';
import { Udp } from '../../src/wire/udp.ts';

export interface Datagram {
  readonly dst: number;
  /** 0: the kernel chooses. */
  readonly src?: number;
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly data?: Uint8Array;
  /** SO_BINDTODEVICE */
  readonly device?: Device;
}

/** One datagram from a socket that may be bound; returns what sendto() would. */
export function sendDatagram(kernel: Kernel, datagram: Datagram): Errno | null {
  const { dst, device } = datagram;
  const chosen = device === undefined ? kernel.ip.sourceFor(dst) : kernel.addresses.select(device, dst);
  const src = datagram.src || chosen;
  if (src === null) return 'ENETUNREACH';
  const udp = new Udp(datagram.srcPort ?? 4000, datagram.dstPort ?? 9, datagram.data ?? asciiBytes('q'));
  const packet = new Ipv4Packet(src, dst, DEFAULT_TTL, 0, kernel.ip.nextId(), true, false, UDP, udp);
  if (device === undefined) return kernel.ip.send(packet);
  kernel.ip.emit(packet, new Hop(device, dst, src, 'unicast'));
  return null;
}

/** Hands the kernel the recorded factor of reachable_time (0.5 … 1.5) instead of one of its own draw. */
export function drawReachable(kernel: Kernel, factor: number): void {
  const own = kernel.random.bind(kernel);
  kernel.random = (purpose) => (purpose.includes('reachable-time') ? () => factor - 0.5 : own(purpose));
}

/** An entry as `ip neigh` prints it, without its interface. */
export function neighText(kernel: Kernel, device: Device, ip: number): string {
  const neighbour = kernel.neighbours.find(device, ip);
  return neighbour === null ? 'none' : `${neighbour.state} ${neighbour.mac ?? '-'}`;
}

/** Sends the datagram of a recorded frame again, with all that its socket gave it. */
export function sendLike(kernel: Kernel, frame: string): Errno | null {
  const decoded = decodeFrame(hex(frame));
  if (decoded.kind !== IPV4 || decoded.payload.kind !== UDP) throw new Error(`no datagram: ${frame}`);
  const { src, dst, payload } = decoded.payload;
  return sendDatagram(kernel, {
    src,
    dst,
    srcPort: payload.srcPort,
    dstPort: payload.dstPort,
    data: payload.data,
  });
}
