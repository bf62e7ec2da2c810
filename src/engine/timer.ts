/**
 * A timer that is re-armed by moving its deadline: an event that fires too early puts itself off. Re-arming
 * on every packet therefore leaves nothing dead in the queue; an event is only added when the deadline moves
 * to before the next one pending, and those it overtakes are used again.
 *
 * Order: timers of one instant fire in the order in which they were last armed, and after everything else of
 * that instant: a packet that has arrived when a timer is due is handled first, as in a real daemon's event
 * loop.
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
  /** Moments of the pending events, the next one last: each was added because it comes before all others. */
  private readonly pending: number[] = [];
  private armedSequence = 0;
  private cause = 0;

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
    this.wakeBefore();
  }

  armIn(delayNs: number): void {
    this.armAt(this.engine.nowNs + delayNs);
  }

  disarm(): void {
    this.deadlineNs = NEVER;
  }

  fire(): void {
    this.pending.pop();
    if (this.deadlineNs === NEVER || !this.owner.alive) return;
    if (this.deadlineNs > this.engine.nowNs || this.armedSequence > this.engine.sequence) {
      this.wakeBefore();
      return;
    }
    this.deadlineNs = NEVER;
    this.engine.cause = this.cause;
    this.expire();
  }

  /** Makes sure that an event is pending at or before the deadline. */
  private wakeBefore(): void {
    const { pending } = this;
    if (this.deadlineNs === NEVER) return;
    if (pending.length > 0 && (pending[pending.length - 1] as number) <= this.deadlineNs) return;
    pending.push(this.deadlineNs);
    this.engine.wakeTimer(this.deadlineNs, this.armedSequence, this);
  }
}
