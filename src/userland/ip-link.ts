/**
 * `ip link`: show, and set an interface up, down, its MTU, promiscuity. Other settings, other kinds of
 * interfaces and counters are not simulated.
 */
import type { Device } from '../linux/device.ts';
import { briefColumns, firstLine, flagsText, linkLine } from './device-text.ts';
import type { IpRun } from './ip-run.ts';
import { BAD_LINE, BAD_VALUE, begins } from './ip-words.ts';

const USAGE = `Usage: ip link set { DEVICE | dev DEVICE } [ { up | down } ]
		[ promisc { on | off } ] [ mtu MTU ]
	ip link show [ DEVICE ] [up]
`;

/** IPv4 does not work over less; more does not fit into the length field of its header. */
const MIN_MTU = 68;
const MAX_MTU = 65_535;

export function ipLink(run: IpRun): void {
  const { words } = run;
  if (!words.more) return show(run);
  const command = words.take();
  if (begins(command, 'set') || begins(command, 'change')) return set(run);
  if (begins(command, 'show') || begins(command, 'lst') || begins(command, 'list')) return show(run);
  if (begins(command, 'help')) return usage(run);
  run.unknownCommand(command, 'link', ['add', 'replace', 'delete', 'xstats', 'afstats', 'property']);
}

function usage(run: IpRun): void {
  run.process.err(USAGE);
  run.process.exit(BAD_LINE);
}

const OTHER_FILTERS = ['group', 'master', 'nomaster', 'type', 'vrf'];

function show(run: IpRun): void {
  const { words, kernel, form, process } = run;
  let only: Device | null = null;
  let up = false;
  while (words.more) {
    const word = words.take();
    if (word === 'up') up = true;
    else if (OTHER_FILTERS.includes(word)) words.notSimulated(word);
    else if (begins(word, 'help')) return usage(run);
    else {
      const name = word === 'dev' ? words.value() : word;
      if (words.complaint !== null) break;
      if (only !== null) words.garbage('dev', name);
      only = kernel.devices.byName(name);
      if (only === null) words.complain(BAD_VALUE, `Device "${name}" does not exist.`);
    }
  }
  if (run.complained()) return;
  if (form.statistics) return run.fail(BAD_LINE, 'Option "-s" is not simulated here, try "ip -help".');
  for (const device of only === null ? kernel.devices.all : [only]) {
    if (device.up || !up) process.out(`${form.brief ? brief(device) : long(device, form.oneLine)}\n`);
  }
  process.exit(0);
}

function brief(device: Device): string {
  return `${briefColumns(device)}${device.mac} ${flagsText(device)} `;
}

function long(device: Device, oneLine: boolean): string {
  return `${firstLine(device, true)}${oneLine ? '\\' : '\n'}${linkLine(device)}`;
}

interface Settings {
  name: string | null;
  up: boolean | null;
  mtu: number | null;
  promiscuous: boolean | null;
}

const OTHER_SETTINGS: ReadonlySet<string> = new Set(
  (
    'arp dynamic multicast allmulticast trailers carrier txqueuelen txqlen qlen name address ' +
    'broadcast brd netns link-netns alias vf xdp master nomaster vrf addrgenmode protodown ' +
    'group type gso_max_size'
  ).split(' '),
);

function set(run: IpRun): void {
  const { words, kernel } = run;
  const settings: Settings = { name: null, up: null, mtu: null, promiscuous: null };
  while (words.more) readSetting(run, settings);
  if (run.complained()) return;
  if (settings.name === null) {
    return run.fail(BAD_LINE, 'Not enough information: "dev" argument is required.');
  }
  const device = words.device(settings.name, kernel);
  if (run.complained() || device === null) return;
  const { mtu } = settings;
  if (mtu !== null && mtu < MIN_MTU) return run.refused('Error: mtu less than device minimum.');
  if (mtu !== null && mtu > MAX_MTU && !device.isLoopback) {
    return run.refused('Error: mtu greater than device maximum.');
  }
  if (mtu !== null) device.mtu = mtu;
  if (settings.promiscuous !== null && device.nic !== null) device.nic.promiscuous = settings.promiscuous;
  if (settings.up !== null) kernel.setLink(device, settings.up);
  run.process.exit(0);
}

function readSetting(run: IpRun, settings: Settings): void {
  const { words } = run;
  const word = words.take();
  if (word === 'up' || word === 'down') settings.up = word === 'up';
  else if (word === 'mtu') {
    const value = words.value();
    if (settings.mtu !== null) words.duplicate('mtu', value);
    settings.mtu = words.unsigned(value, 'Invalid "mtu" value\n');
  } else if (word === 'promisc') {
    const value = words.value();
    if (value !== 'on' && value !== 'off') {
      words.complain(BAD_LINE, `Error: argument of "promisc" must be "on" or "off", not "${value}"`);
    }
    settings.promiscuous = value === 'on';
  } else if (OTHER_SETTINGS.has(word)) words.notSimulated(word);
  else {
    const name = word === 'dev' ? words.value() : word;
    if (settings.name !== null) words.garbage('dev', name);
    else settings.name = name;
  }
}
