/**
 * The routing tables as the kernel lists them: by network, the longer prefix first, then by metric. The table
 * `local` is made from the addresses here (net/ipv4/fib_frontend.c, fib_add_ifaddr), for the kernel of the
 * simulation has none. Of one address held twice the kernel lists first what came first; here cards come
 * before lo.
 */
import type { Address } from '../linux/addresses.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Route } from '../linux/routes.ts';
import { compareIp, isInPrefix, maskOf } from '../wire/ip-address.ts';

export interface LocalRoute {
  readonly type: 'local' | 'broadcast';
  readonly network: number;
  readonly length: number;
  readonly device: Route['device'];
  readonly src: number;
}

interface Prefixed {
  readonly network: number;
  readonly length: number;
}

function byPrefix(a: Prefixed, b: Prefixed): number {
  return compareIp(a.network, b.network) || b.length - a.length;
}

export function mainTable(kernel: Kernel): readonly Route[] {
  return [...kernel.routes.list()].sort((a, b) => byPrefix(a, b) || a.metric - b.metric);
}

export function localTable(kernel: Kernel): readonly LocalRoute[] {
  const { devices, addresses } = kernel;
  const inOrder = [...devices.all.filter(({ isLoopback }) => !isLoopback), devices.loopback];
  return inOrder.flatMap((device) => addresses.onDevice(device).flatMap(routesOf(kernel))).sort(byPrefix);
}

/**
 * What an own address leads to: itself, its broadcast addresses while the link is up, on lo its whole subnet.
 */
function routesOf(kernel: Kernel): (address: Address) => LocalRoute[] {
  const made = new Set<string>();
  return (address) => {
    const { device, ip, length, network, broadcast, secondary } = address;
    const src = secondary ? primaryOf(kernel, address) : ip;
    const routes: LocalRoute[] = [{ type: 'local', network: ip, length: 32, device, src }];
    if (device.up) {
      const hasSubnet = !secondary && length < 32;
      if (broadcast !== null) routes.push({ type: 'broadcast', network: broadcast, length: 32, device, src });
      if (hasSubnet && device.isLoopback) routes.push({ type: 'local', network, length, device, src });
      if (hasSubnet && length < 31) {
        routes.push({ type: 'broadcast', network: network | ~maskOf(length), length: 32, device, src });
      }
    }
    return routes.filter((route) => {
      const key = `${route.type} ${route.network}/${route.length} ${route.src}`;
      if (made.has(key)) return false;
      made.add(key);
      return true;
    });
  };
}

function primaryOf(kernel: Kernel, secondary: Address): number {
  const { device, length, ip } = secondary;
  const primary = kernel.addresses
    .onDevice(device)
    .find((other) => !other.secondary && other.length === length && isInPrefix(ip, other.network, length));
  return primary?.ip ?? ip;
}

/** The entry of the table `local` that a packet to an own address meets. */
export function localRouteTo(kernel: Kernel, ip: number): LocalRoute | null {
  const matching = localTable(kernel).filter(
    ({ type, network, length }) => type === 'local' && isInPrefix(ip, network, length),
  );
  return matching.sort((a, b) => b.length - a.length)[0] ?? null;
}
