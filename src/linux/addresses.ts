/**
 * Addresses of a host, with the kernel's rules of primary and secondary [m5-address-primary-secondary]. Any address on
 * any interface is the host's own (weak host model); a prefix on lo shorter than /32 makes its whole subnet local.
 */
import { compareIp, IP_LOOPBACK, isInPrefix, maskOf } from '../wire/ip-address.ts';
import type { Device } from './device.ts';
import type { Errno } from './errno.ts';

export type Scope = 'global' | 'link' | 'host';

/** What `ip addr` sorts by: a narrower scope has the larger number. */
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

  /** Called after every change; a removal of a primary is followed by those of its secondaries. */
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
    return this.held.has(ip) || this.isInLoopbackSubnet(ip);
  }

  /** Is `ip` itself configured (a subnet of lo does not count)? */
  isConfigured(ip: number): boolean {
    return this.held.has(ip);
  }

  isConfiguredOn(ip: number, device: Device): boolean {
    return this.onDevice(device).some((address) => address.ip === ip);
  }

  add(device: Device, ip: number, length: number, options: AddressOptions = {}): Errno | null {
    const list = this.listOf(device);
    const mask = maskOf(length);
    const sameSubnet = list.filter((other) => other.length === length && ((other.ip ^ ip) & mask) === 0);
    if (sameSubnet.some((other) => other.ip === ip)) return 'EEXIST';
    const scope = options.scope ?? (device.isLoopback && ip === IP_LOOPBACK ? 'host' : 'global');
    const address = new Address(
      device,
      ip,
      length,
      options.broadcast ?? null,
      scope,
      options.label ?? device.name,
      sameSubnet.length > 0,
    );
    list.splice(this.position(list, address), 0, address);
    this.held.set(ip, (this.held.get(ip) ?? 0) + 1);
    this.changed('add', address);
    return null;
  }

  /** Takes an address away. The prefix length must be the one it was added with; EADDRNOTAVAIL otherwise. */
  remove(device: Device, ip: number, length: number): Errno | null {
    const list = this.listOf(device);
    const address = list.find((other) => other.ip === ip && other.length === length);
    if (address === undefined) return 'EADDRNOTAVAIL';
    this.take(address);
    if (!address.secondary) this.dropOrPromoteSecondaries(address);
    return null;
  }

  /** The first primary address of `device`, in order of configuration, whose subnet holds `near`; else its first. */
  select(device: Device, near: number): number | null {
    let first: number | null = null;
    for (const address of this.onDevice(device)) {
      if (address.secondary || address.scope === 'host') continue;
      if (isInPrefix(near, address.network, address.length)) return address.ip;
      first ??= address.ip;
    }
    return first;
  }

  /** Is `ip` the broadcast address of a subnet on any interface? */
  isBroadcast(ip: number): boolean {
    if ((ip & 1) === 0 || ip === -1) return ip === -1;
    for (const list of this.byDevice.values()) {
      for (const { network, length, broadcast } of list) {
        if (length < 31 && ip === (network | ~maskOf(length))) return true;
        if (broadcast === ip && length < 32) return true;
      }
    }
    return false;
  }

  /** Primaries stand before secondaries, wider scopes before narrower ones; within that, order of configuration. */
  private position(list: readonly Address[], address: Address): number {
    if (address.secondary) return list.length;
    let position = 0;
    list.forEach((other, index) => {
      if (!other.secondary && SCOPE_RANK[address.scope] >= SCOPE_RANK[other.scope]) position = index + 1;
    });
    return position;
  }

  private dropOrPromoteSecondaries(gone: Address): void {
    const { device } = gone;
    const rest = this.onDevice(device).filter(
      (other) =>
        other.secondary && other.length === gone.length && isInPrefix(other.ip, gone.network, gone.length),
    );
    const [heir, ...others] = rest;
    if (heir === undefined) return;
    if (device.conf.promote_secondaries === 0) {
      for (const address of rest) this.take(address);
      return;
    }
    this.take(heir);
    heir.secondary = false;
    const list = this.listOf(device);
    list.splice(this.position(list, heir), 0, heir);
    this.held.set(heir.ip, (this.held.get(heir.ip) ?? 0) + 1);
    this.changed('add', heir);
    for (const address of others) address.secondary = true;
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
