/**
 * The lines of a recording's `setup` ("host: command"), as far as these tests need them, done to a bench.
 * What the commands print is no business of the kernel's tests: errors come back as errno.
 */
import type { AddressOptions, Scope } from '../../src/linux/addresses.ts';
import type { Device } from '../../src/linux/device.ts';
import type { Errno } from '../../src/linux/errno.ts';
import type { Kernel } from '../../src/linux/kernel.ts';
import type { Neighbour, NudState } from '../../src/linux/neighbour.ts';
import type { RouteType } from '../../src/linux/routes.ts';
import { ip, maskOf, parsePrefix } from '../../src/wire/ip-address.ts';
import { type Bench, mac } from './bench.ts';

const ROUTE_TYPES = ['unreachable', 'prohibit', 'blackhole'];

/** Does the lines in order; switches exist already, programs are the tests' own. */
export function setUp(bench: Bench, lines: readonly string[]): void {
  for (const line of lines) {
    const error = run(bench, line);
    if (error !== null) throw new Error(`${line}: ${error}`);
  }
}

/** Sets what a row of a recording names under `sysctl` on one host. */
export function setSysctls(bench: Bench, host: string, values: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(values)) {
    const error = bench.kernel(host).sysctl.set(key, String(value));
    if (error !== null && !UNHEARD.test(key)) throw new Error(`${key}: ${error}`);
  }
}

/** Keys that the recordings set and that have no effect on what they record. */
const UNHEARD = /tcp_congestion_control/;

export function run(bench: Bench, line: string): Errno | null {
  const match = /^(\w+): (.*?)\s*$/.exec(line);
  if (match === null) throw new Error(`not a line of a setup: ${line}`);
  const [, host = '', command = ''] = match;
  const words = command.split(/\s+/);
  if (bench.switches.has(host)) return runOnSwitch(bench, words);
  const kernel = bench.kernels.get(host);
  if (words[0] === 'sysctl') {
    const [key = '', value = ''] = (words[2] ?? '').split('=');
    if (UNHEARD.test(key)) return null;
    return found(kernel, line).sysctl.set(key, value);
  }
  switch (`${words[1]} ${words[2]}`) {
    case 'link set':
      return runLink(bench, host, words);
    case 'addr add':
    case 'addr del':
      return runAddr(found(kernel, line), words);
    case 'addr flush': {
      const device = named(found(kernel, line), words[4] ?? '');
      for (const { ip, length } of [...found(kernel, line).addresses.onDevice(device)].reverse()) {
        found(kernel, line).addresses.remove(device, ip, length);
      }
      return null;
    }
    case 'route add':
      return runRoute(found(kernel, line), words.slice(3));
    case 'neigh add':
    case 'neigh replace':
      for (const address of braces(words[3] ?? '')) runNeigh(found(kernel, line), address, words);
      return null;
    default:
      throw new Error(`no such command in these tests: ${line}`);
  }
}

/** `port down` and the like; making bridges is the bench's. */
function runOnSwitch(bench: Bench, words: readonly string[]): null {
  if (words[0] === 'bridge') {
    const name = words[words.indexOf('dev') + 1] ?? '';
    for (const bridge of bench.switches.values()) {
      if (bridge.ports.includes(bench.port(name))) bridge.addStatic(mac(words[3] ?? ''), bench.port(name));
    }
    return null;
  }
  const port = bench.ports.get(words[3] ?? '');
  if (words[2] === 'set' && port !== undefined && /up|down/.test(words[4] ?? '')) {
    port.setEnabled(words[4] === 'up');
  }
  return null;
}

function runLink(bench: Bench, host: string, words: readonly string[]): null {
  const [, , , name = '', what, value] = words;
  const kernel = bench.kernels.get(host);
  if (kernel === undefined) {
    if (what === 'up' || what === 'down') bench.nic(`${host}:${name}`).setPower(what === 'up');
    return null;
  }
  const device = named(kernel, name);
  if (what === 'up' || what === 'down') kernel.setLink(device, what === 'up');
  else if (what === 'mtu') device.mtu = Number(value);
  // `arp off`: neither hears nor says ARP.
  else if (what === 'arp') {
    kernel.arp.receive = () => undefined;
    kernel.arp.send = () => undefined;
  }
  return null;
}

function runAddr(kernel: Kernel, words: readonly string[]): Errno | null {
  const prefix = parsePrefix(words[3] ?? '');
  const device = named(kernel, after(words, 'dev') ?? '');
  if (prefix === null) throw new Error(`no prefix: ${words.join(' ')}`);
  if (words[2] === 'del') return kernel.addresses.remove(device, prefix.ip, prefix.length);
  const broadcast = after(words, 'brd');
  const scope = after(words, 'scope');
  const label = after(words, 'label');
  const options: { -readonly [K in keyof AddressOptions]: AddressOptions[K] } = {};
  if (broadcast !== undefined) options.broadcast = ip(broadcast);
  if (scope !== undefined) options.scope = scope as Scope;
  if (label !== undefined) options.label = label;
  return kernel.addresses.add(device, prefix.ip, prefix.length, options);
}

function runRoute(kernel: Kernel, words: readonly string[]): Errno | null {
  const first = words[0] ?? '';
  const type = (ROUTE_TYPES.includes(first) ? first : 'unicast') as RouteType;
  const to = type === 'unicast' ? first : (words[1] ?? '');
  const prefix = to === 'default' ? { ip: 0, length: 0 } : parsePrefix(to);
  const via = after(words, 'via');
  const src = after(words, 'src');
  if (prefix === null) throw new Error(`no prefix: ${to}`);
  const gateway = via === undefined ? null : ip(via);
  const onward = gateway === null ? null : kernel.routes.lookupMain(gateway);
  const device = onward === null ? kernel.devices.loopback : onward.device;
  return kernel.routes.add({
    type,
    network: prefix.ip & maskOf(prefix.length),
    length: prefix.length,
    device,
    gateway,
    src: src === undefined ? null : ip(src),
    metric: 0,
    proto: 'boot',
    scope: gateway === null ? 'link' : 'global',
  });
}

function runNeigh(kernel: Kernel, address: string, words: readonly string[]): void {
  const device = named(kernel, after(words, 'dev') ?? '');
  const state = (after(words, 'nud') ?? 'permanent').toUpperCase() as NudState;
  makeNeighbour(kernel, device, ip(address), after(words, 'lladdr') ?? null, state);
}

/** `ip neigh replace`, also to the states that no frame leads to. */
export function makeNeighbour(
  kernel: Kernel,
  device: Device,
  address: number,
  lladdr: string | null,
  state: NudState,
): Neighbour {
  const neighbour = kernel.neighbours.findOrCreate(device, address);
  if (lladdr !== null && (state === 'REACHABLE' || state === 'STALE' || state === 'PERMANENT')) {
    kernel.neighbours.update(neighbour, mac(lladdr), state, true, 'command');
  } else {
    neighbour.mac = lladdr === null ? null : mac(lladdr);
    neighbour.state = state;
    neighbour.updatedNs = kernel.engine.nowNs;
  }
  return neighbour;
}

/** `192.168.100.{1,60..62}` is four addresses. */
function braces(text: string): string[] {
  const match = /^(.*)\{(.*)\}$/.exec(text);
  if (match === null) return [text];
  return (match[2] ?? '').split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('..').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => `${match[1]}${from + i}`);
  });
}

function after(words: readonly string[], word: string): string | undefined {
  const index = words.indexOf(word);
  return index < 0 ? undefined : words[index + 1];
}

function named(kernel: Kernel, name: string): Device {
  return found(kernel.devices.byName(name), name);
}

function found<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`nobody here for: ${what}`);
  return value;
}
