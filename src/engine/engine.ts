/**
 * The discrete-event engine: one clock, one queue, and the cause of everything. Synchronous throughout; it
 * always jumps to the next event and never ticks. Does not know what an event means.
 */
import { type EventQueue, type Receiver, SimEvent, type Target } from './event.ts';
import { assert, InvariantError } from './invariant.ts';
import { NearQueue } from './near-queue.ts';
import { type Observer, Observers } from './observers.ts';
import { type RandomStream, randomStream } from './random.ts';
import { MAX_TIME_NS } from './time.ts';
import { type Lifetime, Timer } from './timer.ts';
import type { TraceRecord, Unstamped } from './trace-record.ts';

/** Added to the sequence of timers, so that at equal times they come after deliveries and calls. */
const TIMERS_LAST = 2 ** 52;
const LAST_RECORDS = 8;

/** More events than this at one instant mean a loop without latency, not a busy laboratory. */
const MAX_EVENTS_AT_ONE_INSTANT = 1_000_000;

export interface EngineOptions {
  readonly seed?: string;
  /** Keeps every record in memory (`records`); without it records only reach observers. */
  readonly keepRecords?: boolean;
  /** Replaces the queue: tests run the same world on the reference heap. */
  readonly queue?: EventQueue;
}

export class Engine {
  readonly seed: string;
  nowNs = 0;
  /**
   * Id of the record that what happens now follows from. Rooms set it to the id of a record they just wrote.
   */
  cause = 0;
  /** Sequence of the running event. */
  sequence = 0;
  /** Kept records in order; empty unless `keepRecords`. */
  readonly records: TraceRecord[] = [];
  /** Events that have happened. */
  eventCount = 0;

  private readonly queue: EventQueue;
  private readonly keepRecords: boolean;
  /** Events that have happened, chained by `next`, to be used again. */
  private spare: SimEvent | null = null;
  private readonly lastRecords: TraceRecord[] = [];
  private observers: Observers | null = null;
  private nextSequence = 0;
  private lastRecordId = 0;
  private stopped = false;
  private eventsNow = 0;

  constructor(options: EngineOptions = {}) {
    this.seed = options.seed ?? '1';
    this.keepRecords = options.keepRecords ?? true;
    this.queue = options.queue ?? new NearQueue();
  }

  // ── scheduling ───────────────────────────────────────────────────────────────────────────────────────────

  /** `receiver.receive(item)` at `timeNs`: the arrival of a frame. `cause` is the record it follows from. */
  deliverAt(timeNs: number, receiver: Receiver, item: object, cause: number): void {
    const event = this.newEvent(timeNs, ++this.nextSequence, cause);
    event.receiver = receiver;
    event.item = item;
    this.queue.push(event);
  }

  /** `target.fire(arg)` at `timeNs`. */
  callAt(timeNs: number, target: Target, arg: number): void {
    const event = this.newEvent(timeNs, ++this.nextSequence, this.cause);
    event.target = target;
    event.arg = arg;
    this.queue.push(event);
  }

  /** A timer that belongs to `owner` and falls silent with it. */
  timer(owner: Lifetime, expire: () => void): Timer {
    return new Timer(this, owner, expire);
  }

  /** For Timer alone: the rank among the timers of one instant, given when it is armed. */
  nextTimerSequence(): number {
    return TIMERS_LAST + ++this.nextSequence;
  }

  /** For Timer alone. */
  wakeTimer(timeNs: number, sequence: number, timer: Target): void {
    const event = this.newEvent(timeNs, sequence, 0);
    event.target = timer;
    event.arg = 0;
    this.queue.push(event);
  }

  // ── running ──────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Runs everything due up to and including `untilNs`, then sets the clock there. Stops early on `stop()`.
   */
  runUntil(untilNs: number): void {
    assert(untilNs >= this.nowNs, `cannot run back to ${untilNs}`);
    this.stopped = false;
    this.runWhileDue(untilNs, Number.POSITIVE_INFINITY);
    if (!this.stopped) this.nowNs = untilNs;
  }

  /** Runs the next event; false when there is none. */
  step(): boolean {
    this.stopped = false;
    return this.runWhileDue(Number.POSITIVE_INFINITY, 1) === 1;
  }

  /** Ends `runUntil` after the running event. */
  stop(): void {
    this.stopped = true;
  }

  get pendingEvents(): number {
    return this.queue.size;
  }

  /** Runs at most `count` events due by `limitNs`; returns how many there were. */
  private runWhileDue(limitNs: number, count: number): number {
    const { queue } = this;
    let done = 0;
    try {
      while (done < count && !this.stopped) {
        const event = queue.pop(limitNs);
        if (event === null) break;
        done++;
        this.happen(event);
        if (this.observers !== null) this.observers.rethrow();
      }
    } catch (error) {
      this.locate(error);
      throw error;
    }
    return done;
  }

  private happen(event: SimEvent): void {
    if (event.timeNs !== this.nowNs) this.eventsNow = 0;
    else if (++this.eventsNow > MAX_EVENTS_AT_ONE_INSTANT) refuseLoop();
    this.nowNs = event.timeNs;
    this.sequence = event.sequence;
    this.cause = event.cause;
    this.eventCount++;
    const { receiver, item, target, arg } = event;
    event.receiver = null;
    event.item = null;
    event.target = null;
    event.next = this.spare;
    this.spare = event;
    if (receiver !== null) receiver.receive(item as object);
    else (target as Target).fire(arg);
  }

  private newEvent(timeNs: number, sequence: number, cause: number): SimEvent {
    if (!(timeNs >= this.nowNs && timeNs <= MAX_TIME_NS)) refuseTime(timeNs);
    let event = this.spare;
    if (event === null) event = new SimEvent();
    else this.spare = event.next;
    event.timeNs = timeNs;
    event.sequence = sequence;
    event.cause = cause;
    return event;
  }

  private locate(error: unknown): void {
    if (!(error instanceof InvariantError) || error.located) return;
    const lines = this.lastRecords.map((record) => JSON.stringify(record));
    error.locate(this.nowNs, this.seed, lines);
  }

  // ── trace ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Writes a record that follows from the current cause; returns its id. */
  record<R extends TraceRecord>(fields: Unstamped<R>): number {
    const id = ++this.lastRecordId;
    const record = { id, timeNs: this.nowNs, cause: this.cause, ...fields } as unknown as TraceRecord;
    if (this.keepRecords) this.records.push(record);
    this.lastRecords.push(record);
    if (this.lastRecords.length > LAST_RECORDS) this.lastRecords.shift();
    if (this.observers !== null) this.observers.emit(record);
    return id;
  }

  /** Writes a record and makes it the cause of what follows in this event. */
  recordCause<R extends TraceRecord>(fields: Unstamped<R>): number {
    this.cause = this.record<R>(fields);
    return this.cause;
  }

  /** A number in the sequence of records for something that is traced elsewhere: a frame. */
  nextRecordId(): number {
    return ++this.lastRecordId;
  }

  /** Sends every record of that kind ('*' for all) to `observer`; returns what ends it. */
  observe(kind: string, observer: Observer): () => void {
    this.observers ??= new Observers();
    return this.observers.add(kind, observer);
  }

  // ── chance ───────────────────────────────────────────────────────────────────────────────────────────────

  /** The random stream of that name: by convention `host/purpose`. */
  random(name: string): RandomStream {
    return randomStream(this.seed, name);
  }
}

/** Apart from the hot path, which must not build a message for every event. */
function refuseTime(timeNs: number): never {
  if (timeNs > MAX_TIME_NS) throw new InvariantError('virtual time is limited to 104 days');
  throw new InvariantError(`an event at ${timeNs} ns would lie in the past`);
}

function refuseLoop(): never {
  throw new InvariantError('an endless loop at one instant');
}
