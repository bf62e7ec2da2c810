/**
 * Ephemeral ports as Linux's connect() picks them (__inet_hash_connect): a start that is hard to guess for
 * each destination, then every second port, those of the parity of the range's lower end first, then the
 * others; the next connection to the same destination begins a little further on
 * [m6-errors-seen-by-applications: 59914, 59926, 59932 …].
 */
import { type RandomStream, randomInt } from '../engine/random.ts';
import { hashOf } from './tcp-flow.ts';

const STEP = 2;
/** Destinations share this many counters, as in Linux, so that memory stays bounded. */
const COUNTERS = 65536;
const MAX_SKIP = 8;

export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** `net.ipv4.ip_local_port_range`: two numbers. */
export function parsePortRange(text: string): PortRange {
  const [low, high] = text.split(/\s+/).map(Number);
  return { low: low ?? 32768, high: high ?? 60999 };
}

export class EphemeralPorts {
  private readonly key: number;
  private readonly counters = new Map<number, number>();

  constructor(private readonly random: RandomStream) {
    this.key = randomInt(random, 0, 0xffffffff) | 0;
  }

  /** A port for a connection to that destination; null when `isTaken` says so of the whole range. */
  choose(
    range: PortRange,
    src: number,
    dst: number,
    dstPort: number,
    isTaken: (port: number) => boolean,
  ): number | null {
    const count = range.high - range.low + 1;
    const remaining = count > 1 ? count & ~1 : count;
    if (remaining < 1) return null;
    const hash = hashOf(this.key, src, 0, dst, dstPort) >>> 0;
    const counter = hash % COUNTERS;
    const moved = this.counters.get(counter) ?? 0;
    const start = ((hash + moved) % remaining) & ~1;
    for (let parity = 0; parity < Math.min(STEP, remaining); parity++) {
      for (let ahead = 0; ahead < remaining; ahead += STEP) {
        const port = range.low + ((start + ahead) % remaining) + parity;
        if (isTaken(port)) continue;
        const skip = Math.max(ahead, randomInt(this.random, 1, MAX_SKIP) * STEP);
        this.counters.set(counter, moved + skip + STEP);
        return port;
      }
    }
    return null;
  }
}
