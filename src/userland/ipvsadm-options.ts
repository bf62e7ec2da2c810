/**
 * The options of ipvsadm 1.31: how they are read, and which may stand with which command. Checked against the
 * real program, word for word [ipvsadm-1.31-usage]. Not here: what the options of tunnels demand of each
 * other.
 */
import type { OptionSpec } from './popt.ts';

/** As error messages call them. */
export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'list'
  | 'add-server'
  | 'delete-server'
  | 'edit-server'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'restore'
  | 'save'
  | 'zero';

/** In the order in which they are checked; the names are those of error messages. */
export const OPTION_NAMES = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const;

export type OptionName = (typeof OPTION_NAMES)[number];

export interface OptionRules {
  readonly required?: readonly OptionName[];
  readonly allowed?: readonly OptionName[];
  /** At most one of these. */
  readonly oneOf?: readonly OptionName[];
}

const SERVICE_RULES: OptionRules = {
  required: ['service-address'],
  allowed: ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'],
};

const SERVER_RULES: OptionRules = {
  required: ['service-address', 'real-server'],
  allowed: [
    ...(['forwarding-method', 'weight', 'u-threshold', 'l-threshold'] as const),
    ...(['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const),
  ],
};

export const RULES: Readonly<Record<CommandName, OptionRules>> = {
  'add-service': SERVICE_RULES,
  'edit-service': SERVICE_RULES,
  'delete-service': { required: ['service-address'] },
  flush: {},
  list: {
    allowed: [
      ...(['numeric', 'stats', 'rate', 'thresholds', 'persistent-conn'] as const),
      ...(['nosort', 'syncid', 'exact', 'tun-info'] as const),
    ],
    oneOf: ['connection', 'service-address', 'timeout', 'daemon'],
  },
  'add-server': SERVER_RULES,
  'delete-server': { required: ['service-address', 'real-server'] },
  'edit-server': SERVER_RULES,
  set: {},
  'start-daemon': {
    allowed: ['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'],
  },
  'stop-daemon': { allowed: ['syncid'] },
  restore: {},
  save: { allowed: ['numeric'] },
  zero: { allowed: ['service-address'] },
};

/** A name in the table below: what it does, whether it is a command or an option. */
export type Switch =
  | CommandName
  | Exclude<OptionName, 'service-address' | 'forwarding-method'>
  | 'help'
  | 'version'
  | 'tcp-service'
  | 'udp-service'
  | 'sctp-service'
  | 'fwmark-service'
  | 'masquerading'
  | 'ipip'
  | 'gatewaying'
  | 'sort'
  | 'ipv6';

function flag(name: Switch, short?: string, long: string = name): OptionSpec<Switch> {
  return short === undefined ? { name, long } : { name, long, short };
}

function valued(name: Switch, short?: string): OptionSpec<Switch> {
  return { ...flag(name, short), argument: 'required' };
}

export const SWITCHES: readonly OptionSpec<Switch>[] = [
  flag('add-service', 'A'),
  flag('edit-service', 'E'),
  flag('delete-service', 'D'),
  flag('flush', 'C', 'clear'),
  flag('list', 'L'),
  flag('list', 'l'),
  flag('zero', 'Z'),
  flag('add-server', 'a'),
  flag('edit-server', 'e'),
  flag('delete-server', 'd'),
  flag('set'),
  flag('help', 'h'),
  flag('version', 'v'),
  flag('restore', 'R'),
  flag('save', 'S'),
  valued('start-daemon'),
  valued('stop-daemon'),
  valued('tcp-service', 't'),
  valued('udp-service', 'u'),
  valued('sctp-service'),
  valued('fwmark-service', 'f'),
  valued('scheduler', 's'),
  { ...flag('persistent', 'p'), argument: 'optional' },
  valued('netmask', 'M'),
  valued('real-server', 'r'),
  flag('masquerading', 'm'),
  flag('ipip', 'i'),
  flag('gatewaying', 'g'),
  valued('weight', 'w'),
  valued('u-threshold', 'x'),
  valued('l-threshold', 'y'),
  flag('numeric', 'n'),
  flag('connection', 'c'),
  valued('mcast-interface'),
  valued('mcast-group'),
  valued('mcast-port'),
  valued('mcast-ttl'),
  valued('syncid'),
  valued('sync-maxlen'),
  flag('timeout'),
  flag('daemon'),
  flag('stats'),
  flag('rate'),
  flag('thresholds'),
  flag('persistent-conn'),
  flag('nosort'),
  flag('sort'),
  flag('exact', 'X'),
  flag('ipv6', '6'),
  flag('ops', 'o'),
  valued('pe'),
  valued('sched-flags', 'b'),
  flag('tun-info'),
  valued('tun-type'),
  valued('tun-port'),
  flag('tun-nocsum'),
  flag('tun-csum'),
  flag('tun-remcsum'),
];

/** Why these options cannot stand together; null: they can. */
export function checkOptions(command: CommandName, given: ReadonlySet<OptionName>): string | null {
  const { required = [], allowed = [], oneOf = [] } = RULES[command];
  let chosen: OptionName | null = null;
  for (const name of OPTION_NAMES) {
    if (!given.has(name)) {
      if (!required.includes(name)) continue;
      return `You need to supply the '${name}' option for the '${command}' command`;
    }
    if (required.includes(name) || allowed.includes(name)) continue;
    if (!oneOf.includes(name)) return `Illegal '${name}' option with the '${command}' command`;
    if (chosen !== null) {
      return `The option '${name}' conflicts with the '${chosen}' option in the '${command}' command`;
    }
    chosen = name;
  }
  return null;
}
