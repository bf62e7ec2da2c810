/**
 * The neighbour table: who has which address, and how sure the host is. States and timers are those of
 * net/core/neighbour.c as recorded [m4-*, m3a, m3b]; times are nominal, without the lateness of the kernel's
 * timer wheel. Not modelled: garbage collection, which only begins above 128 entries.
 */
import { MS, SECOND } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import type { Ipv4 } from '../wire/ipv4.ts';
import { ipv4Length } from '../wire/ipv4-length.ts';
import type { Mac } from '../wire/mac.ts';
import type { Device } from './device.ts';
import type { Kernel } from './kernel.ts';
import type { NeighbourRecord } from './records.ts';

export type NudState =
  | 'NONE'
  | 'INCOMPLETE'
  | 'REACHABLE'
  | 'STALE'
  | 'DELAY'
  | 'PROBE'
  | 'FAILED'
  | 'PERMANENT';

/**
 * Memory a queued packet is charged with (net/core/skbuff.c): the sk_buff, and its buffer with the room for
 * the link's header and the shared info, from a cache of small heads or rounded up to a power of two.
 */
const SKB_BYTES = 256;
const LINK_ROOM_BYTES = 31;
const SHARED_INFO_BYTES = 320;
const SMALL_HEAD_BYTES = 576;
const REDRAW_NS = 300 * SECOND;

/** At 250 ticks a second; no timer of this table runs for less than two of them. */
const TICK_NS = 4 * MS;
const SHORTEST_NS = 2 * TICK_NS;

export class Neighbour {
  mac: Mac | null = null;
  state: NudState = 'NONE';
  /**
   * When state or address last changed, when last confirmed, when a packet last had to ask: jiffies of the
   * kernel.
   */
  updatedNs = 0;
  confirmedNs = 0;
  usedNs = 0;
  probes = 0;
  /** No longer in the table: whoever kept a reference has to look it up again. */
  removed = false;
  readonly queue: Ipv4[] = [];
  queueBytes = 0;
  readonly timer: Timer;

  constructor(
    readonly table: Neighbours,
    readonly device: Device,
    readonly ip: number,
  ) {
    this.timer = table.kernel.timer(() => table.expired(this));
  }

  get connected(): boolean {
    return this.state === 'REACHABLE' || this.state === 'PERMANENT';
  }

  /** Is there an address to send to? */
  get valid(): boolean {
    return this.state !== 'NONE' && this.state !== 'INCOMPLETE' && this.state !== 'FAILED';
  }
}

/** What neighbour discovery asks of ARP. */
export interface Solicitor {
  solicit(neighbour: Neighbour, unicast: boolean): void;
}

export class Neighbours {
  private readonly tables = new Map<Device, Map<number, Neighbour>>();
  private readonly drawn = new Map<Device, { base: number; period: number; factor: number }>();

  constructor(
    readonly kernel: Kernel,
    private readonly solicitor: Solicitor,
  ) {}

  find(device: Device, ip: number): Neighbour | null {
    return this.tables.get(device)?.get(ip) ?? null;
  }

  findOrCreate(device: Device, ip: number): Neighbour {
    let table = this.tables.get(device);
    if (table === undefined) {
      table = new Map();
      this.tables.set(device, table);
    }
    let neighbour = table.get(ip);
    if (neighbour === undefined) {
      neighbour = new Neighbour(this, device, ip);
      const now = this.now();
      neighbour.updatedNs = now;
      neighbour.usedNs = now;
      neighbour.confirmedNs = now - 2 * device.neigh.base_reachable_time_ms * MS;
      table.set(ip, neighbour);
    }
    return neighbour;
  }

  /** In order of creation, interface by interface. */
  list(): readonly Neighbour[] {
    return [...this.tables.values()].flatMap((table) => [...table.values()]);
  }

  /** The address to send `packet` to now, or null: it is queued until the neighbour answers, or lost. */
  resolve(neighbour: Neighbour, packet: Ipv4): Mac | null {
    if (neighbour.connected) return neighbour.mac;
    neighbour.usedNs = this.now();
    if (neighbour.state === 'DELAY' || neighbour.state === 'PROBE') return neighbour.mac;
    if (neighbour.state === 'STALE') {
      neighbour.state = 'DELAY';
      neighbour.updatedNs = this.now();
      neighbour.timer.armIn(neighbour.device.neigh.delay_first_probe_time * SECOND);
      return neighbour.mac;
    }
    this.enqueue(neighbour, packet);
    if (neighbour.state !== 'INCOMPLETE') this.ask(neighbour);
    return null;
  }

  /** Starts resolving without a packet, as a redirect to an unknown gateway does. */
  startResolving(neighbour: Neighbour): void {
    if (neighbour.state === 'NONE' || neighbour.state === 'FAILED') this.ask(neighbour);
  }

  /** Something higher up knows that packets arrive there (TCP made progress, MSG_CONFIRM). */
  confirm(device: Device, ip: number): void {
    const neighbour = this.find(device, ip);
    if (neighbour !== null) neighbour.confirmedNs = this.now();
  }

  isQueued(packet: Ipv4): boolean {
    for (const table of this.tables.values()) {
      for (const { queue } of table.values()) {
        if (queue.length > 0 && queue.includes(packet)) return true;
      }
    }
    return false;
  }

  /**
   * Takes in what ARP learned; `override` says whether a different address may replace the known one now.
   * Follows neigh_update: a valid entry that hears its own address again as STALE is left alone, unless by
   * command.
   */
  update(
    neighbour: Neighbour,
    mac: Mac,
    heard: 'REACHABLE' | 'STALE' | 'PERMANENT',
    override: boolean,
    because: NeighbourRecord['because'],
  ): void {
    if (neighbour.state === 'PERMANENT' && because !== 'command') return;
    const now = this.now();
    const wasValid = neighbour.valid;
    const sameMac = wasValid && neighbour.mac === mac;
    if (heard === 'REACHABLE') neighbour.confirmedNs = now;
    if (wasValid && !sameMac && !override) return;
    const state = sameMac && heard === 'STALE' && because !== 'command' ? neighbour.state : heard;
    if (state !== neighbour.state || !sameMac) neighbour.updatedNs = now;
    if (!sameMac) this.learn(neighbour, mac, heard, because);
    if (state === neighbour.state) return;
    neighbour.timer.disarm();
    neighbour.state = state;
    if (state === 'REACHABLE') neighbour.timer.armAt(now + this.reachableNs(neighbour.device));
    if (!wasValid) this.flushQueue(neighbour);
  }

  /**
   * Carrier loss evicts all but the permanent; `ip link set down`, the last address' going and a new MAC
   * those too.
   */
  evict(device: Device, alsoPermanent: boolean): void {
    const table = this.tables.get(device);
    if (table === undefined) return;
    for (const neighbour of [...table.values()]) {
      if (neighbour.state === 'PERMANENT' && !alsoPermanent) continue;
      this.remove(neighbour, 'carrier lost');
    }
  }

  remove(neighbour: Neighbour, because: NeighbourRecord['because']): void {
    this.tables.get(neighbour.device)?.delete(neighbour.ip);
    neighbour.removed = true;
    neighbour.timer.disarm();
    neighbour.state = 'FAILED';
    this.dropQueue(neighbour);
    const previousMac = neighbour.mac;
    neighbour.mac = null;
    if (previousMac !== null) this.record(neighbour, previousMac, because);
  }

  /** The timer of an entry fired: net/core/neighbour.c, neigh_timer_handler. */
  expired(neighbour: Neighbour): void {
    const now = this.now();
    const { neigh } = neighbour.device;
    const delayNs = neigh.delay_first_probe_time * SECOND;
    switch (neighbour.state) {
      case 'REACHABLE': {
        const untilNs = neighbour.confirmedNs + this.reachableNs(neighbour.device);
        if (now < untilNs) {
          neighbour.timer.armAt(Math.max(now + SHORTEST_NS, untilNs));
        } else if (now <= neighbour.usedNs + delayNs) {
          this.change(neighbour, 'DELAY');
          neighbour.timer.armIn(delayNs);
        } else {
          this.change(neighbour, 'STALE');
        }
        return;
      }
      case 'DELAY':
        // A timer is a tick late at least: what was confirmed as soon as the entry was used, by a handshake,
        // is too long ago by then [m6-server-vip-removed-and-back].
        if (now + TICK_NS <= neighbour.confirmedNs + delayNs) {
          const untilNs = neighbour.confirmedNs + this.reachableNs(neighbour.device);
          this.change(neighbour, 'REACHABLE');
          neighbour.timer.armAt(Math.max(now + SHORTEST_NS, untilNs));
        } else {
          this.change(neighbour, 'PROBE');
          neighbour.probes = 0;
          this.solicit(neighbour);
        }
        return;
      case 'PROBE':
      case 'INCOMPLETE':
        if (neighbour.probes >= this.maxProbes(neighbour)) this.fail(neighbour);
        else this.solicit(neighbour);
        return;
      default:
        return;
    }
  }

  /** One random draw an interface, renewed every 300 s and when the base is written. */
  reachableNs(device: Device): number {
    const base = device.neigh.base_reachable_time_ms;
    const period = Math.floor(this.now() / REDRAW_NS);
    let drawn = this.drawn.get(device);
    if (drawn === undefined || drawn.base !== base || drawn.period !== period) {
      const factor = 0.5 + this.kernel.random(`${device.name}/reachable-time/${period}/${base}`)();
      drawn = { base, period, factor };
      this.drawn.set(device, drawn);
    }
    return Math.round(base * MS * drawn.factor);
  }

  // ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

  private now(): number {
    return this.kernel.engine.nowNs;
  }

  private ask(neighbour: Neighbour): void {
    this.change(neighbour, 'INCOMPLETE');
    // Broadcasts only: the count starts where the unicast probes end.
    neighbour.probes = neighbour.device.neigh.ucast_solicit;
    if (neighbour.probes >= this.maxProbes(neighbour)) this.fail(neighbour);
    else this.solicit(neighbour);
  }

  private solicit(neighbour: Neighbour): void {
    const unicast = neighbour.probes < neighbour.device.neigh.ucast_solicit;
    neighbour.probes++;
    neighbour.timer.armIn(Math.max(neighbour.device.neigh.retrans_time_ms * MS, SHORTEST_NS));
    this.solicitor.solicit(neighbour, unicast);
  }

  private maxProbes(neighbour: Neighbour): number {
    const { ucast_solicit, mcast_solicit, mcast_resolicit } = neighbour.device.neigh;
    return ucast_solicit + (neighbour.state === 'PROBE' ? mcast_resolicit : mcast_solicit);
  }

  private fail(neighbour: Neighbour): void {
    const previousMac = neighbour.mac;
    this.change(neighbour, 'FAILED');
    neighbour.mac = null;
    if (previousMac !== null) this.record(neighbour, previousMac, 'no answer');
    const queue = neighbour.queue.splice(0);
    neighbour.queueBytes = 0;
    for (const packet of queue) this.kernel.ip.neighbourFailed(packet, neighbour.device);
  }

  private change(neighbour: Neighbour, state: NudState): void {
    neighbour.state = state;
    neighbour.updatedNs = this.now();
  }

  private learn(neighbour: Neighbour, mac: Mac, heard: NudState, because: NeighbourRecord['because']): void {
    const previousMac = neighbour.mac;
    neighbour.mac = mac;
    if (heard === 'STALE') {
      neighbour.confirmedNs = this.now() - 2 * neighbour.device.neigh.base_reachable_time_ms * MS;
    }
    if (previousMac !== mac) this.record(neighbour, previousMac, because);
  }

  private record(neighbour: Neighbour, previousMac: Mac | null, because: NeighbourRecord['because']): void {
    const { engine, hostName } = this.kernel;
    engine.record<NeighbourRecord>({
      host: hostName,
      kind: 'neighbour',
      device: neighbour.device.name,
      ip: neighbour.ip,
      mac: neighbour.mac,
      previousMac,
      because,
    });
  }

  /**
   * Full: the oldest goes, the newest stays, even if it alone is too much [m4-queue-small, m4-queue-large].
   */
  private enqueue(neighbour: Neighbour, packet: Ipv4): void {
    const { queue } = neighbour;
    const bytes = truesize(packet);
    const room = neighbour.device.neigh.unres_qlen_bytes - bytes;
    while (neighbour.queueBytes > room && queue.length > 0) {
      const oldest = queue.shift() as Ipv4;
      neighbour.queueBytes -= truesize(oldest);
      this.kernel.dropped(oldest, 'neighbour queue full');
    }
    queue.push(packet);
    neighbour.queueBytes += bytes;
  }

  private flushQueue(neighbour: Neighbour): void {
    const queue = neighbour.queue.splice(0);
    neighbour.queueBytes = 0;
    for (const packet of queue) this.kernel.ip.transmit(packet, neighbour);
  }

  private dropQueue(neighbour: Neighbour): void {
    for (const packet of neighbour.queue.splice(0)) this.kernel.dropped(packet, 'neighbour failed');
    neighbour.queueBytes = 0;
  }
}

/** 832 for a small datagram, 2304 for one of 1400 bytes [m4-queue-small, m4-queue-large]. */
function truesize(packet: Ipv4): number {
  const head = ipv4Length(packet) + LINK_ROOM_BYTES + SHARED_INFO_BYTES;
  if (head <= SMALL_HEAD_BYTES) return SMALL_HEAD_BYTES + SKB_BYTES;
  return 2 ** Math.ceil(Math.log2(head)) + SKB_BYTES;
}
