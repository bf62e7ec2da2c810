/**
 * The queue runs use: 4096 buckets of 256 ns hold the next millisecond, a heap holds the rest, and the
 * earlier of the two heads comes out. Frames hop within microseconds, so nearly all traffic lives in the
 * buckets, where an insertion is a few instructions; timers of seconds live in the heap, where there are few
 * of them.
 */
import { type EventQueue, isBefore, type SimEvent } from './event.ts';
import { HeapQueue } from './heap-queue.ts';

const BUCKET_BITS = 8;
const BUCKETS = 4096;
const MASK = BUCKETS - 1;
const WORDS = BUCKETS / 32;
const WINDOW_NS = BUCKETS << BUCKET_BITS;

export class NearQueue implements EventQueue {
  private readonly far = new HeapQueue();
  private readonly heads: (SimEvent | null)[] = new Array(BUCKETS).fill(null);
  private readonly tails: (SimEvent | null)[] = new Array(BUCKETS).fill(null);
  /** One bit a bucket that holds anything. */
  private readonly occupied = new Int32Array(WORDS);
  private nearCount = 0;
  /**
   * Start of the window, a multiple of a bucket's width; no event is earlier than the bucket that starts
   * here.
   */
  private baseNs = 0;
  private baseSlot = 0;

  get size(): number {
    return this.nearCount + this.far.size;
  }

  push(event: SimEvent): void {
    const aheadNs = event.timeNs - this.baseNs;
    if (aheadNs >= WINDOW_NS) {
      this.far.push(event);
      return;
    }
    const slot = (this.baseSlot + (aheadNs >> BUCKET_BITS)) & MASK;
    this.insert(slot, event);
    this.nearCount++;
  }

  pop(limitNs: number): SimEvent | null {
    if (this.nearCount === 0) return this.popFar(limitNs);
    const slot = this.firstSlot();
    const near = this.heads[slot] as SimEvent;
    const far = this.far.peek();
    if (far !== null && isBefore(far, near)) return this.popFar(limitNs);
    if (near.timeNs > limitNs) return null;
    this.removeHead(slot, near);
    this.advance(near.timeNs);
    return near;
  }

  private popFar(limitNs: number): SimEvent | null {
    const event = this.far.pop(limitNs);
    if (event !== null) this.advance(event.timeNs);
    return event;
  }

  /** Keeps a bucket sorted; new events nearly always belong at the tail. */
  private insert(slot: number, event: SimEvent): void {
    let after = this.tails[slot] as SimEvent | null;
    while (after !== null && isBefore(event, after)) after = after.previous;
    const before = after === null ? (this.heads[slot] as SimEvent | null) : after.next;
    event.previous = after;
    event.next = before;
    if (after === null) this.heads[slot] = event;
    else after.next = event;
    if (before === null) this.tails[slot] = event;
    else before.previous = event;
    const word = slot >> 5;
    this.occupied[word] = (this.occupied[word] as number) | (1 << (slot & 31));
  }

  private removeHead(slot: number, head: SimEvent): void {
    const next = head.next;
    this.heads[slot] = next;
    head.next = null;
    if (next !== null) {
      next.previous = null;
    } else {
      this.tails[slot] = null;
      const word = slot >> 5;
      this.occupied[word] = (this.occupied[word] as number) & ~(1 << (slot & 31));
    }
    this.nearCount--;
  }

  /** First occupied bucket at or after the base, going round once. Only called when there is one. */
  private firstSlot(): number {
    const occupied = this.occupied;
    const startWord = this.baseSlot >> 5;
    let word = startWord;
    let bits = (occupied[word] as number) & (-1 << (this.baseSlot & 31));
    while (bits === 0) {
      word = (word + 1) & (WORDS - 1);
      bits = occupied[word] as number;
      // Back at the first word: what is left there lies before the base, that is, at the window's far end.
      if (word === startWord) break;
    }
    return (word << 5) | (31 - Math.clz32(bits & -bits));
  }

  /** Time has come to `timeNs`: the window starts at its bucket from now on. */
  private advance(timeNs: number): void {
    const aheadNs = timeNs - this.baseNs;
    if (aheadNs < WINDOW_NS) {
      const buckets = aheadNs >> BUCKET_BITS;
      this.baseNs += buckets << BUCKET_BITS;
      this.baseSlot = (this.baseSlot + buckets) & MASK;
    } else {
      // A jump past the window is only possible when no bucket is occupied, so any slot may be the first.
      this.baseNs = timeNs - (timeNs % (1 << BUCKET_BITS));
    }
  }
}
