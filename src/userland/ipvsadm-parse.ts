/**
 * A command line of ipvsadm, read into what it asks for, or the words with which ipvsadm ends: values are
 * judged as they come, then what is left over, then the combination. Exit codes and texts: [D-errors-01],
 * [ipvsadm-1.31-usage].
 */
import type { ForwardingMethod } from '../ipvs/destination.ts';
import { isMulticast } from '../wire/ip-address.ts';
import { TCP, UDP } from '../wire/ipv4.ts';
import { inetAton, isIpv6, type NameResolver, readAddress, readNumber } from './ipvsadm-address.ts';
import {
  type CommandName,
  checkOptions,
  type OptionName,
  RULES,
  SWITCHES,
  type Switch,
} from './ipvsadm-options.ts';
import { TRY_HELP, USAGE_TEXT, VERSION_TEXT } from './ipvsadm-usage.ts';
import { type GivenOption, Popt } from './popt.ts';

export const SCTP = 132;
const USAGE_EXIT = 2;
const REFUSED_EXIT = 255;
const DEFAULT_SCHEDULER = 'wlc';
const MAX_INT = 0x7fffffff;
const MAX_UINT = 0xffffffff;
const MAX_TIMEOUT_S = 86_400 * 31;

/** How a run ended. `final`: the program exits there, even in the middle of what -R reads. */
export interface Ending {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
  readonly final: boolean;
}

export interface Target {
  family: 4 | 6;
  ip: number;
  port: number;
}

export interface ServiceTarget extends Target {
  protocol: number;
  /** 0: the service has an address. */
  fwmark: number;
}

export class Invocation {
  readonly given = new Set<OptionName>();
  readonly service: ServiceTarget = { protocol: 0, family: 4, ip: 0, port: 0, fwmark: 0 };
  readonly server: Target = { family: 4, ip: 0, port: 0 };
  method: ForwardingMethod = 'route';
  scheduler = '';
  schedulerFlags = '';
  /** Numbers of options that have one. */
  readonly numbers = new Map<OptionName, number>();
  mcastInterface = 'eth0';
  readonly timeouts: number[] = [];

  constructor(readonly command: CommandName) {}
}

/** Options whose value is a whole number: least, greatest, and what is said of any other value. */
const NUMERIC: Partial<Record<Switch, readonly [number, number, string]>> = {
  weight: [0, MAX_INT, 'illegal weight specified'],
  'u-threshold': [0, MAX_INT, 'illegal u_threshold specified'],
  'l-threshold': [0, MAX_INT, 'illegal l_threshold specified'],
  syncid: [0, 255, 'illegal syncid specified'],
  'sync-maxlen': [1, 65_507, 'illegal sync-maxlen specified'],
  'mcast-port': [1, 0xffff, 'illegal mcast-port specified'],
  'mcast-ttl': [1, 255, 'illegal mcast-ttl specified'],
  'tun-port': [1, 0xffff, 'illegal tunnel port specified'],
};

/** The schedulers whose flags they are; flag-1 to flag-3 are anybody's. */
const SCHEDULER_FLAGS: ReadonlyMap<string, string | null> = new Map([
  ['flag-1', null],
  ['flag-2', null],
  ['flag-3', null],
  ['sh-fallback', 'sh'],
  ['sh-port', 'sh'],
  ['mh-fallback', 'mh'],
  ['mh-port', 'mh'],
]);

const PROTOCOLS: Partial<Record<Switch, number>> = {
  'tcp-service': TCP,
  'udp-service': UDP,
  'sctp-service': SCTP,
};

const METHODS: Partial<Record<Switch, ForwardingMethod>> = {
  masquerading: 'masq',
  ipip: 'tunnel',
  gatewaying: 'route',
};

export function failure(line: string, exit = USAGE_EXIT): Ending {
  return { stdout: '', stderr: `${line}\n`, exit, final: true };
}

export const TRY_HELP_ENDING: Ending = { stdout: '', stderr: TRY_HELP, exit: REFUSED_EXIT, final: true };

export function isEnding(result: Invocation | Ending): result is Ending {
  return 'final' in result;
}

export function readInvocation(words: readonly string[], names: NameResolver): Invocation | Ending {
  const popt = new Popt(SWITCHES, words);
  const first = popt.next();
  if (first === null || 'error' in first) return TRY_HELP_ENDING;
  const invocation = readCommand(first);
  if (isEnding(invocation)) return invocation;
  for (let option = popt.next(); option !== null; option = popt.next()) {
    if ('error' in option) return { ...failure(option.error, REFUSED_EXIT), final: false };
    const refused = readOption(invocation, option, names);
    if (refused !== null) return failure(refused);
  }
  const refused = readArguments(invocation, popt) ?? checkInvocation(invocation);
  return refused === null ? invocation : failure(refused);
}

function readCommand({ name, value }: GivenOption<Switch>): Invocation | Ending {
  if (name === 'help') return { stdout: VERSION_TEXT + USAGE_TEXT, stderr: '', exit: 0, final: true };
  if (name === 'version') return { stdout: VERSION_TEXT, stderr: '', exit: 0, final: true };
  if (!(name in RULES)) return TRY_HELP_ENDING;
  if (value !== null && value !== 'master' && value !== 'backup') {
    return failure(
      `illegal ${name === 'start-daemon' ? 'start-daemon parameter' : 'start_daemon'} specified`,
    );
  }
  return new Invocation(name as CommandName);
}

/** Takes an option in; the reason when its value is no good. */
function readOption(
  invocation: Invocation,
  { name, value, word }: GivenOption<Switch>,
  names: NameResolver,
): string | null {
  const protocol = PROTOCOLS[name];
  const method = METHODS[name];
  if (name in RULES || name === 'help' || name === 'version') return `invalid option \`${word}'`;
  if (name === 'sort') return null;
  if (name === 'ipv6') return invocation.service.fwmark === 0 ? '-6 used before -f\n' : useIpv6(invocation);
  let option = name as OptionName;
  if (protocol !== undefined || name === 'fwmark-service') option = 'service-address';
  if (method !== undefined) option = 'forwarding-method';
  if (invocation.given.has(option)) return `multiple '${option}' options specified`;
  invocation.given.add(option);
  if (method !== undefined) invocation.method = method;
  if (protocol !== undefined) return readService(invocation, protocol, value ?? '', names);
  return readValue(invocation, name, option, value, names);
}

function useIpv6({ service }: Invocation): null {
  service.family = 6;
  return null;
}

function readValue(
  invocation: Invocation,
  name: Switch,
  option: OptionName,
  value: string | null,
  names: NameResolver,
): string | null {
  const text = value ?? '';
  const range = NUMERIC[name];
  if (range !== undefined) {
    const number = readNumber(text, range[0], range[1]);
    if (number === null) return range[2];
    invocation.numbers.set(option, number);
    return null;
  }
  switch (name) {
    case 'fwmark-service':
      invocation.service.fwmark = readNumber(text, 1, MAX_UINT) ?? 0;
      return invocation.service.fwmark === 0 ? `invalid fwmark value \`${text}' specified` : null;
    case 'real-server':
      return readServer(invocation, text, names);
    case 'persistent':
      return value === null || readNumber(value, 1, MAX_TIMEOUT_S) !== null ? null : badTimeout(value);
    case 'netmask':
      return readNetmask(invocation, text, names);
    case 'mcast-group':
      return refusesGroup(text);
    case 'tun-type':
      return ['ipip', 'gue', 'gre'].includes(text) ? null : 'illegal tunnel type specified';
    case 'scheduler':
      invocation.scheduler = text;
      return null;
    case 'sched-flags':
      invocation.schedulerFlags = text;
      return null;
    case 'mcast-interface':
      invocation.mcastInterface = text;
      return null;
    default:
      return null;
  }
}

function readService(
  { service }: Invocation,
  protocol: number,
  text: string,
  names: NameResolver,
): string | null {
  service.protocol = protocol;
  const address = readAddress(text, protocol, names);
  if (address === null) return 'illegal virtual server address[:port] specified';
  service.family = address.family;
  service.ip = address.ip;
  service.port = address.port ?? 0;
  return null;
}

/** A server without a port has the service's, as far as the service was named before. */
function readServer({ service, server }: Invocation, text: string, names: NameResolver): string | null {
  const address = readAddress(text, service.protocol, names);
  if (address === null) return 'illegal real server address[:port] specified';
  server.family = address.family;
  server.ip = address.ip;
  server.port = address.port ?? service.port;
  return null;
}

function readNetmask({ service }: Invocation, text: string, names: NameResolver): string | null {
  if (service.family === 6) {
    const bits = Number.parseInt(text, 10);
    return bits >= 1 && bits <= 128 ? null : 'illegal ipv6 netmask specified';
  }
  const mask = inetAton(text) ?? names.addressOf(text);
  return mask === null ? 'illegal virtual server persistent mask specified' : null;
}

function refusesGroup(text: string): string | null {
  if (text.includes(':')) {
    return isIpv6(text) && /^ff/i.test(text) ? null : `invalid IPv6 mcast-group \`${text}'`;
  }
  const group = inetAton(text);
  return group !== null && isMulticast(group) ? null : `invalid IPv4 mcast-group \`${text}'`;
}

function badTimeout(text: string): string {
  return `invalid timeout value \`${text}' specified`;
}

function readArguments(invocation: Invocation, popt: Popt<Switch>): string | null {
  if (invocation.command === 'set') {
    const texts = [popt.argument(), popt.argument(), popt.argument()];
    if (texts.includes(null)) return '--set option requires 3 timeout values';
    for (const text of texts) {
      const seconds = readNumber(text ?? '', 0, MAX_TIMEOUT_S);
      if (seconds === null) return badTimeout(text ?? '');
      invocation.timeouts.push(seconds);
    }
  }
  const extra = popt.argument();
  return extra === null ? null : `unexpected argument ${extra}`;
}

/** What the options say together. */
function checkInvocation(invocation: Invocation): string | null {
  const { command, given, service, server } = invocation;
  const refused = checkSchedulerFlags(invocation) ?? checkOptions(command, given);
  if (refused !== null) return refused;
  if (command === 'add-service' || command === 'edit-service') {
    if (service.fwmark === 0 && service.port === 0 && !given.has('persistent')) {
      return 'Zero port specified for non-persistent service';
    }
    if (given.has('ops') && service.fwmark === 0 && service.protocol !== UDP) {
      return 'One-Packet Scheduling is only for UDP virtual services';
    }
    if (invocation.scheduler === '') invocation.scheduler = DEFAULT_SCHEDULER;
  }
  if (command === 'add-server' || command === 'edit-server') {
    if (invocation.method !== 'tunnel') {
      if ([...given].some((name) => name.startsWith('tun-'))) {
        return 'Tunnel options conflict with forward method';
      }
      if (service.family !== server.family) {
        return 'Different address family is allowed only for tunneling servers';
      }
    }
    if (service.fwmark === 0 && invocation.method !== 'masq') server.port = service.port;
  }
  return command === 'list' ? checkList(given) : null;
}

function checkSchedulerFlags({ scheduler, schedulerFlags }: Invocation): string | null {
  for (const flag of schedulerFlags.split(',')) {
    if (flag === '') continue;
    const owner = SCHEDULER_FLAGS.get(flag);
    if (owner === undefined) return `invalid scheduler flag \`${flag}'`;
    if (owner !== null && owner !== scheduler) return `incompatible scheduler flag \`${flag}'`;
  }
  return null;
}

function checkList(given: ReadonlySet<OptionName>): string | null {
  const some = (...names: readonly OptionName[]) => names.some((name) => given.has(name));
  const numbers = some('connection', 'timeout', 'daemon') && some('stats', 'rate', 'thresholds');
  const settings = some('timeout', 'daemon') && some('persistent-conn');
  return numbers || settings ? 'options conflicts in the list command' : null;
}
