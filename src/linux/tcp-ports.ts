/**
 * Ephemeral ports as Linux's connect() picks them (__inet_hash_connect): a start that is hard to guess for
 * each destination, then every second port, those of the parity of the range's lower end first, then the
 * others; the next connection to the same destination begins a little further on
 * [m6-errors-seen-by-applications: 59914, 59926, 59932 …]. The kernel looks at one port after the other;
 * where a destination has many connections, here a map of those in use says which is next.
 */
import { type RandomStream, randomInt } from '../engine/random.ts';
import { hashOf } from './tcp-flow.ts';

const STEP = 2;
/** Destinations share this many counters, as in Linux, so that memory stays bounded. */
const COUNTERS = 65536;
const MAX_SKIP = 8;
/** From so many ports in use on a destination has a map; it goes when half of them are free again. */
const CROWDED = 256;

export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** `net.ipv4.ip_local_port_range`: two numbers. */
export function parsePortRange(text: string): PortRange {
  const [low, high] = text.split(/\s+/).map(Number);
  return { low: low ?? 32768, high: high ?? 60999 };
}

type IsTaken = (port: number) => boolean;

/** The ports in use towards one address and port. */
export class Destination {
  /** Of the same hash. */
  next: Destination | null = null;
  private count = 0;
  private map: PortMap | null = null;

  constructor(
    private readonly ports: EphemeralPorts,
    readonly hash: number,
    readonly src: number,
    readonly dst: number,
    readonly dstPort: number,
  ) {}

  /** Takes a port; null when `isTaken` says so of the whole range. */
  take(range: PortRange, isTaken: IsTaken): number | null {
    if (this.map !== null && !this.map.isOf(range)) this.map = null;
    if (this.count >= CROWDED) this.map ??= new PortMap(range, isTaken);
    const port = this.ports.search(this, range, isTaken, this.map);
    if (port === null) {
      if (this.count === 0) this.ports.forget(this);
      return null;
    }
    this.count++;
    this.map?.set(port, true);
    return port;
  }

  release(port: number): void {
    this.count--;
    this.map?.set(port, false);
    if (this.count < CROWDED / 2) this.map = null;
    if (this.count === 0) this.ports.forget(this);
  }
}

export class EphemeralPorts {
  private readonly key: number;
  private readonly counters = new Map<number, number>();
  private readonly destinations = new Map<number, Destination>();

  constructor(private readonly random: RandomStream) {
    this.key = randomInt(random, 0, 0xffffffff) | 0;
  }

  destination(src: number, dst: number, dstPort: number): Destination {
    const hash = hashOf(this.key, src, 0, dst, dstPort) >>> 0;
    const first = this.destinations.get(hash) ?? null;
    let found = first;
    while (found !== null && (found.dst !== dst || found.dstPort !== dstPort || found.src !== src)) {
      found = found.next;
    }
    if (found !== null) return found;
    const made = new Destination(this, hash, src, dst, dstPort);
    made.next = first;
    this.destinations.set(hash, made);
    return made;
  }

  /** Nothing of it is in use any more. Where the next search begins is remembered all the same. */
  forget(destination: Destination): void {
    const first = this.destinations.get(destination.hash) ?? null;
    if (first === destination) {
      if (destination.next === null) this.destinations.delete(destination.hash);
      else this.destinations.set(destination.hash, destination.next);
      return;
    }
    let before = first;
    while (before !== null && before.next !== destination) before = before.next;
    if (before !== null) before.next = destination.next;
  }

  search(to: Destination, range: PortRange, isTaken: IsTaken, map: PortMap | null): number | null {
    const remaining = evenCount(range);
    if (remaining < 1) return null;
    const counter = to.hash % COUNTERS;
    const moved = this.counters.get(counter) ?? 0;
    const start = ((to.hash + moved) % remaining) & ~1;
    for (let parity = 0; parity < Math.min(STEP, remaining); parity++) {
      let ahead = 0;
      while (ahead < remaining) {
        const port = range.low + ((start + ahead) % remaining) + parity;
        const busy = map === null ? 0 : map.busyFrom(port);
        if (busy > 0 || isTaken(port)) {
          ahead += Math.max(busy, 1) * STEP;
          continue;
        }
        const skip = Math.max(ahead, randomInt(this.random, 1, MAX_SKIP) * STEP);
        this.counters.set(counter, moved + skip + STEP);
        return port;
      }
    }
    return null;
  }
}

/** An odd last port is never picked, unless it is the only one. */
function evenCount({ low, high }: PortRange): number {
  const count = high - low + 1;
  return count > 1 ? count & ~1 : count;
}

/** One bit a port in use: those of the lower end's parity in the first list, the others in the second. */
class PortMap {
  private readonly used: readonly [Int32Array, Int32Array];
  private readonly half: number;

  constructor(
    private readonly range: PortRange,
    isTaken: IsTaken,
  ) {
    const count = evenCount(range);
    this.half = count >> 1;
    this.used = [new Int32Array((this.half >> 5) + 1), new Int32Array((this.half >> 5) + 1)];
    for (let port = range.low; port < range.low + count; port++) {
      if (isTaken(port)) this.set(port, true);
    }
  }

  isOf(range: PortRange): boolean {
    return this.range.low === range.low && this.range.high === range.high;
  }

  set(port: number, inUse: boolean): void {
    const offset = port - this.range.low;
    const words = this.used[(offset & 1) as 0 | 1];
    const word = offset >> 6;
    const bit = 1 << ((offset >> 1) & 31);
    const old = words[word] as number;
    words[word] = inUse ? old | bit : old & ~bit;
  }

  /** How many ports of that parity in a row are in use, from that one on to the end of the range. */
  busyFrom(port: number): number {
    const offset = port - this.range.low;
    const words = this.used[(offset & 1) as 0 | 1];
    const slot = offset >> 1;
    let word = slot >> 5;
    let free = ~(words[word] as number) & (-1 << (slot & 31));
    while (free === 0 && ++word < words.length) free = ~(words[word] as number);
    if (free === 0) return this.half - slot;
    return Math.min((word << 5) + (31 - Math.clz32(free & -free)), this.half) - slot;
  }
}
