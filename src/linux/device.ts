/** Network interfaces of a host: `lo`, which leads back, and cards on a cable. */
import type { Nic } from '../link/nic.ts';
import { MAC_ZERO, type Mac } from '../wire/mac.ts';
import type { InterfaceConf, NeighbourConf, Sysctl } from './sysctl.ts';

const ETHERNET_MTU = 1500;
const LOOPBACK_MTU = 65536;

export class Device {
  mtu: number;
  /** Administratively up: `ip link set NAME up`. */
  up = false;
  readonly conf: InterfaceConf;
  readonly neigh: NeighbourConf;
  /** Multicast groups the host listens to here, with the number of sockets that joined. */
  readonly groups = new Map<number, number>();

  constructor(
    readonly name: string,
    readonly index: number,
    /** null for lo. */
    readonly nic: Nic | null,
    sysctl: Sysctl,
  ) {
    this.mtu = nic === null ? LOOPBACK_MTU : ETHERNET_MTU;
    const { conf, neigh } = sysctl.addInterface(name);
    this.conf = conf;
    this.neigh = neigh;
  }

  get isLoopback(): boolean {
    return this.nic === null;
  }

  get mac(): Mac {
    return this.nic === null ? MAC_ZERO : this.nic.mac;
  }

  get carrier(): boolean {
    return this.nic === null ? this.up : this.nic.carrier;
  }
}

export class Devices {
  readonly all: Device[] = [];
  readonly loopback: Device;

  constructor(private readonly sysctl: Sysctl) {
    this.loopback = this.add('lo', null);
  }

  add(name: string, nic: Nic | null): Device {
    const device = new Device(name, this.all.length + 1, nic, this.sysctl);
    this.all.push(device);
    return device;
  }

  byName(name: string): Device | null {
    return this.all.find((device) => device.name === name) ?? null;
  }
}
