/**
 * Deleted servers, kept aside with their counters as long as connections are bound to them and some time
 * longer: the same server added to the same service again takes up where it was [A-nodest-01], [A-nodest-05].
 * The kernel (ip_vs_ctl.c) looks every minute, notes who has no connection, and frees whoever was noted two
 * minutes before.
 */
import { SECOND } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Destination, DestinationKey } from './destination.ts';
import { isSameService, type ServiceKey } from './service.ts';

const LOOK_NS = 60 * SECOND;
const KEEP_NS = 120 * SECOND;

interface Trashed {
  readonly destination: Destination;
  /** Since when it is known to have no connections; null: not known. */
  idleSinceNs: number | null;
}

export class Trash {
  private trashed: Trashed[] = [];
  private readonly timer: Timer;

  constructor(private readonly kernel: Kernel) {
    this.timer = kernel.timer(() => this.look());
  }

  put(destination: Destination): void {
    if (this.trashed.length === 0) this.timer.armIn(LOOK_NS);
    this.trashed.unshift({ destination, idleSinceNs: null });
  }

  /** Takes the server out that had this address in this service. */
  take(service: ServiceKey, key: DestinationKey): Destination | null {
    const index = this.trashed.findIndex(
      ({ destination: { ip, port, service: former } }) =>
        ip === key.ip && port === key.port && isSameService(former.key, service),
    );
    if (index < 0) return null;
    const [found] = this.trashed.splice(index, 1);
    return found?.destination ?? null;
  }

  private look(): void {
    const { nowNs } = this.kernel.engine;
    this.trashed = this.trashed.filter((trashed) => {
      if (trashed.destination.totalConns > 0) return true;
      if (trashed.idleSinceNs !== null) return nowNs - trashed.idleSinceNs < KEEP_NS;
      trashed.idleSinceNs = nowNs;
      return true;
    });
    if (this.trashed.length > 0) this.timer.armIn(LOOK_NS);
  }
}
