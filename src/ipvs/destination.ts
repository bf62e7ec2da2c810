/**
 * A real server of a virtual service. It outlives its deletion for as long as connection entries are bound to
 * it, and comes back with its counters when the same server is added again.
 */
import type { Service } from './service.ts';
import { type EstimatorClock, Statistics } from './statistics.ts';

/** How packets get to a server: by its MAC, by rewriting the address, or in a tunnel. */
export type ForwardingMethod = 'route' | 'masq' | 'tunnel';

export interface DestinationKey {
  readonly ip: number;
  readonly port: number;
}

export interface DestinationOptions {
  readonly method: ForwardingMethod;
  readonly weight: number;
  /** Connections from which on the server gets no more; 0: no limit. */
  readonly upperThreshold?: number;
  /** Connections below which it gets some again; 0: three quarters of the upper threshold. */
  readonly lowerThreshold?: number;
}

export class Destination {
  method: ForwardingMethod = 'route';
  weight = 0;
  upperThreshold = 0;
  lowerThreshold = 0;
  /** Configured now; false while it is only kept for its connections. */
  available = true;
  /** Has reached its upper threshold: schedulers pass it over. */
  overloaded = false;
  activeConns = 0;
  inactConns = 0;
  /** Persistence templates. Always 0: persistence is not simulated. */
  readonly persistConns = 0;
  readonly stats: Statistics;

  constructor(
    public service: Service,
    readonly ip: number,
    readonly port: number,
    clock: EstimatorClock,
  ) {
    this.stats = new Statistics(clock);
  }

  get usable(): boolean {
    return this.weight > 0 && !this.overloaded;
  }

  get totalConns(): number {
    return this.activeConns + this.inactConns;
  }

  /** What add and edit set alike. A threshold that is not given is 0. */
  configure(options: DestinationOptions): void {
    const upper = options.upperThreshold ?? 0;
    this.method = options.method;
    this.weight = options.weight;
    if (upper === 0 || upper > this.upperThreshold) this.overloaded = false;
    this.upperThreshold = upper;
    this.lowerThreshold = options.lowerThreshold ?? 0;
  }

  /** A new entry is bound; it counts as inactive until a segment says otherwise. */
  bind(): void {
    this.inactConns++;
    if (this.upperThreshold !== 0 && this.totalConns >= this.upperThreshold) this.overloaded = true;
  }

  /** An entry ends: the only moment at which a full server becomes free again. */
  unbind(active: boolean): void {
    if (active) this.activeConns--;
    else this.inactConns--;
    const { totalConns, lowerThreshold, upperThreshold } = this;
    if (lowerThreshold !== 0) {
      if (totalConns < lowerThreshold) this.overloaded = false;
    } else if (totalConns * 4 < upperThreshold * 3 || upperThreshold === 0) {
      this.overloaded = false;
    }
  }

  /** A bound entry became active, or ceased to be. */
  moved(active: boolean): void {
    const change = active ? 1 : -1;
    this.activeConns += change;
    this.inactConns -= change;
  }
}
