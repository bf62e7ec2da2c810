/** An interface in the words of iproute2: its flags, its state, its first line. */
import type { Device } from '../linux/device.ts';
import { MAC_BROADCAST } from '../wire/mac.ts';

/** `<BROADCAST,MULTICAST,UP,LOWER_UP>`; NO-CARRIER when it is up and its cable is dead. */
export function flagsText(device: Device): string {
  const flags: string[] = [];
  if (device.up && !device.carrier) flags.push('NO-CARRIER');
  if (device.isLoopback) flags.push('LOOPBACK');
  else flags.push('BROADCAST', 'MULTICAST');
  if (device.nic?.promiscuous) flags.push('PROMISC');
  if (device.up) flags.push('UP');
  if (device.up && device.carrier) flags.push('LOWER_UP');
  return `<${flags.join(',')}>`;
}

/** The operational state (RFC 2863); lo does not know its own. */
export function stateText(device: Device): string {
  if (!device.up || !device.carrier) return 'DOWN';
  return device.isLoopback ? 'UNKNOWN' : 'UP';
}

/** `mode` is what `ip link` says and `ip addr` does not. */
export function firstLine(device: Device, mode: boolean): string {
  const { index, name, mtu } = device;
  const qdisc = device.isLoopback ? 'noqueue' : 'pfifo_fast';
  const state = `state ${stateText(device)}${mode ? ' mode DEFAULT' : ''}`;
  return `${index}: ${name}: ${flagsText(device)} mtu ${mtu} qdisc ${qdisc} ${state} group default qlen 1000`;
}

/** `    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff` */
export function linkLine(device: Device): string {
  if (device.isLoopback) return `    link/loopback ${device.mac} brd ${device.mac}`;
  return `    link/ether ${device.mac} brd ${MAC_BROADCAST}`;
}

/** The columns every line of `ip -br` begins with. */
export function briefColumns(device: Device): string {
  return `${device.name.padEnd(16)} ${stateText(device).padEnd(14)} `;
}
