/**
 * `arp` of net-tools 2.10: the neighbour table in its two forms, entries set and deleted by hand. Not
 * simulated: proxy entries (pub, -D), files of entries (-f), hardware other than Ethernet.
 */
import { ERRNO_TEXT } from '../linux/errno.ts';
import type { Neighbour } from '../linux/neighbour.ts';
import { ipText } from '../wire/ip-address.ts';
import { Mac } from '../wire/mac.ts';
import type { Process } from './command.ts';
import { type GivenOption, getopt } from './getopt.ts';
import { nameOf, resolveName } from './host-names.ts';

const USAGE = `Usage:
  arp [-vn]  [-i <if>] [-a] [<hostname>]             <-Display ARP cache
  arp [-v]   [-i <if>] -d  <host>                   <-Delete ARP entry
  arp [-v]   [-i <if>] -s  <host> <hwaddr> [temp]            <-Add entry
`;
const USAGE_EXIT = 3;
const FAILED_EXIT = 255;

export function arp(process: Process): void {
  const { options, operands, error } = getopt(process.argv.slice(1), {
    short: 'A:H:t:p:adefsni:DNvhV',
    long: { numeric: 'n', verbose: 'v', device: 'i', delete: 'd', set: 's', version: 'V', help: 'h' },
  });
  if (error !== null) {
    process.err(`arp: ${error}\n${USAGE}`);
    return process.exit(USAGE_EXIT);
  }
  const other = options.find(isOther);
  if (other !== undefined) return process.fail(FAILED_EXIT, `arp: not simulated: -${other.letter}`);
  const has = (letter: string): boolean => options.some((option) => option.letter === letter);
  if (has('V')) return answer(process, 'net-tools 2.10\n');
  if (has('h')) return answer(process, USAGE);
  const device = options.findLast(({ letter }) => letter === 'i')?.value ?? null;
  if (has('s')) return set(process, operands, device);
  if (has('d')) return remove(process, operands, device);
  show(process, { numeric: has('n'), bsd: has('a'), counts: has('v'), device, name: operands[0] ?? null });
}

function isOther({ letter, value }: GivenOption): boolean {
  if ('Ht'.includes(letter)) return value !== 'ether';
  if ('Ap'.includes(letter)) return value !== 'inet';
  return 'fDN'.includes(letter);
}

function answer(process: Process, text: string): void {
  process.out(text);
  process.exit(0);
}

interface Show {
  readonly numeric: boolean;
  readonly bsd: boolean;
  readonly counts: boolean;
  readonly device: string | null;
  readonly name: string | null;
}

const TITLES = 'Address                  HWtype  HWaddress           Flags Mask            Iface\n';

function show(process: Process, form: Show): void {
  const { host } = process;
  const ip = form.name === null ? null : resolveName(host, form.name);
  if (form.name !== null && ip === null) return process.fail(FAILED_EXIT, `${form.name}: Unknown host`);
  const all = host.kernel.neighbours.list().filter(({ state }) => state !== 'NONE');
  const shown = all.filter(
    (entry) =>
      (ip === null || entry.ip === ip) && (form.device === null || entry.device.name === form.device),
  );
  const name = (entry: Neighbour): string => (form.numeric ? ipText(entry.ip) : nameOf(host, entry.ip));
  if (form.bsd) process.out(shown.map((entry) => bsdLine(entry, name(entry))).join(''));
  else if (shown.length > 0) {
    process.out(TITLES + shown.map((entry) => linuxLine(entry, name(entry))).join(''));
  }
  if (form.counts) {
    process.out(`Entries: ${all.length}\tSkipped: ${all.length - shown.length}\tFound: ${shown.length}\n`);
  } else if (shown.length === 0 && ip !== null && !form.bsd) {
    process.out(`${form.name} (${ipText(ip)}) -- no entry\n`);
  } else if (shown.length === 0 && (ip !== null || form.device !== null)) {
    process.out(`arp: in ${all.length} entries no match found.\n`);
  }
  process.exit(0);
}

function linuxLine(entry: Neighbour, name: string): string {
  const { mac, valid, state, device } = entry;
  const known = valid && mac !== null;
  const flags = known ? (state === 'PERMANENT' ? 'CM' : 'C') : '';
  const hardware = (known ? String(mac) : '(incomplete)').padEnd(20);
  const type = (known ? 'ether' : '').padEnd(8);
  return `${name.padEnd(25)}${type}${hardware}${flags.padEnd(22)}${device.name}\n`;
}

function bsdLine({ ip, mac, valid, state, device }: Neighbour, name: string): string {
  const shown = name === ipText(ip) ? '?' : name;
  const hardware = valid && mac !== null ? `${mac} [ether]` : '<incomplete>';
  return `${shown} (${ipText(ip)}) at ${hardware}${state === 'PERMANENT' ? ' PERM' : ''} on ${device.name}\n`;
}

function remove(process: Process, operands: readonly string[], deviceName: string | null): void {
  const ip = hostOf(process, operands[0]);
  if (ip === null) return;
  const { neighbours } = process.host.kernel;
  const found = neighbours
    .list()
    .find(
      (entry) => entry.ip === ip && entry.valid && (deviceName === null || entry.device.name === deviceName),
    );
  if (found === undefined) {
    process.out(`No ARP entry for ${operands[0]}\n`);
    return process.exit(FAILED_EXIT);
  }
  neighbours.remove(found, 'command');
  process.exit(0);
}

function set(process: Process, operands: readonly string[], deviceName: string | null): void {
  const { kernel } = process.host;
  const ip = hostOf(process, operands[0]);
  if (ip === null) return;
  const [, macText, ...rest] = operands;
  if (macText === undefined) return process.fail(FAILED_EXIT, 'arp: need hardware address');
  const mac = Mac.parse(macText);
  if (mac === null) return process.fail(FAILED_EXIT, 'arp: invalid hardware address');
  const other = rest.find((word) => word !== 'temp');
  if (other !== undefined) return process.fail(FAILED_EXIT, `arp: not simulated: ${other}`);
  const named = deviceName === null ? null : kernel.devices.byName(deviceName);
  if (deviceName !== null && named === null) {
    return process.fail(FAILED_EXIT, `SIOCSARP: ${ERRNO_TEXT.ENODEV}`);
  }
  const hop = kernel.routes.lookup(ip);
  const device = named ?? (hop?.type === 'unicast' ? hop.device : null);
  if (device === null) return process.fail(FAILED_EXIT, `SIOCSARP: ${ERRNO_TEXT.ENETUNREACH}`);
  const state = rest.includes('temp') ? 'STALE' : 'PERMANENT';
  kernel.neighbours.update(kernel.neighbours.findOrCreate(device, ip), mac, state, true, 'command');
  process.exit(0);
}

/** null: nobody knows the name, and the process has ended. */
function hostOf(process: Process, name: string | undefined): number | null {
  if (name === undefined) {
    process.fail(FAILED_EXIT, 'arp: need host name');
    return null;
  }
  const ip = resolveName(process.host, name);
  if (ip === null) process.fail(FAILED_EXIT, `${name}: Host name lookup failure`);
  return ip;
}
