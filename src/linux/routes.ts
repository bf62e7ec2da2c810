/**
 * The main routing table, and the question asked of it all the time: where does a packet to this address go?
 * The local table is the addresses themselves (addresses.ts), looked up first, as in the kernel. Not
 * modelled: policy rules, other tables, multipath.
 */
import { IP_ANY, IP_BROADCAST, isInPrefix, isMulticast, maskOf } from '../wire/ip-address.ts';
import type { Address, Addresses } from './addresses.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';
import type { Neighbour } from './neighbour.ts';

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
  /** The entry of `nextHop` once it was looked up; the sender asks whether it is still in the table. */
  neighbour: Neighbour | null = null;

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

  /** EINVAL: bits of the host in the network; ENETUNREACH: the gateway is not on that link. */
  add(route: Route): Errno | null {
    if ((route.network & ~maskOf(route.length)) !== 0) return 'EINVAL';
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
        (match.gateway === undefined || route.gateway === match.gateway) &&
        (match.metric === undefined || route.metric === match.metric) &&
        (match.type === undefined || route.type === match.type),
    );
    if (found === undefined) return 'ESRCH';
    this.keep((route) => route !== found);
    return null;
  }

  /** `ip link set … up|down`: only connected routes come back, all go. */
  linkChanged(device: Device): void {
    this.cache.clear();
    if (!device.up) return this.keep((route) => route.device !== device);
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
    const broadcasting = this.addresses.broadcasting(dst);
    if (broadcasting !== null) return new Hop(broadcasting.device, dst, broadcasting.ip, 'broadcast');
    const route = this.lookupMain(dst);
    if (route === null) return null;
    const { device, gateway, scope, type } = route;
    if (type !== 'unicast') return new Hop(device, dst, IP_ANY, type);
    const src = route.src ?? this.addresses.selectSource(device, gateway ?? dst, scope) ?? IP_ANY;
    if (isMulticast(dst)) return new Hop(device, dst, src, 'multicast');
    if (dst === IP_BROADCAST) return new Hop(device, dst, src, 'broadcast');
    return new Hop(device, this.redirected(dst) ?? gateway ?? dst, src, type);
  }

  private redirected(dst: number): number | null {
    const redirect = this.redirects.get(dst);
    return redirect !== undefined && redirect.untilNs > this.nowNs() ? redirect.gateway : null;
  }

  private addressChanged(op: 'add' | 'remove', address: Address): void {
    this.cache.clear();
    const { device, network, length, ip } = address;
    if (op === 'remove') return this.addressGone(address);
    if (device.isLoopback || length === 32 || address.secondary || !device.up) return;
    const route = { type: 'unicast', network, length, device, gateway: null, src: ip } as const;
    const connected = { ...route, metric: 0, proto: 'kernel', scope: 'link' } as const;
    if (!this.table.some((other) => samePrefix(other, connected) && other.device === device)) {
      this.insert(connected);
    }
  }

  /**
   * The route of its subnet goes, and so do all whose packets would carry the address; with an interface's
   * last one all that lead out there (fib_disable_ip) [m5-address-primary-secondary].
   */
  private addressGone({ device, ip, network, length, secondary }: Address): void {
    const bare = !device.isLoopback && this.addresses.onDevice(device).length === 0;
    const lost = !this.addresses.isConfigured(ip);
    this.keep((route) => {
      if (bare && route.device === device) return false;
      const own = route.network === network && route.length === length && route.proto === 'kernel';
      if (own && !secondary && route.device === device) return false;
      return !(lost && route.src === ip);
    });
  }

  /** What a router had taught about a way that may be gone is forgotten with it. */
  private keep(stays: (route: Route) => boolean): void {
    this.table = this.table.filter(stays);
    this.cache.clear();
    this.redirects.clear();
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
    this.table.splice(index < 0 ? this.table.length : index, 0, route);
  }
}

function samePrefix(a: Route, b: Route): boolean {
  return a.network === b.network && a.length === b.length && a.metric === b.metric;
}
