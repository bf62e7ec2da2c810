/**
 * What picks the server of a new connection, one file each, and which of the kernel's schedulers are here.
 * The others are known by name and refused; so is twos, whose choice is random in the kernel.
 */
import type { Ipv4 } from '../wire/ipv4.ts';
import type { Destination } from './destination.ts';
import { type IpvsError, notSimulated, SCHEDULER_NOT_FOUND } from './errors.ts';
import { RoundRobin } from './rr.ts';
import type { Service } from './service.ts';

/** The state of one service's scheduler. It is told of every change after the list has changed. */
export interface Scheduler {
  readonly name: string;
  /** null: no server may have it. `packet` is what opens the connection, as the client sent it. */
  pick(service: Service, packet: Ipv4): Destination | null;
  /** `destination` is the head of the list now. */
  destinationAdded(service: Service, destination: Destination): void;
  /** `destination` stood at `index` and is gone. */
  destinationRemoved(service: Service, destination: Destination, index: number): void;
  destinationEdited(service: Service, destination: Destination): void;
}

/** Makes a scheduler that knows the servers `service` has. */
export type SchedulerFactory = (service: Service) => Scheduler;

const SIMULATED: ReadonlyMap<string, SchedulerFactory> = new Map([['rr', () => new RoundRobin()]]);

const NOT_SIMULATED: readonly string[] = 'wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos none'.split(' ');

export function schedulerNamed(name: string): SchedulerFactory | IpvsError {
  const factory = SIMULATED.get(name);
  if (factory !== undefined) return factory;
  return NOT_SIMULATED.includes(name) ? notSimulated(`scheduler ${name}`) : SCHEDULER_NOT_FOUND;
}
