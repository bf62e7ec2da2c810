/**
 * What a socket has to send: bytes not yet sent, and segments sent but not yet acknowledged. Bytes are
 * never copied unless a segment takes from two writes. Not modelled: a limit of the send buffer.
 */
import type { TcpPacket } from '../wire/ipv4.ts';
import { FIN, NO_BYTES, PSH, seqBefore } from '../wire/tcp.ts';

/** Bytes written and not yet sent. */
export class UnsentBytes {
  length = 0;
  private chunks: Uint8Array[] = [];
  /** Chunks before this one are used up. */
  private first = 0;
  /** Bytes of the first chunk that are sent. */
  private offset = 0;

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.chunks.push(bytes);
    this.length += bytes.length;
  }

  /** The next `count` bytes, which must be there. They are gone only with `drop`. */
  peek(count: number): Uint8Array {
    if (count === 0) return NO_BYTES;
    const chunk = this.chunks[this.first] as Uint8Array;
    if (this.offset === 0 && chunk.length === count) return chunk;
    if (chunk.length - this.offset >= count) return chunk.subarray(this.offset, this.offset + count);
    return this.gather(count);
  }

  drop(count: number): void {
    this.length -= count;
    let left = count + this.offset;
    while (this.first < this.chunks.length && left >= (this.chunks[this.first] as Uint8Array).length) {
      left -= (this.chunks[this.first] as Uint8Array).length;
      this.first++;
    }
    this.offset = left;
    if (this.first === this.chunks.length) {
      this.chunks = [];
      this.first = 0;
    }
  }

  private gather(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let at = 0;
    let start = this.offset;
    for (let i = this.first; at < count; i++) {
      const chunk = this.chunks[i] as Uint8Array;
      const part = chunk.subarray(start, Math.min(chunk.length, start + count - at));
      bytes.set(part, at);
      at += part.length;
      start = 0;
    }
    return bytes;
  }
}

/** A segment on its way. Retransmitted as it is, but for IP id, acknowledgement, window and timestamps. */
export class SentSegment {
  next: SentSegment | null = null;
  /** Sent more than once: its acknowledgement says nothing about the round trip (Karn). */
  retransmitted = false;
  /** Believed lost and not yet sent again. */
  lost = false;

  constructor(
    readonly seq: number,
    /** First sequence number after it; FIN and SYN count. */
    readonly end: number,
    readonly flags: number,
    readonly data: Uint8Array,
    /** As last sent: whether it still waits for ARP is asked of it. null: it has never got out. */
    public packet: TcpPacket | null,
    public sentNs: number,
  ) {}
}

/** Segments sent and not acknowledged, oldest first. */
export class Flight {
  count = 0;
  head: SentSegment | null = null;
  tail: SentSegment | null = null;
  private lostCount = 0;

  /** Segments thought to be in the network. */
  get pipe(): number {
    return this.count - this.lostCount;
  }

  push(segment: SentSegment): void {
    if (this.tail === null) this.head = segment;
    else this.tail.next = segment;
    this.tail = segment;
    this.count++;
  }

  /** Takes the oldest out, if all of it is acknowledged; null otherwise. */
  shiftAcknowledged(ack: number): SentSegment | null {
    const head = this.head;
    if (head === null || seqBefore(ack, head.end)) return null;
    this.head = head.next;
    if (head.next === null) this.tail = null;
    this.count--;
    if (head.lost) this.lostCount--;
    return head;
  }

  markLost(segment: SentSegment): void {
    if (segment.lost) return;
    segment.lost = true;
    this.lostCount++;
  }

  markAllLost(): void {
    for (let segment = this.head; segment !== null; segment = segment.next) this.markLost(segment);
  }

  /** The oldest segment that waits to be sent again. */
  firstLost(): SentSegment | null {
    if (this.lostCount === 0) return null;
    let segment = this.head;
    while (segment !== null && !segment.lost) segment = segment.next;
    return segment;
  }

  sentAgain(segment: SentSegment, packet: TcpPacket, nowNs: number): void {
    segment.packet = packet;
    segment.sentNs = nowNs;
    segment.retransmitted = true;
    if (!segment.lost) return;
    segment.lost = false;
    this.lostCount--;
  }

  /**
   * Cuts what is longer than `payload` into segments of that size, all of them lost: the path is narrower
   * than thought.
   */
  recut(payload: number): void {
    const old: SentSegment[] = [];
    for (let segment = this.head; segment !== null; segment = segment.next) old.push(segment);
    this.head = null;
    this.tail = null;
    this.count = 0;
    this.lostCount = 0;
    for (const segment of old) {
      segment.next = null;
      if (segment.data.length <= payload) {
        this.push(segment);
        if (segment.lost) this.lostCount++;
      } else {
        this.pushPieces(segment, payload);
      }
    }
  }

  private pushPieces(whole: SentSegment, payload: number): void {
    for (let at = 0; at < whole.data.length; at += payload) {
      const data = whole.data.subarray(at, at + payload);
      const last = at + payload >= whole.data.length;
      const seq = (whole.seq + at) | 0;
      const end = last ? whole.end : (seq + payload) | 0;
      const flags = last ? whole.flags : whole.flags & ~(PSH | FIN);
      const piece = new SentSegment(seq, end, flags, data, whole.packet, whole.sentNs);
      piece.retransmitted = true;
      this.push(piece);
      this.markLost(piece);
    }
  }
}
