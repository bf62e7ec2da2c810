/**
 * One host's kernel, from power-on to power-off: its parts, and the ways between them. Starting a host again
 * makes a new one. Everything in it dies with `alive`.
 */
import type { Engine } from '../engine/engine.ts';
import { type RandomStream, randomStream } from '../engine/random.ts';
import type { Lifetime, Timer } from '../engine/timer.ts';
import type { Nic } from '../link/nic.ts';
import { decodeArp } from '../wire/arp.ts';
import { Reader, u16From } from '../wire/bytes.ts';
import { ARP, arpFrame, type Frame, IPV4, ipv4Frame, type RawFrame } from '../wire/ethernet.ts';
import { IP_LOOPBACK } from '../wire/ip-address.ts';
import type { Ipv4 } from '../wire/ipv4.ts';
import { decodeIpv4 } from '../wire/ipv4-bytes.ts';
import { type Address, Addresses } from './addresses.ts';
import { ArpLayer } from './arp.ts';
import { type Device, Devices } from './device.ts';
import { IcmpLayer } from './icmp.ts';
import { IgmpLayer } from './igmp.ts';
import { IpForward } from './ip-forward.ts';
import { IpInput } from './ip-input.ts';
import { IpLayer } from './ip-output.ts';
import { Neighbours } from './neighbour.ts';
import { Netfilter } from './netfilter.ts';
import type { AddressRecord, CarrierRecord, PacketDropReason } from './records.ts';
import { Routes } from './routes.ts';
import { Sysctl } from './sysctl.ts';
import { TcpLayer } from './tcp.ts';
import { UdpLayer } from './udp.ts';

const VLAN = 0x8100;

export type LinkListener = (device: Device) => void;

export class Kernel implements Lifetime {
  alive = true;
  /** Packets thrown away, by reason. */
  readonly drops = new Map<PacketDropReason, number>();

  readonly sysctl = new Sysctl();
  readonly netfilter = new Netfilter();
  readonly addresses = new Addresses(this.sysctl);
  readonly devices: Devices;
  readonly routes: Routes;
  readonly neighbours: Neighbours;
  readonly arp: ArpLayer;
  readonly ip: IpLayer;
  readonly ipInput: IpInput;
  readonly ipForward: IpForward;
  readonly icmp: IcmpLayer;
  readonly igmp: IgmpLayer;
  readonly udp: UdpLayer;
  readonly tcp: TcpLayer;

  private readonly linkListeners: LinkListener[] = [];

  constructor(
    readonly engine: Engine,
    readonly hostName: string,
    /** Counts the starts of this host, so that a second life draws other random numbers than the first. */
    private readonly boot = 1,
  ) {
    this.devices = new Devices(this.sysctl);
    this.routes = new Routes(this.addresses, this.devices.loopback, () => engine.nowNs);
    this.arp = new ArpLayer(this);
    this.neighbours = new Neighbours(this, this.arp);
    this.ip = new IpLayer(this);
    this.ipInput = new IpInput(this);
    this.ipForward = new IpForward(this);
    this.icmp = new IcmpLayer(this);
    this.igmp = new IgmpLayer(this);
    this.udp = new UdpLayer(this);
    this.tcp = new TcpLayer(this);
    this.addresses.onChange((op, address) => this.addressChanged(op, address));
    this.setLink(this.devices.loopback, true);
    this.addresses.add(this.devices.loopback, IP_LOOPBACK, 8);
  }

  timer(expire: () => void): Timer {
    return this.engine.timer(this, expire);
  }

  /** The stream of this host's boot and that purpose. */
  random(purpose: string): RandomStream {
    return randomStream(this.engine.seed, `${this.hostName}/${this.boot}/${purpose}`);
  }

  /** Puts a card in. The interface is down until `setLink`. */
  addNic(name: string, nic: Nic): Device {
    const device = this.devices.add(name, nic);
    nic.driver = {
      receiveFrame: (frame) => this.receiveFrame(frame, device),
      carrierChanged: (carrier) => this.carrierChanged(device, carrier),
    };
    return device;
  }

  /** `ip link set NAME up|down`. */
  setLink(device: Device, up: boolean): void {
    if (device.up === up) return;
    device.up = up;
    if (!up) device.nic?.setPower(false);
    this.routes.linkChanged(device);
    if (up) device.nic?.setPower(true);
    else this.neighbours.evict(device, true);
    this.igmp.linkChanged(device);
    if (up) this.arp.linkUp(device);
    this.linkChanged(device);
  }

  /** Called after an interface went up or down, or its carrier came or went. */
  onLink(listener: LinkListener): () => void {
    this.linkListeners.push(listener);
    return () => {
      this.linkListeners.splice(this.linkListeners.indexOf(listener), 1);
    };
  }

  /** The power goes: nothing of this kernel happens any more, nothing is said to anybody. */
  powerOff(): void {
    this.alive = false;
    for (const device of this.devices.all) {
      if (device.nic === null) continue;
      device.nic.driver = null;
      device.nic.setPower(false);
    }
  }

  dropped(_packet: Ipv4, reason: PacketDropReason): void {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
  }

  private receiveFrame(frame: Frame, device: Device): void {
    if (!device.up) return;
    if (frame.kind === IPV4) this.ipInput.receiveFrame(frame, device);
    else if (frame.kind === ARP) this.arp.receive(frame, device);
    else this.receiveRaw(frame, device);
  }

  /**
   * ARP and IP that the codec left raw, for padding that is not zeros or a VLAN tag with id 0, are read here
   * [m1g].
   */
  private receiveRaw(frame: RawFrame, device: Device): void {
    let { etherType, bytes } = frame.payload;
    if (etherType === VLAN && bytes.length >= 4 && (u16From(bytes, 0) & 0xfff) === 0) {
      etherType = u16From(bytes, 2);
      bytes = bytes.subarray(4);
    }
    const from = new Reader(bytes);
    if (etherType === ARP) {
      const arp = decodeArp(from);
      if (arp !== null) this.arp.receive(arpFrame(frame.dst, frame.src, arp), device);
    } else if (etherType === IPV4) {
      const packet = decodeIpv4(from);
      if (packet !== null) this.ipInput.receiveFrame(ipv4Frame(frame.dst, frame.src, packet), device);
    }
  }

  private carrierChanged(device: Device, carrier: boolean): void {
    const evicts = (device.conf.arp_evict_nocarrier & this.sysctl.all.arp_evict_nocarrier) !== 0;
    if (!carrier && evicts) this.neighbours.evict(device, false);
    this.engine.record<CarrierRecord>({ host: this.hostName, kind: 'carrier', device: device.name, carrier });
    this.linkChanged(device);
  }

  private linkChanged(device: Device): void {
    for (const listener of [...this.linkListeners]) listener(device);
  }

  private addressChanged(op: 'add' | 'remove', address: Address): void {
    const { device } = address;
    if (op === 'add') this.sysctl.settle(device.name);
    // With its last address IP is switched off on an interface (fib_disable_ip).
    else if (this.addresses.onDevice(device).length === 0) this.neighbours.evict(device, true);
    this.engine.record<AddressRecord>({
      host: this.hostName,
      kind: 'address',
      op,
      device: device.name,
      ip: address.ip,
      length: address.length,
      label: address.label,
    });
  }
}
