/**
 * The main routing table, and the question asked of it all the time: where does a packet to this address go? The local
 * table is the addresses themselves (addresses.ts), looked up first, as in the kernel. Not modelled: policy rules,
 * other tables, multipath.
 */
import { isInPrefix, isMulticast, maskOf } from '../wire/ip-address.ts';
import type { Address, Addresses } from './addresses.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';

export type RouteType = 'unicast' | 'unreachable' | 'prohibit' | 'blackhole';

export interface Route {
  readonly type: RouteType;
  readonly network: number;
  readonly length: number;
  readonly device: Device;
  readonly gateway: number | null;
  /** Source address packets get that have none yet. */
  readonly src: number | null;
  readonly metric: number;
  /** `kernel`: made with an address; `boot`: by route or ifconfig; `static` … as `ip route` prints it. */
  readonly proto: 'kernel' | 'boot' | 'static';
  readonly scope: 'link' | 'global';
}

/** Where a packet goes. */
export class Hop {
  constructor(
    readonly device: Device,
    /** The next hop's address: the gateway, or the destination itself when on-link. */
    readonly nextHop: number,
    readonly src: number | null,
    readonly type: RouteType | 'local' | 'broadcast' | 'multicast',
  ) {}
}

/** Destinations remembered before the memory is wiped; a laboratory rarely has more. */
const CACHE_LIMIT = 4096;
const REDIRECT_LIFETIME_NS = 300e9;

interface Redirect {
  readonly gateway: number;
  readonly untilNs: number;
}

export class Routes {
  private table: Route[] = [];
  private readonly cache = new Map<number, Hop | null>();
  private readonly redirects = new Map<number, Redirect>();

  constructor(
    private readonly addresses: Addresses,
    private readonly loopback: Device,
    private readonly nowNs: () => number,
  ) {
    addresses.onChange((op, address) => this.addressChanged(op, address));
  }

  list(): readonly Route[] {
    return this.table;
  }

  add(route: Route): Errno | null {
    if (!route.device.up) return 'ENETDOWN';
    if (this.table.some((other) => samePrefix(other, route))) return 'EEXIST';
    if (route.gateway !== null && !this.isOnLink(route.gateway, route.device)) return 'ENETUNREACH';
    this.insert(route);
    return null;
  }

  /** Takes the first route away that matches what is given; ESRCH when there is none. */
  remove(match: Partial<Route> & { network: number; length: number }): Errno | null {
    const found = this.table.find(
      (route) =>
        route.network === match.network &&
        route.length === match.length &&
        (match.device === undefined || route.device === match.device) &&
        (match.gateway === undefined || route.gateway === match.gateway),
    );
    if (found === undefined) return 'ESRCH';
    this.table = this.table.filter((route) => route !== found);
    this.cache.clear();
    return null;
  }

  /** `ip link set … up|down`: only connected routes come back, all go. */
  linkChanged(device: Device): void {
    this.cache.clear();
    if (!device.up) {
      this.table = this.table.filter((route) => route.device !== device);
      return;
    }
    for (const address of this.addresses.onDevice(device)) this.addressChanged('add', address);
  }

  /** Where a packet to `dst` goes, local table first; null: no route. */
  lookup(dst: number): Hop | null {
    const known = this.cache.get(dst);
    if (known !== undefined) return known;
    const hop = this.resolve(dst);
    if (this.redirects.has(dst)) return hop;
    if (this.cache.size >= CACHE_LIMIT) this.cache.clear();
    this.cache.set(dst, hop);
    return hop;
  }

  /** A router said that `gateway` is the better way to `dst` [m5-icmp-redirect-client]. */
  redirect(dst: number, gateway: number): void {
    this.redirects.set(dst, { gateway, untilNs: this.nowNs() + REDIRECT_LIFETIME_NS });
    this.cache.clear();
  }

  /** The main table alone: what rp_filter and arp_filter ask, and the next hop of a forwarded packet. */
  lookupMain(dst: number): Route | null {
    for (const route of this.table) {
      if (isInPrefix(dst, route.network, route.length)) return route;
    }
    return null;
  }

  private resolve(dst: number): Hop | null {
    if (this.addresses.isLocal(dst)) return new Hop(this.loopback, dst, dst, 'local');
    const route = this.lookupMain(dst);
    if (route === null) return null;
    const src = route.src ?? this.addresses.select(route.device, route.gateway ?? dst);
    if (isMulticast(dst)) return new Hop(route.device, dst, src, 'multicast');
    if (this.addresses.isBroadcast(dst)) return new Hop(route.device, dst, src, 'broadcast');
    return new Hop(route.device, this.redirected(dst) ?? route.gateway ?? dst, src, route.type);
  }

  private redirected(dst: number): number | null {
    const redirect = this.redirects.get(dst);
    return redirect !== undefined && redirect.untilNs > this.nowNs() ? redirect.gateway : null;
  }

  private addressChanged(op: 'add' | 'remove', address: Address): void {
    this.cache.clear();
    const { device, network, length, ip } = address;
    if (device.isLoopback || length === 32 || address.secondary) return;
    if (op === 'remove') {
      this.table = this.table.filter(
        (route) => !(route.proto === 'kernel' && route.device === device && route.src === ip),
      );
    } else if (device.up) {
      const route = { type: 'unicast', network, length, device, gateway: null, src: ip } as const;
      const connected = { ...route, metric: 0, proto: 'kernel', scope: 'link' } as const;
      if (!this.table.some((other) => samePrefix(other, connected) && other.device === device)) {
        this.insert(connected);
      }
    }
  }

  private isOnLink(gateway: number, device: Device): boolean {
    return this.table.some(
      (route) =>
        route.gateway === null && route.device === device && isInPrefix(gateway, route.network, route.length),
    );
  }

  /** Longest prefix first, then the smallest metric, then the oldest. */
  private insert(route: Route): void {
    this.cache.clear();
    const index = this.table.findIndex(
      (other) =>
        other.length < route.length || (other.length === route.length && other.metric > route.metric),
    );
    this.table.splice(index < 0 ? this.table.length : index, 0, {
      ...route,
      network: route.network & maskOf(route.length),
    });
  }
}

function samePrefix(a: Route, b: Route): boolean {
  return a.network === b.network && a.length === b.length && a.metric === b.metric;
}
