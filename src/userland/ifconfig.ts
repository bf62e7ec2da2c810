/**
 * `ifconfig` of net-tools 2.10: show one interface or all, set address, netmask, broadcast address, MTU,
 * promiscuity, up and down, of an interface or of a label (`ens33:0`). Words are obeyed one after the other,
 * as the real program does. Not simulated: everything else, counters among it.
 */
import { ERRNO_TEXT, type Errno } from '../linux/errno.ts';
import type { Kernel } from '../linux/kernel.ts';
import { maskOf } from '../wire/ip-address.ts';
import type { Process } from './command.ts';
import { resolveName } from './host-names.ts';
import { interfaceNames, interfaceText } from './ifconfig-show.ts';
import { deviceOf, setAddress, setBroadcast, setNetmask, setUp } from './interface-ioctl.ts';

const USAGE = `Usage:
  ifconfig [-a] <interface> [inet] [<address>[/<prefixlen>]]
  [broadcast <address>]  [netmask <address>]
  [mtu <NN>]  [[-]promisc]
  [up|down] ...
`;
const USAGE_EXIT = 3;
const TRY_HELP = "ifconfig: `--help' gives usage information.";

const OTHER_WORDS: ReadonlySet<string> = new Set(
  (
    'add del tunnel hw keepalive outfill pointopoint dstaddr -broadcast -pointopoint trailers ' +
    '-trailers arp -arp allmulti -allmulti multicast -multicast metric mem_start io_addr irq ' +
    'media txqueuelen name dynamic -dynamic inet6 unix'
  ).split(' '),
);

export function ifconfig(process: Process): void {
  const words = process.argv.slice(1);
  let all = false;
  for (let word = words[0]; word?.startsWith('-'); word = words[0]) {
    words.shift();
    if (word === '-a') all = true;
    else if (word === '-V' || word === '--version') return answer(process, 'net-tools 2.10\n');
    else if (word === '-h' || word === '--help') return answer(process, USAGE);
    else if (word === '-s' || word === '-v') return process.fail(1, `ifconfig: not simulated: ${word}`);
    else return process.fail(1, `ifconfig: option \`${word}' not recognised.\n${TRY_HELP}`);
  }
  const [label, ...settings] = words;
  if (label === undefined) return showAll(process, all);
  if (settings[0] === 'inet') settings.shift();
  if (settings.length > 0) return new Setting(process, label, settings).obey();
  const text = interfaceText(process.host.kernel, label);
  if (text === null) process.fail(1, `${label}: error fetching interface information: Device not found`);
  else answer(process, text);
}

function answer(process: Process, text: string): void {
  process.out(text);
  process.exit(0);
}

function showAll(process: Process, all: boolean): void {
  const { kernel } = process.host;
  answer(
    process,
    interfaceNames(kernel, all)
      .map((name) => interfaceText(kernel, name) ?? '')
      .join(''),
  );
}

/** The words behind the interface's name, being obeyed. */
class Setting {
  private readonly kernel: Kernel;
  /** What the program ends with if it gets to the end. */
  private exit = 0;

  constructor(
    private readonly process: Process,
    private readonly label: string,
    private readonly words: string[],
  ) {
    this.kernel = process.host.kernel;
  }

  obey(): void {
    const { process, words } = this;
    for (let word = words.shift(); word !== undefined && process.running; word = words.shift())
      this.one(word);
    process.exit(this.exit);
  }

  private one(word: string): void {
    switch (word) {
      case 'up':
      case 'down':
        return this.flags(word === 'up');
      case 'promisc':
      case '-promisc':
        return this.promiscuous(word === 'promisc');
      case 'netmask':
        return this.withAddress(word, (mask) => setNetmask(this.kernel, this.label, mask), 'SIOCSIFNETMASK');
      case 'broadcast':
        return this.withAddress(word, (ip) => setBroadcast(this.kernel, this.label, ip), 'SIOCSIFBRDADDR');
      case 'mtu':
        return this.mtu();
      default:
        if (OTHER_WORDS.has(word)) this.process.fail(1, `ifconfig: not simulated: ${word}`);
        else this.address(word);
    }
  }

  /** An address brings the interface up; a prefix length behind it comes last. */
  private address(word: string): void {
    const { kernel, label } = this;
    const [text = '', lengthText] = word.split('/', 2);
    const ip = this.resolve(text);
    if (ip === null) {
      this.unknown(text);
      return this.process.fail(1, TRY_HELP);
    }
    this.call(setAddress(kernel, label, ip), 'SIOCSIFADDR');
    if (ip !== 0 || !label.includes(':')) this.flags(true);
    if (lengthText === undefined) return;
    if (!/^\d{1,2}$/.test(lengthText) || Number(lengthText) > 32) return this.usage();
    this.call(setNetmask(kernel, label, maskOf(Number(lengthText))), 'SIOCSIFNETMASK');
  }

  private withAddress(word: string, set: (ip: number) => Errno | null, name: string): void {
    const text = this.words.shift();
    if (text === undefined) {
      // `broadcast` alone only switches broadcasting on, which it is.
      if (word === 'netmask') this.usage();
      return;
    }
    const ip = this.resolve(text);
    if (ip !== null) return this.call(set(ip), name);
    this.unknown(text);
    this.exit |= 1;
  }

  private mtu(): void {
    const text = this.words.shift();
    const device = deviceOf(this.kernel, this.label);
    if (text === undefined || !/^\d+$/.test(text)) return this.usage();
    const mtu = Number(text);
    if (device === null) return this.call('ENODEV', 'SIOCSIFMTU');
    if (mtu < 68 || (mtu > 65_535 && !device.isLoopback)) return this.call('EINVAL', 'SIOCSIFMTU');
    device.mtu = mtu;
  }

  private promiscuous(on: boolean): void {
    const device = deviceOf(this.kernel, this.label);
    if (device === null) return this.flags(true);
    if (device.nic !== null) device.nic.promiscuous = on;
  }

  private flags(up: boolean): void {
    const { kernel, label, process } = this;
    if (deviceOf(kernel, label) === null) {
      process.err(`${label}: ERROR while getting interface flags: ${ERRNO_TEXT.ENODEV}\n`);
      this.exit = 255;
      return;
    }
    const error = setUp(kernel, label, up);
    if (error === null) return;
    process.err(`SIOCSIFFLAGS: ${ERRNO_TEXT[error]}\n`);
    this.exit = 255;
  }

  private call(error: Errno | null, name: string): void {
    if (error === null) return;
    this.process.err(`${name}: ${ERRNO_TEXT[error]}\n`);
    this.exit |= 1;
  }

  private resolve(text: string): number | null {
    return text === 'default' || text === '0' ? 0 : resolveName(this.process.host, text);
  }

  private unknown(text: string): void {
    const why = /^[\d.]+$/.test(text) ? 'Unknown host' : 'Host name lookup failure';
    this.process.err(`${text}: ${why}\n`);
  }

  private usage(): void {
    this.process.err(USAGE);
    this.process.exit(USAGE_EXIT);
  }
}
