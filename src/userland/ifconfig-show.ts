/**
 * Interfaces in the words of ifconfig. Packets and bytes are not counted by the simulation, so the four lines
 * of counters that the real program prints for an interface (not for a label) are missing.
 */
import type { Device } from '../linux/device.ts';
import type { Kernel } from '../linux/kernel.ts';
import { ipText, maskOf } from '../wire/ip-address.ts';
import { deviceOf, labelled } from './interface-ioctl.ts';

/** Bits of ifr_flags, in the order in which ifconfig names them. */
const FLAGS = [
  ['UP', 0x1],
  ['BROADCAST', 0x2],
  ['LOOPBACK', 0x8],
  ['RUNNING', 0x40],
  ['PROMISC', 0x100],
  ['MULTICAST', 0x1000],
] as const;

/** One interface or label, with the empty line behind it; null: there is none of that name. */
export function interfaceText(kernel: Kernel, label: string): string | null {
  const device = deviceOf(kernel, label);
  if (device === null) return null;
  const address = labelled(kernel, label);
  const lines = [`${label}: ${flagsText(device)}  mtu ${device.mtu}`];
  if (address !== null) {
    const { ip, length, broadcast } = address;
    const brd = device.isLoopback ? '' : `  broadcast ${ipText(broadcast ?? 0)}`;
    lines.push(`        inet ${ipText(ip)}  netmask ${ipText(maskOf(length))}${brd}`);
  }
  if (device.isLoopback) lines.push('        loop  txqueuelen 1000  (Local Loopback)');
  else lines.push(`        ether ${device.mac}  txqueuelen 1000  (Ethernet)`);
  return `${lines.join('\n')}\n\n`;
}

/** All of them by name, labels behind their interface; without `all` only what is up. */
export function interfaceNames(kernel: Kernel, all: boolean): readonly string[] {
  return kernel.devices.all
    .filter(({ up }) => up || all)
    .flatMap((device) => {
      const labels = kernel.addresses.onDevice(device).map(({ label }) => label);
      return [device.name, ...new Set(labels.filter((label) => label.startsWith(`${device.name}:`)))];
    })
    .sort((a, b) => (a < b ? -1 : 1));
}

function flagsText(device: Device): string {
  const { isLoopback, up, carrier } = device;
  const has: Readonly<Record<(typeof FLAGS)[number][0], boolean>> = {
    UP: up,
    BROADCAST: !isLoopback,
    LOOPBACK: isLoopback,
    RUNNING: up && carrier,
    PROMISC: device.nic?.promiscuous ?? false,
    MULTICAST: !isLoopback,
  };
  const set = FLAGS.filter(([name]) => has[name]);
  const bits = set.reduce((sum, [, bit]) => sum | bit, 0);
  return `flags=${bits}<${set.map(([name]) => name).join(',')}>`;
}
