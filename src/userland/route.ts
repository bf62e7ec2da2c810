/**
 * `route` of net-tools 2.10: list, add and delete routes of the main table. A label stands for its interface
 * and gives the route its address as source. Not simulated: reject routes, -e, the cache, MSS and window of
 * routes; a second route to one destination by another gateway, which Linux would put before the first, is
 * refused as already there.
 */

import type { Device } from '../linux/device.ts';
import { ERRNO_TEXT, type Errno } from '../linux/errno.ts';
import type { Route } from '../linux/routes.ts';
import { ipText, isInPrefix, maskOf, prefixLengthOf } from '../wire/ip-address.ts';
import type { Process } from './command.ts';
import { getopt } from './getopt.ts';
import { nameOf, resolveName } from './host-names.ts';
import { deviceOf, labelled } from './interface-ioctl.ts';
import { mainTable } from './route-tables.ts';

const USAGE = `Usage: inet_route del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]
       inet_route add {-host|-net} Target[/prefix] [gw Gw] [metric M]
                              [netmask N] [[dev] If]
`;
const LIST_USAGE = `Usage: route [-n]                              List kernel routing tables
       route {add|del} ...                     Modify routing table.

        -n, --numeric            don't resolve names
`;
/** Exit codes of net-tools: what was typed, a name, the kernel. */
const E_OPTERR = 3;
const E_LOOKUP = 6;
const E_SOCK = 7;

export function route(process: Process): void {
  const words = process.argv.slice(1);
  const verb = words.findIndex((word) => !word.startsWith('-') && word !== 'inet');
  const { options, operands, error } = getopt(verb < 0 ? words : words.slice(0, verb), {
    short: 'A:nNvFCeVh46',
    long: {
      numeric: 'n',
      verbose: 'v',
      fib: 'F',
      cache: 'C',
      extend: 'e',
      version: 'V',
      help: 'h',
      inet: '4',
    },
  });
  if (error !== null) {
    process.err(`route: ${error}\n`);
    return answer(process, LIST_USAGE);
  }
  for (const { letter, value } of options) {
    if (letter === 'V') return answer(process, 'net-tools 2.10\n');
    if (letter === 'h') return answer(process, LIST_USAGE);
    if ('CeN6'.includes(letter) || (letter === 'A' && value !== 'inet')) {
      return process.fail(E_OPTERR, `route: not simulated: -${letter}`);
    }
  }
  if (verb < 0 && operands.length === 0)
    return list(
      process,
      options.some(({ letter }) => letter === 'n'),
    );
  const command = words[verb];
  if (command !== 'add' && command !== 'del' && command !== 'delete') return usage(process, LIST_USAGE);
  new RouteChange(process, command === 'add').make(words.slice(verb + 1));
}

function answer(process: Process, text: string): void {
  process.out(text);
  process.exit(0);
}

function usage(process: Process, text = USAGE): void {
  process.err(text);
  process.exit(E_OPTERR);
}

// ── list ───────────────────────────────────────────────────────────────────────────────────────────────────

const TITLES = `Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
`;

function list(process: Process, numeric: boolean): void {
  const name = (ip: number): string => (numeric || ip === 0 ? ipText(ip) : nameOf(process.host, ip));
  let text = TITLES;
  for (const { type, network, length, gateway, metric, device } of mainTable(process.host.kernel)) {
    if (type === 'blackhole') continue;
    const leads = type === 'unicast';
    const destination =
      length === 0 && !numeric ? 'default' : length === 32 ? name(network) : ipText(network);
    const flags = `${leads ? 'U' : '!'}${gateway === null ? '' : 'G'}${length === 32 ? 'H' : ''}`;
    const columns = [destination, leads ? name(gateway ?? 0) : '-', ipText(maskOf(length))];
    const places = columns.map((column) => column.slice(0, 15).padEnd(16)).join('');
    const rest = `${String(metric).padEnd(6)} ${leads ? '0' : '-'}        0 ${leads ? device.name : '-'}`;
    text += `${places}${flags.padEnd(6)}${rest}\n`;
  }
  answer(process, text);
}

// ── add and delete ─────────────────────────────────────────────────────────────────────────────────────────

const OTHER_WORDS = ['mss', 'window', 'irtt', 'reject', 'mod', 'dyn', 'reinstate'];

class RouteChange {
  private ip = 0;
  private isHost = true;
  private mask: number | null = null;
  private maskText = '';
  private gateway: number | null = null;
  private metric: number | null = null;
  private deviceName: string | null = null;

  constructor(
    private readonly process: Process,
    private readonly adds: boolean,
  ) {}

  make(words: string[]): void {
    const { process } = this;
    if (words.length === 0) return answer(process, USAGE);
    this.readTarget(words);
    while (words.length > 0 && process.running) this.readWord(words);
    if (process.running) this.check();
    if (!process.running) return;
    const error = this.adds ? this.add() : this.remove();
    if (error === null) return process.exit(0);
    process.fail(E_SOCK, `${this.adds ? 'SIOCADDRT' : 'SIOCDELRT'}: ${ERRNO_TEXT[error]}`);
  }

  private readTarget(words: string[]): void {
    const kind = words[0] === '-net' || words[0] === '-host' ? words.shift() : null;
    const target = words.shift();
    if (target === undefined) return usage(this.process);
    const [name = '', lengthText] = target.split('/', 2);
    if (target === 'default') this.mask = 0;
    else this.ip = this.resolve(name);
    if (lengthText !== undefined) {
      const length = /^\d{1,2}$/.test(lengthText) ? Number(lengthText) : 33;
      if (length > 32) return this.complain("netmask doesn't match route address");
      this.mask = maskOf(length);
      this.maskText = ipText(this.mask);
    }
    this.isHost = kind === null ? (this.mask ?? -1) === -1 : kind === '-host';
  }

  private readWord(words: string[]): void {
    const word = words.shift() as string;
    if (word === 'metric') {
      const value = words.shift() ?? '';
      if (!/^\d/.test(value)) return usage(this.process);
      this.metric = Number.parseInt(value, 10);
    } else if (word === 'netmask') {
      const value = words.shift();
      if (value === undefined || this.mask !== null) return usage(this.process);
      this.maskText = value;
      this.mask = this.resolve(value);
    } else if (word === 'gw' || word === 'gateway') {
      const value = words.shift();
      if (value === undefined || this.gateway !== null) return usage(this.process);
      this.gateway = this.resolve(value);
    } else if (OTHER_WORDS.includes(word)) {
      this.process.fail(E_OPTERR, `route: not simulated: ${word}`);
    } else {
      const name = word === 'dev' || word === 'device' ? words.shift() : word;
      const misplaced = name === word && words.length > 0;
      if (name === undefined || this.deviceName !== null || misplaced) return usage(this.process);
      this.deviceName = name;
    }
  }

  private resolve(name: string): number {
    const ip = name === 'default' ? 0 : resolveName(this.process.host, name);
    if (ip === null) this.process.fail(E_LOOKUP, `${name}: Unknown host`);
    return ip ?? 0;
  }

  private complain(why: string): void {
    this.process.err(`route: ${why}\n`);
    usage(this.process);
  }

  private check(): void {
    const { mask } = this;
    if (mask === null || mask === 0) return;
    if (this.isHost && mask !== -1) {
      // The real program prints it as the bytes lie in memory.
      const bytes = [0, 8, 16, 24].map((shift) => ((mask >>> shift) & 255).toString(16).padStart(2, '0'));
      return this.complain(`netmask ${bytes.join('')} doesn't make sense with host route`);
    }
    if (prefixLengthOf(mask) === null) return this.complain(`bogus netmask ${this.maskText}`);
    if ((this.ip & ~mask) !== 0) this.complain("netmask doesn't match route address");
  }

  /** The prefix as the kernel understands it; null: it does not. */
  private get length(): number | null {
    if (this.isHost) return 32;
    const mask = this.mask ?? 0;
    return (this.ip & ~mask) === 0 ? prefixLengthOf(mask) : null;
  }

  /** The interface named, and the source a label brings. */
  private named(): { device: Device | null; src: number | null } | Errno {
    const { kernel } = this.process.host;
    if (this.deviceName === null) return { device: null, src: null };
    const device = deviceOf(kernel, this.deviceName);
    if (device === null) return 'ENODEV';
    if (!this.deviceName.includes(':')) return { device, src: null };
    const address = labelled(kernel, this.deviceName);
    return address === null ? 'ENODEV' : { device, src: address.ip };
  }

  private add(): Errno | null {
    const { routes } = this.process.host.kernel;
    const { length, gateway, ip } = this;
    const named = this.named();
    if (length === null) return 'EINVAL';
    if (typeof named === 'string') return named;
    let { device } = named;
    if (device === null) {
      if (gateway === null) return 'ENODEV';
      const onLink = (other: Route): boolean =>
        other.gateway === null && isInPrefix(gateway, other.network, other.length);
      device = routes.list().find(onLink)?.device ?? null;
      if (device === null) return 'ENETUNREACH';
    }
    const scope = gateway === null ? 'link' : 'global';
    const prefix = { type: 'unicast', network: ip, length } as const;
    const error = routes.add({
      ...prefix,
      device,
      gateway,
      src: named.src,
      metric: this.metric ?? 0,
      proto: 'boot',
      scope,
    });
    return error === 'ENETDOWN' && gateway !== null ? 'ENETUNREACH' : error;
  }

  private remove(): Errno | null {
    const { routes } = this.process.host.kernel;
    const { length, gateway, metric, ip } = this;
    const named = this.named();
    if (length === null) return 'EINVAL';
    if (typeof named === 'string') return named;
    const { device, src } = named;
    const found = routes
      .list()
      .find(
        (other) =>
          other.network === ip &&
          other.length === length &&
          (gateway === null || other.gateway === gateway) &&
          (metric === null || other.metric === metric) &&
          (device === null || other.device === device) &&
          (src === null || other.src === src),
      );
    return found === undefined ? 'ESRCH' : routes.remove(found);
  }
}
