/**
 * A 4-ary heap of events in (time, sequence) order: the reference the near queue is tested against, and where
 * the near queue keeps what is further away than its buckets reach.
 */
import { type EventQueue, isBefore, type SimEvent } from './event.ts';

const ARITY = 4;

export class HeapQueue implements EventQueue {
  private readonly heap: SimEvent[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** The earliest event, left in the queue; null when empty. */
  peek(): SimEvent | null {
    return this.heap[0] ?? null;
  }

  push(event: SimEvent): void {
    const heap = this.heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parentIndex = (index - 1) >> 2;
      const parent = heap[parentIndex] as SimEvent;
      if (!isBefore(event, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = event;
  }

  pop(limitNs: number): SimEvent | null {
    const heap = this.heap;
    const first = heap[0];
    if (first === undefined || first.timeNs > limitNs) return null;
    const last = heap.pop() as SimEvent;
    if (heap.length > 0) this.sinkFromTop(last);
    return first;
  }

  private sinkFromTop(event: SimEvent): void {
    const heap = this.heap;
    const size = heap.length;
    let index = 0;
    for (;;) {
      const firstChild = index * ARITY + 1;
      if (firstChild >= size) break;
      let bestIndex = firstChild;
      let best = heap[firstChild] as SimEvent;
      const end = Math.min(firstChild + ARITY, size);
      for (let child = firstChild + 1; child < end; child++) {
        const candidate = heap[child] as SimEvent;
        if (isBefore(candidate, best)) {
          best = candidate;
          bestIndex = child;
        }
      }
      if (!isBefore(best, event)) break;
      heap[index] = best;
      index = bestIndex;
    }
    heap[index] = event;
  }
}
