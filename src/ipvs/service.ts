/**
 * A virtual service: an address and port of the director, the servers behind it, and who picks among them.
 */
import type { TCP, UDP } from '../wire/ipv4.ts';
import type { Destination, DestinationKey } from './destination.ts';
import type { Scheduler, SchedulerFactory } from './scheduler.ts';
import { type EstimatorClock, Statistics } from './statistics.ts';

export interface ServiceKey {
  readonly protocol: typeof TCP | typeof UDP;
  readonly vip: number;
  /** 0: every port that has no service of its own. */
  readonly port: number;
}

export interface ServiceOptions {
  /** The scheduler's name: `rr`. */
  readonly scheduler: string;
}

export class Service {
  /** The one added last comes first: the order every scheduler walks in. */
  readonly destinations: Destination[] = [];
  readonly stats: Statistics;
  private picker: Scheduler;

  constructor(
    readonly key: ServiceKey,
    scheduler: SchedulerFactory,
    clock: EstimatorClock,
  ) {
    this.stats = new Statistics(clock);
    this.picker = scheduler(this);
  }

  get scheduler(): Scheduler {
    return this.picker;
  }

  /** The same scheduler goes on where it was, another one starts afresh [A-rr-11]. */
  changeScheduler(name: string, scheduler: SchedulerFactory): void {
    if (this.picker.name !== name) this.picker = scheduler(this);
  }

  find(key: DestinationKey): Destination | null {
    return this.destinations.find(({ ip, port }) => ip === key.ip && port === key.port) ?? null;
  }

  add(destination: Destination): void {
    this.destinations.unshift(destination);
    this.picker.destinationAdded(this, destination);
  }

  remove(destination: Destination): void {
    const index = this.destinations.indexOf(destination);
    this.destinations.splice(index, 1);
    this.picker.destinationRemoved(this, destination, index);
  }
}

export function isSameService(a: ServiceKey, b: ServiceKey): boolean {
  return a.protocol === b.protocol && a.vip === b.vip && a.port === b.port;
}
