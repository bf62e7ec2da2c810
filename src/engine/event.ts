/**
 * One thing that will happen. Two forms share one shape: the arrival of an item at a receiver (the hot path,
 * a frame at a port) and a call of a target. Events are pooled by the engine; nobody else may keep one.
 */

/** Takes what a link delivers. Declared as a method so that a receiver may ask for its own type of item. */
export interface Receiver {
  receive(item: object): void;
}

/** Anything else an event can wake. `arg` is whatever small number the target scheduled itself with. */
export interface Target {
  fire(arg: number): void;
}

export class SimEvent {
  timeNs = 0;
  /** Breaks ties of time: events of one instant happen in ascending order. Unique in a run. */
  sequence = 0;
  receiver: Receiver | null = null;
  item: object | null = null;
  target: Target | null = null;
  arg = 0;
  /** Id of the trace record that led to this event; 0 at the root. */
  cause = 0;
  /** Neighbours in a bucket of the near queue; `next` also chains what the engine has to spare. */
  next: SimEvent | null = null;
  previous: SimEvent | null = null;
}

export function isBefore(a: SimEvent, b: SimEvent): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.sequence < b.sequence);
}

/** What the engine needs of a queue; both implementations give the same order. */
export interface EventQueue {
  readonly size: number;
  push(event: SimEvent): void;
  /** Takes the earliest event out if it is due at or before `limitNs`; null otherwise. */
  pop(limitNs: number): SimEvent | null;
}
