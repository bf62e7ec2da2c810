/**
 * What ifconfig asks of the kernel: devinet_ioctl of net/ipv4/devinet.c, which knows an address by its label.
 * Each call takes the labelled address away and puts the changed one in, one step after the other as the
 * kernel does.
 */
import type { Address } from '../linux/addresses.ts';
import type { Device } from '../linux/device.ts';
import type { Errno } from '../linux/errno.ts';
import type { Kernel } from '../linux/kernel.ts';
import { isLoopback, maskOf, prefixLengthOf } from '../wire/ip-address.ts';

/** `ens33:0` is a label on ens33. */
export function deviceOf(kernel: Kernel, label: string): Device | null {
  return kernel.devices.byName(label.split(':', 1)[0] ?? '');
}

export function labelled(kernel: Kernel, label: string): Address | null {
  const device = deviceOf(kernel, label);
  if (device === null) return null;
  return kernel.addresses.onDevice(device).find((address) => address.label === label) ?? null;
}

/** SIOCSIFADDR: prefix and broadcast address of the class; 0.0.0.0 only takes the old one away. */
export function setAddress(kernel: Kernel, label: string, ip: number): Errno | null {
  const device = deviceOf(kernel, label);
  if (device === null) return 'ENODEV';
  const length = classLength(ip);
  if (length === null) return 'EINVAL';
  const old = labelled(kernel, label);
  if (old?.ip === ip) return null;
  if (old !== null) kernel.addresses.remove(device, old.ip, old.length);
  if (ip === 0) return null;
  const broadcast = device.isLoopback || length >= 31 ? null : ip | ~maskOf(length);
  return put(kernel, device, ip, length, broadcast, label);
}

/** SIOCSIFNETMASK: a broadcast address that fitted the old mask is made to fit the new one. */
export function setNetmask(kernel: Kernel, label: string, mask: number): Errno | null {
  const old = labelled(kernel, label);
  if (deviceOf(kernel, label) === null) return 'ENODEV';
  if (old === null) return 'EADDRNOTAVAIL';
  const length = prefixLengthOf(mask);
  if (length === null) return 'EINVAL';
  if (length === old.length) return null;
  const { device, ip } = old;
  const fitted = !device.isLoopback && length < 31 && old.broadcast === (ip | ~maskOf(old.length));
  kernel.addresses.remove(device, ip, old.length);
  return put(kernel, device, ip, length, fitted ? ip | ~maskOf(length) : old.broadcast, label);
}

/** SIOCSIFBRDADDR */
export function setBroadcast(kernel: Kernel, label: string, broadcast: number): Errno | null {
  const old = labelled(kernel, label);
  if (deviceOf(kernel, label) === null) return 'ENODEV';
  if (old === null) return 'EADDRNOTAVAIL';
  if (old.broadcast === broadcast) return null;
  kernel.addresses.remove(old.device, old.ip, old.length);
  return put(kernel, old.device, old.ip, old.length, broadcast, label);
}

/** SIOCSIFFLAGS: a label that goes down loses its address; up it is as long as it has one. */
export function setUp(kernel: Kernel, label: string, up: boolean): Errno | null {
  const device = deviceOf(kernel, label);
  if (device === null) return 'ENODEV';
  if (!label.includes(':')) {
    kernel.setLink(device, up);
    return null;
  }
  const address = labelled(kernel, label);
  if (address === null) return 'EADDRNOTAVAIL';
  return up ? null : kernel.addresses.remove(device, address.ip, address.length);
}

function put(
  kernel: Kernel,
  device: Device,
  ip: number,
  length: number,
  broadcast: number | null,
  label: string,
): Errno | null {
  const scope = isLoopback(ip) ? 'host' : 'global';
  return kernel.addresses.add(device, ip, length, { broadcast, scope, label });
}

/** Classes A, B, C and E; a multicast address has none. */
function classLength(ip: number): number | null {
  const first = ip >>> 24;
  if (ip === 0 || ip === -1) return 0;
  if (first < 128) return 8;
  if (first < 192) return 16;
  if (first < 224) return 24;
  return first < 240 ? null : 32;
}
