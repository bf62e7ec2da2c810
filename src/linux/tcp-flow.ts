/**
 * The table of TCP connections: found by their four numbers in constant time, in chains through the entries
 * themselves, so that a lookup makes nothing. An entry is a socket, a half-open connection or what is left
 * of one in TIME_WAIT.
 */
import type { Quote } from '../wire/icmp-quote.ts';
import { compareIp } from '../wire/ip-address.ts';
import type { TcpPacket } from '../wire/ipv4.ts';
import type { Destination } from './tcp-ports.ts';

/** Named as netstat prints them. */
export type TcpState =
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'CLOSE_WAIT'
  | 'CLOSING'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'CLOSED';

export interface Flow {
  readonly localIp: number;
  readonly localPort: number;
  readonly peerIp: number;
  readonly peerPort: number;
  readonly state: TcpState;
  /** What has to know when its port is free again. */
  readonly portOf: Destination | null;
  /** For the table alone. */
  nextInBucket: Flow | null;
  receive(packet: TcpPacket): void;
  /**
   * An ICMP error came about a segment of this flow; `mtu` is that of the next hop where the error names
   * one.
   */
  icmpError(quote: Quote, type: number, code: number, mtu: number): void;
}

/** Mixes one number into a hash; the last step spreads what all of them left. */
export function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

export function hashOf(
  seed: number,
  localIp: number,
  localPort: number,
  peerIp: number,
  peerPort: number,
): number {
  const hash = mix(mix(mix(seed, localIp), peerIp), (localPort << 16) | peerPort);
  return Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
}

const FIRST_BUCKETS = 16;

export class FlowTable {
  size = 0;
  private buckets: (Flow | null)[] = new Array(FIRST_BUCKETS).fill(null);

  find(localIp: number, localPort: number, peerIp: number, peerPort: number): Flow | null {
    let flow = this.buckets[this.bucketOf(localIp, localPort, peerIp, peerPort)] as Flow | null;
    while (
      flow !== null &&
      (flow.peerPort !== peerPort ||
        flow.peerIp !== peerIp ||
        flow.localPort !== localPort ||
        flow.localIp !== localIp)
    ) {
      flow = flow.nextInBucket;
    }
    return flow;
  }

  add(flow: Flow): void {
    if (this.size >= this.buckets.length) this.grow();
    this.link(flow);
    this.size++;
  }

  remove(flow: Flow): void {
    const bucket = this.bucketOf(flow.localIp, flow.localPort, flow.peerIp, flow.peerPort);
    let before: Flow | null = null;
    let at = this.buckets[bucket] as Flow | null;
    while (at !== null && at !== flow) {
      before = at;
      at = at.nextInBucket;
    }
    if (at === null) return;
    if (before === null) this.buckets[bucket] = flow.nextInBucket;
    else before.nextInBucket = flow.nextInBucket;
    flow.nextInBucket = null;
    this.size--;
  }

  /** By local address and port, then by the peer's. */
  sorted(): readonly Flow[] {
    const flows: Flow[] = [];
    for (const head of this.buckets) {
      for (let flow = head; flow !== null; flow = flow.nextInBucket) flows.push(flow);
    }
    return flows.sort(
      (a, b) =>
        compareIp(a.localIp, b.localIp) ||
        a.localPort - b.localPort ||
        compareIp(a.peerIp, b.peerIp) ||
        a.peerPort - b.peerPort,
    );
  }

  private link(flow: Flow): void {
    const bucket = this.bucketOf(flow.localIp, flow.localPort, flow.peerIp, flow.peerPort);
    flow.nextInBucket = this.buckets[bucket] as Flow | null;
    this.buckets[bucket] = flow;
  }

  private grow(): void {
    const old = this.buckets;
    this.buckets = new Array(old.length * 2).fill(null);
    for (const head of old) {
      let flow = head;
      while (flow !== null) {
        const next: Flow | null = flow.nextInBucket;
        this.link(flow);
        flow = next;
      }
    }
  }

  private bucketOf(localIp: number, localPort: number, peerIp: number, peerPort: number): number {
    const hash = hashOf(0, localIp, localPort, peerIp, peerPort);
    return (hash ^ (hash >>> 13)) & (this.buckets.length - 1);
  }
}
