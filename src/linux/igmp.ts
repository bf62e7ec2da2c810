/**
 * Joining and leaving multicast groups: IGMPv3 reports, each repeated once within a random second (RFC 3376 §5.1 with
 * robustness 2). Bytes as recorded [vrrp 01]: id 0, DF, router alert, TOS c0. Not modelled: queries.
 */
import { SECOND } from '../engine/time.ts';
import type { RandomStream } from '../engine/random.ts';
import { CHANGE_TO_EXCLUDE, CHANGE_TO_INCLUDE, Igmp, IgmpGroupRecord } from '../wire/igmp.ts';
import { IGMP, Ipv4Packet, TOS_INTERNETWORK_CONTROL } from '../wire/ipv4.ts';
import type { Device } from './device.ts';
import type { Kernel } from './kernel.ts';

const ALL_IGMPV3_ROUTERS = 0xe0000016 | 0;

export class IgmpLayer {
  private readonly repetitionDelay: RandomStream;

  constructor(private readonly kernel: Kernel) {
    this.repetitionDelay = kernel.random('igmp-report');
  }

  /** A socket joins; only the first of a group on a device is told to the network. */
  join(device: Device, group: number): void {
    const members = device.groups.get(group) ?? 0;
    device.groups.set(group, members + 1);
    if (members === 0) this.reportTwice(device, group, CHANGE_TO_EXCLUDE);
  }

  leave(device: Device, group: number): void {
    const members = device.groups.get(group) ?? 0;
    if (members > 1) {
      device.groups.set(group, members - 1);
      return;
    }
    device.groups.delete(group);
    if (members === 1) this.reportTwice(device, group, CHANGE_TO_INCLUDE);
  }

  private reportTwice(device: Device, group: number, type: number): void {
    this.report(device, group, type);
    const again = this.kernel.timer(() => this.report(device, group, type));
    again.armIn(Math.floor(this.repetitionDelay() * SECOND));
  }

  private report(device: Device, group: number, type: number): void {
    const joined = device.groups.has(group);
    // A repetition that has been overtaken by the opposite is not sent.
    if (joined !== (type === CHANGE_TO_EXCLUDE)) return;
    const src = this.kernel.addresses.select(device, ALL_IGMPV3_ROUTERS) ?? 0;
    const report = new Igmp([new IgmpGroupRecord(type, group)]);
    const packet = new Ipv4Packet(
      src,
      ALL_IGMPV3_ROUTERS,
      1,
      TOS_INTERNETWORK_CONTROL,
      0,
      true,
      true,
      IGMP,
      report,
    );
    this.kernel.ip.sendMulticast(packet, device);
  }
}
