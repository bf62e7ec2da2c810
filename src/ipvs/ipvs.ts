/**
 * The kernel's IPVS: virtual services and their servers, changed by commands as ipvsadm and keepalived give
 * them, and the hooks by which packets get here. A director without services has no hooks. Not simulated, and
 * refused with EOPNOTSUPP: schedulers but rr, masquerading and tunnels. Absent altogether: persistence,
 * fwmark services, SCTP, IPv6, one-packet scheduling, the sync daemon, secure_tcp. Source: Linux 6.1
 * as recorded, ip_vs_ctl.c.
 */
import type { Kernel } from '../linux/kernel.ts';
import { isMulticast } from '../wire/ip-address.ts';
import { TCP, type UDP } from '../wire/ipv4.ts';
import type { Conn } from './conn.ts';
import { Connections } from './connections.ts';
import { Destination, type DestinationKey, type DestinationOptions } from './destination.ts';
import {
  DESTINATION_EXISTS,
  INVALID_OPERATION,
  type IpvsError,
  NO_SUCH_DESTINATION,
  NO_SUCH_SERVICE,
  notSimulated,
  OUT_OF_RANGE,
  SERVICE_EXISTS,
  SERVICE_NOT_DEFINED,
} from './errors.ts';
import { PacketPath } from './packet-path.ts';
import type { IpvsDestinationRecord } from './records.ts';
import { schedulerNamed } from './scheduler.ts';
import { Service, type ServiceKey, type ServiceOptions } from './service.ts';
import { EstimatorClock, Statistics } from './statistics.ts';
import type { Timeouts } from './tcp-states.ts';
import { Trash } from './trash.ts';

/** linux/netfilter_ipv4.h */
const NF_IP_PRI_NAT_SRC = 100;
const NF_IP_PRI_NAT_DST = -100;
/**
 * Requests of others come just before source NAT, those of this host just after destination NAT
 * (ip_vs_core.c).
 */
export const REMOTE_REQUEST_PRIORITY = NF_IP_PRI_NAT_SRC - 1;
export const LOCAL_REQUEST_PRIORITY = NF_IP_PRI_NAT_DST + 2;

/** Timeouts are jiffies in an int, at a hundred a second. */
const MAX_TIMEOUT_S = Math.floor(0x7fffffff / 100);
const MAX_WEIGHT = 0x7fffffff;

export class Ipvs {
  /** Of all services since boot: /proc/net/ip_vs_stats. */
  readonly total: Statistics;
  private readonly clock = new EstimatorClock();
  private readonly table = new Map<number, Service>();
  private readonly connections: Connections;
  private readonly trash: Trash;
  private readonly path: PacketPath;
  private unregister: (() => void) | null = null;

  constructor(readonly kernel: Kernel) {
    this.total = new Statistics(this.clock);
    this.connections = new Connections(kernel);
    this.trash = new Trash(kernel);
    const lookup = (protocol: typeof TCP | typeof UDP, vip: number, port: number) =>
      this.lookup(protocol, vip, port) ?? this.lookup(protocol, vip, 0);
    this.path = new PacketPath(kernel, this.connections, lookup, this.total);
  }

  // ── what is there ────────────────────────────────────────────────────────────────────────────────────────

  /** In order of their making. */
  get services(): readonly Service[] {
    return [...this.table.values()];
  }

  service(key: ServiceKey): Service | null {
    return this.lookup(key.protocol, key.vip, key.port);
  }

  get timeouts(): Timeouts {
    return this.connections.timeouts;
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** Sorted by protocol, client, virtual address. */
  connectionList(): readonly Conn[] {
    return this.connections.list();
  }

  /** Nanoseconds until the entry expires. */
  remainingNs(conn: Conn): number {
    return this.connections.remainingNs(conn);
  }

  // ── services ─────────────────────────────────────────────────────────────────────────────────────────────

  addService(key: ServiceKey, options: ServiceOptions): IpvsError | null {
    if (this.service(key) !== null) return SERVICE_EXISTS;
    const scheduler = schedulerNamed(options.scheduler);
    if (typeof scheduler !== 'function') return scheduler;
    const { nowNs } = this.kernel.engine;
    if (this.unregister === null) this.begin(nowNs);
    const service = new Service(key, scheduler, this.clock);
    service.stats.resume(nowNs);
    this.table.set(tableKey(key.protocol, key.vip, key.port), service);
    return null;
  }

  editService(key: ServiceKey, options: ServiceOptions): IpvsError | null {
    const service = this.service(key);
    if (service === null) return NO_SUCH_SERVICE;
    const scheduler = schedulerNamed(options.scheduler);
    if (typeof scheduler !== 'function') return scheduler;
    service.changeScheduler(options.scheduler, scheduler);
    return null;
  }

  deleteService(key: ServiceKey): IpvsError | null {
    const service = this.service(key);
    if (service === null) return NO_SUCH_SERVICE;
    this.table.delete(tableKey(key.protocol, key.vip, key.port));
    for (const destination of [...service.destinations]) this.discard(service, destination);
    this.dropOrphans();
    if (this.table.size === 0) this.unhook();
    return null;
  }

  /** `ipvsadm -C`: every service goes; connection entries stay bound to their servers. */
  flush(): void {
    for (const { key } of this.services) this.deleteService(key);
  }

  /** `ipvsadm -Z`: counters and rates of one service with its servers, or of everything. */
  zero(key: ServiceKey | null): IpvsError | null {
    const { nowNs } = this.kernel.engine;
    const service = key === null ? null : this.service(key);
    if (key !== null && service === null) return NO_SUCH_SERVICE;
    for (const { stats, destinations } of service === null ? this.services : [service]) {
      stats.zero(nowNs);
      for (const destination of destinations) destination.stats.zero(nowNs);
    }
    if (service === null) this.total.zero(nowNs);
    return null;
  }

  /** `ipvsadm --set`, in seconds; 0 leaves a value as it is. */
  setTimeouts(tcp: number, tcpFin: number, udp: number): IpvsError | null {
    if ([tcp, tcpFin, udp].some((value) => value < 0 || value > MAX_TIMEOUT_S)) return INVALID_OPERATION;
    this.timeouts.set(tcp, tcpFin, udp);
    return null;
  }

  // ── servers ──────────────────────────────────────────────────────────────────────────────────────────────

  addDestination(serviceKey: ServiceKey, key: DestinationKey, options: DestinationOptions): IpvsError | null {
    const service = this.service(serviceKey);
    if (service === null) return SERVICE_NOT_DEFINED;
    if (!isInRange(options)) return OUT_OF_RANGE;
    if (service.find(key) !== null) return DESTINATION_EXISTS;
    const refused = refusesMethod(options);
    if (refused !== null) return refused;
    const { nowNs } = this.kernel.engine;
    let destination = this.trash.take(serviceKey, key);
    if (destination === null) {
      if (!this.isUnicast(key.ip)) return INVALID_OPERATION;
      destination = new Destination(service, key.ip, key.port, this.clock);
    } else if (destination.service !== service) {
      destination.stats.zero(nowNs);
      destination.service = service;
    }
    destination.stats.resume(nowNs);
    destination.available = true;
    destination.configure(options);
    service.add(destination);
    this.record('added', destination);
    return null;
  }

  editDestination(
    serviceKey: ServiceKey,
    key: DestinationKey,
    options: DestinationOptions,
  ): IpvsError | null {
    const service = this.service(serviceKey);
    if (service === null) return SERVICE_NOT_DEFINED;
    if (!isInRange(options)) return OUT_OF_RANGE;
    const destination = service.find(key);
    if (destination === null) return NO_SUCH_DESTINATION;
    const refused = refusesMethod(options);
    if (refused !== null) return refused;
    const { weight } = destination;
    destination.configure(options);
    service.scheduler.destinationEdited(service, destination);
    if (destination.weight !== weight) this.record('weight', destination);
    return null;
  }

  deleteDestination(serviceKey: ServiceKey, key: DestinationKey): IpvsError | null {
    const service = this.service(serviceKey);
    if (service === null) return SERVICE_NOT_DEFINED;
    const destination = service.find(key);
    if (destination === null) return NO_SUCH_DESTINATION;
    this.discard(service, destination);
    this.dropOrphans();
    return null;
  }

  private discard(service: Service, destination: Destination): void {
    service.remove(destination);
    destination.available = false;
    destination.stats.pause(this.kernel.engine.nowNs);
    this.trash.put(destination);
    this.record('removed', destination);
  }

  /**
   * With expire_nodest_conn the entries of deleted servers go at once, before any packet of theirs
   * [A-stale-03].
   */
  private dropOrphans(): void {
    if (this.kernel.sysctl.number('net.ipv4.vs.expire_nodest_conn') !== 0) {
      this.connections.expireWithoutDestination();
    }
  }

  /** inet_addr_type: an own address counts, the zero network, groups and broadcasts do not. */
  private isUnicast(ip: number): boolean {
    return ip >>> 24 !== 0 && !isMulticast(ip) && !this.kernel.addresses.isBroadcast(ip);
  }

  // ── hooks ────────────────────────────────────────────────────────────────────────────────────────────────

  private begin(nowNs: number): void {
    this.clock.start(nowNs);
    this.total.resume(nowNs);
    const { netfilter } = this.kernel;
    const receive = this.path.receive.bind(this.path);
    const hooks = [
      netfilter.register('LOCAL_IN', REMOTE_REQUEST_PRIORITY, receive),
      netfilter.register('LOCAL_OUT', LOCAL_REQUEST_PRIORITY, receive),
    ];
    this.unregister = () => {
      for (const unregister of hooks) unregister();
    };
  }

  private unhook(): void {
    this.unregister?.();
    this.unregister = null;
  }

  private lookup(protocol: typeof TCP | typeof UDP, vip: number, port: number): Service | null {
    return this.table.get(tableKey(protocol, vip, port)) ?? null;
  }

  private record(op: IpvsDestinationRecord['op'], { service, ip, port, weight }: Destination): void {
    const { protocol, vip, port: vport } = service.key;
    const { engine, hostName: host } = this.kernel;
    const kind = 'ipvs-destination';
    engine.record<IpvsDestinationRecord>({ host, kind, op, protocol, vip, vport, ip, port, weight });
  }
}

function tableKey(protocol: typeof TCP | typeof UDP, vip: number, port: number): number {
  return ((protocol === TCP ? 0 : 0x10000) + port) * 2 ** 32 + (vip >>> 0);
}

function isInRange({ weight, upperThreshold = 0, lowerThreshold = 0 }: DestinationOptions): boolean {
  return weight >= 0 && weight <= MAX_WEIGHT && lowerThreshold <= upperThreshold;
}

function refusesMethod({ method }: DestinationOptions): IpvsError | null {
  if (method === 'route') return null;
  return notSimulated(method === 'masq' ? 'masquerading (-m)' : 'tunneling (-i)');
}
