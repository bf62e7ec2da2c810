/**
 * `ip address`: show, add, change, replace, delete, flush [m5-address-primary-secondary]. Not simulated:
 * peers, anycast, lifetimes, metrics and flags of addresses, scopes other than global, link and host, save
 * and restore.
 */
import type { Address, Scope } from '../linux/addresses.ts';
import type { Device } from '../linux/device.ts';
import { ipText, isInPrefix, isLoopback, maskOf } from '../wire/ip-address.ts';
import { briefColumns, firstLine, linkLine } from './device-text.ts';
import type { IpRun } from './ip-run.ts';
import { BAD_LINE, BAD_VALUE, begins, type IpWords, type TypedPrefix } from './ip-words.ts';

const USAGE = `Usage: ip address {add|change|replace} IFADDR dev IFNAME
       ip address del IFADDR dev IFNAME
       ip address flush [ dev IFNAME ] [ scope SCOPE-ID ] [ to PREFIX ]
                        [ primary | secondary ] [ label LABEL ] [up]
       ip address [ show [ dev IFNAME ] [ scope SCOPE-ID ] [ to PREFIX ]
                         [ primary | secondary ] [ label LABEL ] [up] ]
IFADDR := PREFIX [ broadcast ADDR ] [ label IFNAME ] [ scope SCOPE-ID ]
SCOPE-ID := [ host | link | global ]
`;

/** IFNAMSIZ without its final zero. */
const MAX_LABEL = 15;

export function ipAddress(run: IpRun): void {
  const { words } = run;
  if (!words.more) return show(run);
  const command = words.take();
  if (begins(command, 'add')) return modify(run, 'add');
  if (begins(command, 'change') || command === 'chg') return modify(run, 'replace');
  if (begins(command, 'replace')) return modify(run, 'replace');
  if (begins(command, 'delete')) return modify(run, 'delete');
  if (begins(command, 'show') || begins(command, 'list') || begins(command, 'lst')) return show(run);
  if (begins(command, 'flush')) return flush(run);
  if (begins(command, 'help')) return usage(run);
  run.unknownCommand(command, 'address', ['save', 'showdump', 'restore']);
}

function usage(run: IpRun): void {
  run.process.err(USAGE);
  run.process.exit(BAD_LINE);
}

// ── show and flush ─────────────────────────────────────────────────────────────────────────────────────────

interface Filter {
  device: Device | null;
  up: boolean;
  scope: Scope | null;
  secondary: boolean | null;
  to: TypedPrefix | null;
  label: RegExp | null;
}

const OTHER_FILTERS =
  /^(-?(dynamic|permanent|temporary|tentative|deprecated|dadfailed)|group|master|nomaster|type|vrf)$/;

/** null: complained, or help was asked for. */
function readFilter(run: IpRun): Filter | null {
  const { words, kernel } = run;
  const filter: Filter = { device: null, up: false, scope: null, secondary: null, to: null, label: null };
  while (words.more) {
    const word = words.take();
    if (word === 'to') filter.to = words.prefix(words.value());
    else if (word === 'scope') filter.scope = readScope(words, words.value(), 'invalid "scope"\n');
    else if (word === 'up') filter.up = true;
    else if (word === 'primary' || word === 'secondary') filter.secondary = word === 'secondary';
    else if (word === 'label') filter.label = pattern(words.value());
    else if (OTHER_FILTERS.test(word)) words.notSimulated(word);
    else if (begins(word, 'help')) {
      usage(run);
      return null;
    } else {
      const name = word === 'dev' ? words.value() : word;
      if (words.complaint !== null) break;
      if (filter.device !== null) words.garbage('dev', name);
      filter.device = kernel.devices.byName(name);
      if (filter.device === null) words.complain(BAD_VALUE, `Device "${name}" does not exist.`);
    }
  }
  return run.complained() ? null : filter;
}

/** `ens33*`: a pattern as fnmatch(3) reads it, with `*` and `?` alone. */
function pattern(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function readScope(words: IpWords, word: string, complaint: string): Scope | null {
  if (word === 'global' || word === 'link' || word === 'host') return word;
  if (word === 'site' || word === 'nowhere' || /^\d+$/.test(word)) words.notSimulated(word);
  else words.wrong(word, complaint);
  return null;
}

function matching(run: IpRun, filter: Filter, device: Device): readonly Address[] {
  if (run.form.family === 'link') return [];
  return run.kernel.addresses
    .onDevice(device)
    .filter(
      (address) =>
        (filter.scope === null || address.scope === filter.scope) &&
        (filter.secondary === null || address.secondary === filter.secondary) &&
        (filter.to === null || isInPrefix(address.ip, filter.to.ip, filter.to.length)) &&
        (filter.label === null || filter.label.test(address.label)),
    );
}

function devicesOf(run: IpRun, filter: Filter): readonly Device[] {
  const devices = filter.device === null ? run.kernel.devices.all : [filter.device];
  return devices.filter(({ up }) => up || !filter.up);
}

function show(run: IpRun): void {
  const filter = readFilter(run);
  if (filter === null) return;
  const { form, kernel, process } = run;
  if (form.statistics) return run.fail(BAD_LINE, 'Option "-s" is not simulated here, try "ip -help".');
  const inet = form.family === 'inet' || filter.to !== null;
  for (const device of devicesOf(run, filter)) {
    const addresses = matching(run, filter, device);
    const bare = kernel.addresses.onDevice(device).length === 0 && !inet;
    if (addresses.length === 0 && !bare && form.family !== 'link') continue;
    if (form.brief) process.out(briefLine(device, addresses));
    else if (form.oneLine) process.out(addresses.map(oneLine).join(''));
    else {
      if (filter.label === null) process.out(`${firstLine(device, false)}\n`);
      if (filter.label === null && !inet) process.out(`${linkLine(device)}\n`);
      for (const address of addresses) {
        process.out(`    ${addressText(address)}\n       ${LIFETIME}\n`);
      }
    }
  }
  process.exit(0);
}

const LIFETIME = 'valid_lft forever preferred_lft forever';

function addressText(address: Address): string {
  const { ip, length, broadcast, scope, secondary, label } = address;
  const brd = broadcast === null ? '' : ` brd ${ipText(broadcast)}`;
  return `inet ${ipText(ip)}/${length}${brd} scope ${scope}${secondary ? ' secondary' : ''} ${label}`;
}

function oneLine(address: Address): string {
  const { index, name } = address.device;
  return `${index}: ${name}    ${addressText(address)}\\       ${LIFETIME}\n`;
}

function briefLine(device: Device, addresses: readonly Address[]): string {
  const prefixes = addresses.map(({ ip, length }) => `${ipText(ip)}/${length} `);
  return `${briefColumns(device)}${prefixes.join('')}\n`;
}

function flush(run: IpRun): void {
  if (!run.words.more) return run.fail(BAD_VALUE, 'Flush requires arguments.');
  const filter = readFilter(run);
  if (filter === null) return;
  const { addresses } = run.kernel;
  for (const device of devicesOf(run, filter)) {
    // With promote_secondaries the next one steps up, so the list is read again each time.
    for (let next = matching(run, filter, device)[0]; next; next = matching(run, filter, device)[0]) {
      addresses.remove(device, next.ip, next.length);
    }
  }
  run.process.exit(0);
}

// ── add, replace, delete ───────────────────────────────────────────────────────────────────────────────────

interface Typed {
  local: TypedPrefix | null;
  device: string | null;
  label: string | null;
  /** `+` and `-`: all host bits ones, or zeros. */
  broadcast: number | '+' | '-' | null;
  scope: Scope | null;
}

const OTHER_WORDS: ReadonlySet<string> = new Set(
  'peer remote anycast home nodad mngtmpaddr noprefixroute autojoin proto'.split(' '),
);
const OTHER_BEGINNINGS = ['metric', 'priority', 'preference', 'valid_lft', 'preferred_lft'];

/** null: complained, or help was asked for. */
function readTyped(run: IpRun): Typed | null {
  const { words } = run;
  const typed: Typed = { local: null, device: null, label: null, broadcast: null, scope: null };
  while (words.more) {
    const word = words.take();
    if (begins(word, 'broadcast') || word === 'brd') {
      const value = words.value();
      if (typed.broadcast !== null) words.duplicate('broadcast', value);
      typed.broadcast = value === '+' || value === '-' ? value : words.address(value);
    } else if (word === 'scope') typed.scope = readScope(words, words.value(), 'invalid scope value.');
    else if (word === 'dev') typed.device = words.value();
    else if (word === 'label') typed.label = words.value();
    else if (OTHER_WORDS.has(word) || OTHER_BEGINNINGS.some((name) => begins(word, name))) {
      words.notSimulated(word);
    } else if (begins(word, 'help')) {
      usage(run);
      return null;
    } else {
      const text = word === 'local' ? words.value() : word;
      if (typed.local !== null) words.garbage('local', text);
      else typed.local = words.prefix(text);
    }
  }
  return run.complained() ? null : typed;
}

function modify(run: IpRun, command: 'add' | 'replace' | 'delete'): void {
  const typed = readTyped(run);
  if (typed === null) return;
  if (typed.device === null) {
    return run.fail(BAD_VALUE, 'Not enough information: "dev" argument is required.');
  }
  const { local } = typed;
  if (command === 'delete' && local !== null && !local.given) warnOfWildcard(run, local.ip);
  const device = run.words.device(typed.device, run.kernel);
  if (device === null) {
    run.complained();
    return;
  }
  if (local === null) return run.refused('RTNETLINK answers: Operation not supported');
  if ((typed.label ?? '').length > MAX_LABEL) {
    return run.refused('Error: Attribute failed policy validation.');
  }
  if (command === 'delete') remove(run, device, local, typed.label);
  else add(run, device, local, typed, command === 'replace');
}

function add(run: IpRun, device: Device, local: TypedPrefix, typed: Typed, replaces: boolean): void {
  const { ip, length } = local;
  const { addresses } = run.kernel;
  const present = addresses.onDevice(device).some((other) => other.ip === ip && other.length === length);
  if (present && replaces) return run.process.exit(0);
  const scope = typed.scope ?? (isLoopback(ip) ? 'host' : 'global');
  const broadcast = broadcastOf(typed.broadcast, local);
  const error = addresses.add(device, ip, length, { broadcast, scope, label: typed.label ?? device.name });
  if (error === null) return run.process.exit(0);
  run.refused(`Error: ipv4: ${error === 'EEXIST' ? 'Address already assigned' : 'Invalid scope value'}.`);
}

function broadcastOf(typed: Typed['broadcast'], { ip, length }: TypedPrefix): number | null {
  if (typed === '+') return ip | ~maskOf(length);
  if (typed === '-') return ip & maskOf(length);
  return typed;
}

/** Without a length the first address of that name goes, whatever its length. */
function remove(run: IpRun, device: Device, local: TypedPrefix, label: string | null): void {
  const { addresses } = run.kernel;
  const found = addresses
    .onDevice(device)
    .find(
      (other) =>
        other.ip === local.ip &&
        (!local.given || other.length === local.length) &&
        (label === null || other.label === label),
    );
  if (found === undefined) return run.refused('Error: ipv4: Address not found.');
  addresses.remove(device, found.ip, found.length);
  run.process.exit(0);
}

function warnOfWildcard(run: IpRun, ip: number): void {
  run.process.err(
    'Warning: Executing wildcard deletion to stay compatible with old scripts.\n' +
      `         Explicitly specify the prefix length (${ipText(ip)}/32) to avoid this warning.\n` +
      '         This special behaviour is likely to disappear in further releases,\n' +
      '         fix your scripts!\n',
  );
}
