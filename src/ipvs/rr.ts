/**
 * Round robin: the next usable server after the one picked last, weights aside. Source: [A-rr-01] to
 * [A-rr-12].
 */
import type { Ipv4 } from '../wire/ipv4.ts';
import type { Destination } from './destination.ts';
import type { Scheduler } from './scheduler.ts';
import type { Service } from './service.ts';

export class RoundRobin implements Scheduler {
  readonly name = 'rr';
  /** Index of the server picked last; -1 is before the head. */
  private last = -1;

  pick(service: Service, _packet: Ipv4): Destination | null {
    const { destinations } = service;
    const count = destinations.length;
    let index = this.last;
    for (let tried = 0; tried < count; tried++) {
      index = index + 1 < count ? index + 1 : 0;
      const destination = destinations[index] as Destination;
      if (!destination.usable) continue;
      this.last = index;
      return destination;
    }
    return null;
  }

  /**
   * The pointer stays on its server, which has moved down by one; before the head it stays before the head.
   */
  destinationAdded(): void {
    if (this.last >= 0) this.last++;
  }

  /** The pointer of a server that goes moves to its predecessor. */
  destinationRemoved(_service: Service, _destination: Destination, index: number): void {
    if (index <= this.last) this.last--;
  }

  destinationEdited(): void {}
}
