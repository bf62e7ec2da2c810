/**
 * Joining and leaving multicast groups: IGMPv3 reports of what changed, each sent twice (RFC 3376 §5.1 with
 * robustness 2), bytes as recorded [vrrp 01-cold-start-both]: id 0, DF, router alert, TOS c0. Changes of a
 * moment go out together, and a group left and joined again at once was never left [vrrp
 * 39-reload-lower-priority]. Not modelled: queries.
 */
import type { RandomStream } from '../engine/random.ts';
import { MS, SECOND } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import { CHANGE_TO_EXCLUDE, CHANGE_TO_INCLUDE, Igmp, IgmpGroupRecord } from '../wire/igmp.ts';
import { IP_ANY } from '../wire/ip-address.ts';
import { IGMP, Ipv4Packet, TOS_INTERNETWORK_CONTROL } from '../wire/ipv4.ts';
import type { Device } from './device.ts';
import type { Kernel } from './kernel.ts';

const ALL_IGMPV3_ROUTERS = 0xe0000016 | 0;
const ROBUSTNESS = 2;

/** net/ipv4/igmp.c puts its timer two ticks ahead, at 250 a second. */
const FIRST_REPORT_NS = 8 * MS;
const REPEAT_WITHIN_NS = SECOND;

/** What one interface has yet to tell the network. */
interface Changes {
  /** By group: the record to send, and how often still. */
  readonly records: Map<number, { record: IgmpGroupRecord; left: number }>;
  readonly timer: Timer;
}

export class IgmpLayer {
  private readonly changes = new Map<Device, Changes>();
  private readonly repeatDelay: RandomStream;

  constructor(private readonly kernel: Kernel) {
    this.repeatDelay = kernel.random('igmp-report');
  }

  /** A socket joins; only the first of a group on a device is told to the network. */
  join(device: Device, group: number): void {
    const members = device.groups.get(group) ?? 0;
    device.groups.set(group, members + 1);
    if (members === 0) this.changed(device, group, CHANGE_TO_EXCLUDE);
  }

  leave(device: Device, group: number): void {
    const members = device.groups.get(group) ?? 0;
    if (members > 1) {
      device.groups.set(group, members - 1);
      return;
    }
    device.groups.delete(group);
    if (members === 1) this.changed(device, group, CHANGE_TO_INCLUDE);
  }

  /** An interface that comes up tells its groups anew; what one that goes down had to say is forgotten. */
  linkChanged(device: Device): void {
    const changes = this.changes.get(device);
    changes?.records.clear();
    changes?.timer.disarm();
    if (!device.up) return;
    for (const group of device.groups.keys()) this.changed(device, group, CHANGE_TO_EXCLUDE);
  }

  private changed(device: Device, group: number, type: number): void {
    if (!device.up || device.isLoopback) return;
    let changes = this.changes.get(device);
    if (changes === undefined) {
      changes = { records: new Map(), timer: this.kernel.timer(() => this.report(device)) };
      this.changes.set(device, changes);
    }
    changes.records.set(group, { record: new IgmpGroupRecord(type, group), left: ROBUSTNESS });
    changes.timer.armIn(FIRST_REPORT_NS);
  }

  private report(device: Device): void {
    const changes = this.changes.get(device);
    if (changes === undefined) return;
    this.send(
      device,
      [...changes.records.values()].map(({ record }) => record),
    );
    for (const [group, change] of changes.records) {
      change.left--;
      if (change.left === 0) changes.records.delete(group);
    }
    if (changes.records.size > 0) changes.timer.armIn(Math.floor(this.repeatDelay() * REPEAT_WITHIN_NS));
  }

  private send(device: Device, records: readonly IgmpGroupRecord[]): void {
    const src = this.kernel.addresses.select(device, ALL_IGMPV3_ROUTERS) ?? IP_ANY;
    const tos = TOS_INTERNETWORK_CONTROL;
    const report = new Igmp(records);
    const packet = new Ipv4Packet(src, ALL_IGMPV3_ROUTERS, 1, tos, 0, true, true, IGMP, report);
    this.kernel.ip.sendMulticast(packet, device);
  }
}
