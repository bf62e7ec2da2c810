/**
 * When connection entries end: exactly their timeout after the last packet. (The kernel's timer wheel is up
 * to an eighth of the timeout late [C-life-01].) There are few different timeouts, and of the entries with
 * the same one, whoever was restarted last ends last: so each timeout has a queue that is sorted by itself,
 * and one event is pending for the earliest head of all. Entries are named by their row in the connection
 * table.
 */
import { assert } from '../engine/invariant.ts';
import { MAX_TIME_NS, NEVER, SECOND } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import type { Kernel } from '../linux/kernel.ts';

const FIRST_CAPACITY = 64;
const MAX_QUEUES = 0xffff;
/** Row 0 is nobody. */
const NOBODY = 0;

class Queue {
  head = NOBODY;
  tail = NOBODY;

  constructor(
    /** Its index in `queues`, plus 1. */
    readonly number: number,
    public timeoutS: number,
  ) {}
}

export class ConnExpiry {
  private deadlines = new Float64Array(FIRST_CAPACITY);
  private next = new Int32Array(FIRST_CAPACITY);
  private previous = new Int32Array(FIRST_CAPACITY);
  /** Number of the queue a row stands in; 0: none. */
  private queueOf = new Uint16Array(FIRST_CAPACITY);
  private readonly queues: Queue[] = [];
  private readonly byTimeout = new Map<number, Queue>();
  private readonly timer: Timer;

  /** `expired` is called for each row whose time has come, after it has left its queue. */
  constructor(
    private readonly kernel: Kernel,
    private readonly expired: (row: number) => void,
  ) {
    this.timer = kernel.timer(() => this.expireDue());
  }

  /** From now on the row has `timeoutS` seconds. */
  restart(row: number, timeoutS: number): void {
    const queue = this.byTimeout.get(timeoutS) ?? this.newQueue(timeoutS);
    const deadlineNs = this.kernel.engine.nowNs + timeoutS * SECOND;
    if (row >= this.next.length) this.grow(row);
    if (queue.tail !== row) {
      this.stop(row);
      this.append(queue, row);
    }
    this.deadlines[row] = deadlineNs;
    if (queue.head === row && deadlineNs < this.timer.deadlineNs) this.armAt(deadlineNs);
  }

  /** The row has no deadline any more. */
  stop(row: number): void {
    const number = this.queueOf[row] ?? 0;
    if (number === 0) return;
    const queue = this.queues[number - 1] as Queue;
    const previous = this.previous[row] as number;
    const next = this.next[row] as number;
    if (previous === NOBODY) queue.head = next;
    else this.next[previous] = next;
    if (next === NOBODY) queue.tail = previous;
    else this.previous[next] = previous;
    this.queueOf[row] = 0;
  }

  /** Nanoseconds a running row has left. */
  remainingNs(row: number): number {
    return (this.deadlines[row] as number) - this.kernel.engine.nowNs;
  }

  private append(queue: Queue, row: number): void {
    this.previous[row] = queue.tail;
    this.next[row] = NOBODY;
    if (queue.tail === NOBODY) queue.head = row;
    else this.next[queue.tail] = row;
    queue.tail = row;
    this.queueOf[row] = queue.number;
  }

  private expireDue(): void {
    for (;;) {
      let row = NOBODY;
      let deadlineNs = NEVER;
      for (const { head } of this.queues) {
        if (head === NOBODY || (this.deadlines[head] as number) >= deadlineNs) continue;
        row = head;
        deadlineNs = this.deadlines[head] as number;
      }
      if (row === NOBODY) return;
      if (deadlineNs > this.kernel.engine.nowNs) {
        this.armAt(deadlineNs);
        return;
      }
      this.stop(row);
      this.expired(row);
    }
  }

  /** What lies beyond the end of all time never happens. */
  private armAt(deadlineNs: number): void {
    if (deadlineNs <= MAX_TIME_NS) this.timer.armAt(deadlineNs);
  }

  /** Timeouts come and go with `--set`: an empty queue is given to the next. */
  private newQueue(timeoutS: number): Queue {
    let queue = this.queues.find((other) => other.head === NOBODY);
    if (queue === undefined) {
      queue = new Queue(this.queues.length + 1, timeoutS);
      assert(queue.number <= MAX_QUEUES, 'too many different timeouts of connections');
      this.queues.push(queue);
    } else {
      this.byTimeout.delete(queue.timeoutS);
      queue.timeoutS = timeoutS;
    }
    this.byTimeout.set(timeoutS, queue);
    return queue;
  }

  private grow(row: number): void {
    let capacity = this.next.length;
    while (capacity <= row) capacity *= 2;
    this.deadlines = copyInto(new Float64Array(capacity), this.deadlines);
    this.next = copyInto(new Int32Array(capacity), this.next);
    this.previous = copyInto(new Int32Array(capacity), this.previous);
    this.queueOf = copyInto(new Uint16Array(capacity), this.queueOf);
  }
}

function copyInto<T extends Float64Array | Int32Array | Uint16Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
