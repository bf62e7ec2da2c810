/**
 * What `ipvsadm -L` and `-S` print, to the last blank [D-format-01], [C-bignum-01]. Services and servers are
 * sorted by address as a signed difference, which is how 192.168.100.10 comes before 10.0.0.9.
 */
import { SECOND } from '../engine/time.ts';
import type { Conn } from '../ipvs/conn.ts';
import type { Destination, ForwardingMethod } from '../ipvs/destination.ts';
import type { Ipvs } from '../ipvs/ipvs.ts';
import type { Service } from '../ipvs/service.ts';
import type { Counters, Statistics } from '../ipvs/statistics.ts';
import { TCP_STATE_NAMES } from '../ipvs/tcp-states.ts';
import { TCP } from '../wire/ipv4.ts';
import { addressText, type NameResolver } from './ipvsadm-address.ts';

export type ListForm = 'plain' | 'stats' | 'rate' | 'thresholds' | 'persistent-conn' | 'tun-info' | 'rules';

export interface ListOptions {
  readonly form: ListForm;
  /** null: numeric. */
  readonly names: NameResolver | null;
  readonly sorted: boolean;
  /** Large numbers in full. */
  readonly exact: boolean;
}

const METHOD_NAMES: Readonly<Record<ForwardingMethod, string>> = {
  route: 'Route',
  masq: 'Masq',
  tunnel: 'Tunnel',
};
const METHOD_OPTIONS: Readonly<Record<ForwardingMethod, string>> = { route: '-g', masq: '-m', tunnel: '-i' };

const LOCAL_COLUMN = 'Prot LocalAddress:Port'.padEnd(33);
const SCHEDULER_LINE = 'Prot LocalAddress:Port Scheduler Flags\n';

const TITLES: Readonly<Record<ListForm, string>> = {
  plain: `${SCHEDULER_LINE}  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n`,
  stats: `${LOCAL_COLUMN}    Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\n`,
  rate: `${LOCAL_COLUMN}      CPS    InPPS   OutPPS    InBPS   OutBPS\n  -> RemoteAddress:Port\n`,
  thresholds: `${LOCAL_COLUMN} Uthreshold Lthreshold ActiveConn InActConn \n  -> RemoteAddress:Port\n`,
  'persistent-conn': `${LOCAL_COLUMN} Weight    PersistConn ActiveConn InActConn \n  -> RemoteAddress:Port\n`,
  'tun-info': `${SCHEDULER_LINE}  -> RemoteAddress:Port           Forward TunnelInfo    Weight \
ActiveConn InActConn\n`,
  rules: '',
};

/** The whole table. The size is that of the kernel's connection hash, 2^12. */
export function listAll(ipvs: Ipvs, options: ListOptions): string {
  const head = options.form === 'rules' ? '' : 'IP Virtual Server version 1.2.1 (size=4096)\n';
  const services = options.sorted ? mergeSort(ipvs.services, compareServices) : ipvs.services;
  return (
    head + TITLES[options.form] + services.map((service) => serviceText(ipvs, service, options)).join('')
  );
}

export function listService(ipvs: Ipvs, service: Service, options: ListOptions): string {
  return TITLES[options.form] + serviceText(ipvs, service, options);
}

export function listTimeouts({ timeouts: { tcp, tcpFin, udp } }: Ipvs): string {
  return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;
}

/** `withEngine`: the columns of persistence engines, of which there are none. */
export function listConnections(ipvs: Ipvs, names: NameResolver | null, withEngine: boolean): string {
  const columns = `${'state'.padEnd(11)} ${'source'.padEnd(18)} ${'virtual'.padEnd(18)} `;
  const last = withEngine ? `${'destination'.padEnd(18)} ${'pe name'.padEnd(16)} pe_data` : 'destination';
  const rows = ipvs.connectionList().map((conn) => connectionText(ipvs, conn, names));
  return `IPVS connection entries\npro expire ${columns}${last}\n${rows.join('')}`;
}

function connectionText(ipvs: Ipvs, conn: Conn, names: NameResolver | null): string {
  const { protocol, clientIp, clientPort, vip, vport, destination } = conn;
  const seconds = Math.floor(ipvs.remainingNs(conn) / SECOND);
  const expire = `${padTwo(Math.floor(seconds / 60))}:${padTwo(seconds % 60)}`;
  const isTcp = protocol === TCP;
  const state = isTcp ? (TCP_STATE_NAMES[conn.state] as string) : 'UDP';
  const source = addressText(clientIp, clientPort, protocol, names).padEnd(18);
  const virtual = addressText(vip, vport, protocol, names).padEnd(18);
  const server = addressText(destination.ip, destination.port, protocol, names);
  return `${isTcp ? 'TCP' : 'UDP'} ${expire.padEnd(6)} ${state.padEnd(11)} ${source} ${virtual} ${server}\n`;
}

function padTwo(value: number): string {
  return String(value).padStart(2, '0');
}

// ── services and servers ───────────────────────────────────────────────────────────────────────────────────

function serviceText(ipvs: Ipvs, service: Service, options: ListOptions): string {
  const { key, scheduler, stats } = service;
  const { form, names } = options;
  const address = addressText(key.vip, key.port, key.protocol, names);
  const isTcp = key.protocol === TCP;
  const rule = `${isTcp ? '-t' : '-u'} ${address}`;
  let line = `${isTcp ? 'TCP' : 'UDP'}  ${address}`;
  if (form === 'rules') line = `-A ${rule} -s ${scheduler.name}`;
  else if (form === 'stats' || form === 'rate') line = line.padEnd(33) + numbers(ipvs, stats, options);
  else line += ` ${scheduler.name}`;
  const servers = options.sorted
    ? mergeSort(service.destinations, compareDestinations)
    : service.destinations;
  const rows = servers.map((server) =>
    form === 'rules' ? ruleText(rule, server, names) : serverText(ipvs, server, options),
  );
  return `${line}\n${rows.join('')}`;
}

function ruleText(service: string, server: Destination, names: NameResolver | null): string {
  const address = addressText(server.ip, server.port, server.service.key.protocol, names);
  return `-a ${service} -r ${address} ${METHOD_OPTIONS[server.method]} -w ${server.weight}\n`;
}

function serverText(ipvs: Ipvs, server: Destination, options: ListOptions): string {
  const { ip, port, weight, upperThreshold, lowerThreshold, persistConns } = server;
  const address = addressText(ip, port, server.service.key.protocol, options.names).padEnd(28);
  const conns = [column(server.activeConns, 10), column(server.inactConns, 10)];
  const method = METHOD_NAMES[server.method].padEnd(7);
  const cells: Record<Exclude<ListForm, 'stats' | 'rate' | 'rules'>, readonly string[]> = {
    plain: [method, column(weight, 6), ...conns],
    thresholds: [column(upperThreshold, 10), column(lowerThreshold, 10), ...conns],
    'persistent-conn': [column(weight, 9), column(persistConns, 11), ...conns],
    'tun-info': [method, 'n/a'.padEnd(13), column(weight, 6), ...conns],
  };
  const { form } = options;
  if (form === 'rules') return '';
  if (form === 'stats' || form === 'rate') {
    return `  -> ${address}${numbers(ipvs, server.stats, options)}\n`;
  }
  return `  -> ${[address, ...cells[form]].join(' ')}\n`;
}

function column(value: number, width: number): string {
  return String(value).padEnd(width);
}

function numbers(ipvs: Ipvs, stats: Statistics, { form, exact }: ListOptions): string {
  const { nowNs } = ipvs.kernel.engine;
  const counters: Counters = form === 'rate' ? stats.rates(nowNs) : stats.totals(nowNs);
  const { conns, inPkts, outPkts, inBytes, outBytes } = counters;
  return [conns, inPkts, outPkts, inBytes, outBytes].map((value) => largeNumber(value, exact)).join('');
}

/** From 100 million on in thousands, and so on, cut off rather than rounded. */
export function largeNumber(value: number, exact: boolean): string {
  if (exact || value < 1e8) return ` ${String(value).padStart(8)}`;
  const [unit, letter] =
    value < 1e9 ? [1e3, 'K'] : value < 1e11 ? [1e6, 'M'] : value < 1e14 ? [1e9, 'G'] : [1e12, 'T'];
  return `${String(Math.floor(value / unit)).padStart(8)}${letter}`;
}

// ── order ──────────────────────────────────────────────────────────────────────────────────────────────────

function compareServices(a: Service, b: Service): number {
  return a.key.protocol - b.key.protocol || (a.key.vip - b.key.vip) | 0 || a.key.port - b.key.port;
}

function compareDestinations(a: Destination, b: Destination): number {
  return (a.ip - b.ip) | 0 || a.port - b.port;
}

/** glibc's qsort. Signed differences are no total order, so the result depends on how one sorts. */
function mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): T[] {
  if (items.length < 2) return [...items];
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const sorted: T[] = [];
  for (;;) {
    const [a] = left;
    const [b] = right;
    if (a === undefined || b === undefined) return [...sorted, ...left, ...right];
    if (compare(a, b) <= 0) {
      sorted.push(a);
      left.shift();
    } else {
      sorted.push(b);
      right.shift();
    }
  }
}
