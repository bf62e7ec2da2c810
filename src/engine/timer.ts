/**
 * A timer that is re-armed by moving its deadline: one pending event each, which, firing early, puts itself off.
 * Re-arming on every packet therefore leaves nothing dead in the queue.
 *
 * Order: timers of one instant fire in the order in which they were last armed, and after everything else of that
 * instant: a packet that has arrived when a timer is due is handled first, as in a real daemon's event loop.
 */
import type { Engine } from './engine.ts';
import type { Target } from './event.ts';
import { NEVER } from './time.ts';

/** Whatever dies at once with all its timers: a host that loses power, a process that is killed. */
export interface Lifetime {
  readonly alive: boolean;
}

export class Timer implements Target {
  deadlineNs = NEVER;
  private pendingNs = NEVER;
  private armedSequence = 0;
  private cause = 0;
  /** Counts pending events, so that one overtaken by an earlier deadline is known for stale when it fires. */
  private generation = 0;

  constructor(
    private readonly engine: Engine,
    private readonly owner: Lifetime,
    private readonly expire: () => void,
  ) {}

  get armed(): boolean {
    return this.deadlineNs !== NEVER;
  }

  armAt(timeNs: number): void {
    this.deadlineNs = timeNs;
    this.cause = this.engine.cause;
    this.armedSequence = this.engine.nextTimerSequence();
    if (timeNs < this.pendingNs) this.putOff();
  }

  armIn(delayNs: number): void {
    this.armAt(this.engine.nowNs + delayNs);
  }

  disarm(): void {
    this.deadlineNs = NEVER;
  }

  fire(generation: number): void {
    if (generation !== this.generation) return;
    this.pendingNs = NEVER;
    if (this.deadlineNs === NEVER || !this.owner.alive) return;
    if (this.deadlineNs > this.engine.nowNs || this.armedSequence > this.engine.sequence) {
      this.putOff();
      return;
    }
    this.deadlineNs = NEVER;
    this.engine.cause = this.cause;
    this.expire();
  }

  private putOff(): void {
    this.pendingNs = this.deadlineNs;
    this.engine.wakeTimer(this.deadlineNs, this.armedSequence, this, ++this.generation);
  }
}
