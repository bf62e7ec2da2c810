/**
 * Addresses of a host, with the kernel's rules of primary and secondary [m5-address-primary-secondary]. Any
 * address on any interface is the host's own (weak host model); a prefix on lo shorter than /32 makes its
 * whole subnet local.
 */
import { compareIp, IP_BROADCAST, IP_LOOPBACK, isInPrefix, maskOf } from '../wire/ip-address.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';
import type { Sysctl } from './sysctl.ts';

export type Scope = 'global' | 'link' | 'host';

/** As the kernel numbers them: a narrower scope has the larger number. */
const SCOPE_RANK: Readonly<Record<Scope, number>> = { global: 0, link: 253, host: 254 };

export class Address {
  constructor(
    readonly device: Device,
    readonly ip: number,
    readonly length: number,
    /** null: none given, as `ip addr add` without `brd` leaves it. */
    readonly broadcast: number | null,
    readonly scope: Scope,
    /** The interface's name, or `ens33:0`. */
    readonly label: string,
    public secondary: boolean,
  ) {}

  get network(): number {
    return this.ip & maskOf(this.length);
  }
}

export interface AddressOptions {
  readonly broadcast?: number | null;
  readonly scope?: Scope;
  readonly label?: string;
}

export type AddressListener = (op: 'add' | 'remove', address: Address) => void;

export class Addresses {
  private readonly byDevice = new Map<Device, Address[]>();
  /** How many interfaces hold an address: the hot question is whether any does. */
  private readonly held = new Map<number, number>();
  private loopbackSubnets: Address[] = [];
  private readonly listeners: AddressListener[] = [];

  constructor(private readonly sysctl: Sysctl) {}

  /**
   * Called after every change. The secondaries that go with a primary are removed before it; one that takes
   * its place is added, anew, after it.
   */
  onChange(listener: AddressListener): () => void {
    this.listeners.push(listener);
    return () => {
      this.listeners.splice(this.listeners.indexOf(listener), 1);
    };
  }

  onDevice(device: Device): readonly Address[] {
    return this.byDevice.get(device) ?? [];
  }

  all(): readonly Address[] {
    return [...this.byDevice.values()].flat();
  }

  /** Does this host take packets for `ip` as its own? */
  isLocal(ip: number): boolean {
    return this.held.has(ip) || (this.isInLoopbackSubnet(ip) && this.broadcasting(ip) === null);
  }

  /** Is `ip` itself configured (a subnet of lo does not count)? */
  isConfigured(ip: number): boolean {
    return this.held.has(ip);
  }

  isConfiguredOn(ip: number, device: Device): boolean {
    return this.onDevice(device).some((address) => address.ip === ip);
  }

  /** EEXIST: the interface has it; EINVAL: another scope than the rest of its subnet. */
  add(device: Device, ip: number, length: number, options: AddressOptions = {}): Errno | null {
    const list = this.listOf(device);
    const mask = maskOf(length);
    const sameSubnet = list.filter((other) => other.length === length && ((other.ip ^ ip) & mask) === 0);
    if (sameSubnet.some((other) => other.ip === ip)) return 'EEXIST';
    const scope = options.scope ?? (device.isLoopback && ip === IP_LOOPBACK ? 'host' : 'global');
    if (sameSubnet.some((other) => other.scope !== scope)) return 'EINVAL';
    const broadcast = options.broadcast ?? null;
    const label = options.label ?? device.name;
    const address = new Address(device, ip, length, broadcast, scope, label, sameSubnet.length > 0);
    list.splice(position(list, address), 0, address);
    this.held.set(ip, (this.held.get(ip) ?? 0) + 1);
    this.changed('add', address);
    return null;
  }

  /** Takes an address away. The prefix length must be the one it was added with; EADDRNOTAVAIL otherwise. */
  remove(device: Device, ip: number, length: number): Errno | null {
    const list = this.listOf(device);
    const address = list.find((other) => other.ip === ip && other.length === length);
    if (address === undefined) return 'EADDRNOTAVAIL';
    const heirs = address.secondary ? [] : this.secondariesOf(address);
    const promotes = (device.conf.promote_secondaries | this.sysctl.all.promote_secondaries) !== 0;
    if (!promotes) for (const secondary of heirs) this.take(secondary);
    this.take(address);
    const [heir] = heirs;
    if (promotes && heir !== undefined) this.promote(heir);
    return null;
  }

  /**
   * The first primary address of `device`, in order of configuration, whose subnet holds `near`; else its
   * first.
   */
  select(device: Device, near: number): number | null {
    return this.selectOn(device, near, 'link');
  }

  /**
   * Source address for what leaves by `device` to or by way of `near` (inet_select_addr): as `select`, but no
   * narrower than `narrowest`, and of another interface, lo first, where this one has none.
   */
  selectSource(device: Device, near: number, narrowest: Scope): number | null {
    const own = this.selectOn(device, near, narrowest);
    if (own !== null) return own;
    const others = [...this.byDevice].sort(([a], [b]) => a.index - b.index);
    for (const [, list] of others) {
      const found = list.find(({ secondary, scope }) => !secondary && scope === 'global');
      if (found !== undefined) return found.ip;
    }
    return null;
  }

  /** Is `ip` the broadcast address of a subnet on any interface? */
  isBroadcast(ip: number): boolean {
    return ip === IP_BROADCAST || this.broadcasting(ip) !== null;
  }

  /** The address of this host to whose subnet `ip` is the broadcast address. */
  broadcasting(ip: number): Address | null {
    // Broadcast addresses are odd; an own address that was given as its own broadcast address is local all
    // the same.
    if ((ip & 1) === 0 || this.held.has(ip)) return null;
    for (const [device, list] of this.byDevice) {
      if (!device.up) continue;
      for (const address of list) {
        const { network, length, broadcast } = address;
        if (broadcast === ip || (length < 31 && ip === (network | ~maskOf(length)))) return address;
      }
    }
    return null;
  }

  private selectOn(device: Device, near: number, narrowest: Scope): number | null {
    let first: number | null = null;
    for (const address of this.onDevice(device)) {
      if (address.secondary || SCOPE_RANK[address.scope] > SCOPE_RANK[narrowest]) continue;
      if (isInPrefix(near, address.network, address.length)) return address.ip;
      first ??= address.ip;
    }
    return first;
  }

  private secondariesOf(primary: Address): readonly Address[] {
    const { device, network, length } = primary;
    return this.onDevice(device).filter(
      (other) => other.secondary && other.length === length && isInPrefix(other.ip, network, length),
    );
  }

  private promote(heir: Address): void {
    const list = this.listOf(heir.device);
    list.splice(list.indexOf(heir), 1);
    heir.secondary = false;
    list.splice(position(list, heir), 0, heir);
    this.changed('add', heir);
  }

  private take(address: Address): void {
    const list = this.listOf(address.device);
    list.splice(list.indexOf(address), 1);
    const count = (this.held.get(address.ip) ?? 0) - 1;
    if (count > 0) this.held.set(address.ip, count);
    else this.held.delete(address.ip);
    this.changed('remove', address);
  }

  private changed(op: 'add' | 'remove', address: Address): void {
    this.loopbackSubnets = this.all()
      .filter((other) => other.device.isLoopback && other.length < 32)
      .sort((a, b) => compareIp(a.ip, b.ip));
    for (const listener of [...this.listeners]) listener(op, address);
  }

  private isInLoopbackSubnet(ip: number): boolean {
    for (const subnet of this.loopbackSubnets) {
      if (subnet.device.up && isInPrefix(ip, subnet.network, subnet.length)) return true;
    }
    return false;
  }

  private listOf(device: Device): Address[] {
    let list = this.byDevice.get(device);
    if (list === undefined) {
      list = [];
      this.byDevice.set(device, list);
    }
    return list;
  }
}

/**
 * Primaries stand before secondaries and, as the kernel has it, narrower scopes before wider ones [m1a
 * rs1Addr].
 */
function position(list: readonly Address[], address: Address): number {
  if (address.secondary) return list.length;
  let place = 0;
  list.forEach((other, index) => {
    if (!other.secondary && SCOPE_RANK[address.scope] <= SCOPE_RANK[other.scope]) place = index + 1;
  });
  return place;
}
