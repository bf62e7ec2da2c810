/** The VRRP child of the daemon: its instances, the raw socket they hear through, and its end. */
import { SECOND } from '../engine/time.ts';
import type { Device } from '../linux/device.ts';
import { ipText } from '../wire/ip-address.ts';
import { VRRP } from '../wire/ipv4.ts';
import { VRRP_GROUP } from '../wire/vrrp.ts';
import type { KeepalivedConfig, VrrpInstanceConfig } from './conf/model.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { VrrpRouter } from './vrrp-router.ts';

/** After a SIGTERM the child waits this long before it ends [02-sigterm-master]. */
const SHUTDOWN_NS = SECOND;

export class VrrpProcess {
  readonly routers: VrrpRouter[] = [];
  private readonly closers: (() => void)[] = [];
  private stopping = false;

  constructor(
    private readonly process: DaemonProcess,
    private readonly config: KeepalivedConfig,
  ) {}

  private get kernel() {
    return this.process.kernel;
  }

  /** Begins; false if an instance names an interface that does not exist, which is fatal. */
  start(): boolean {
    const { vrrpInstances } = this.config;
    this.process.log('Registering Kernel netlink reflector');
    this.process.log('Registering Kernel netlink command channel');
    for (const instance of vrrpInstances) {
      const router = this.createRouter(instance);
      if (router === null) return false;
      this.routers.push(router);
    }
    this.process.log('Registering gratuitous ARP shared channel');
    for (const router of this.routers) router.start();
    for (const device of this.devices()) this.openSocket(device);
    this.closers.push(
      this.kernel.onLink((device) => this.interfaceChanged(device)),
      this.kernel.addresses.onChange((op, address) => {
        if (!this.process.alive) return;
        if (op === 'remove') for (const router of this.routers) router.addressRemoved(address);
        this.interfaceChanged(address.device);
      }),
    );
    return true;
  }

  /** SIGTERM: every master resigns; the process itself ends a second later. */
  stop(ended: () => void): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const router of this.routers) router.stop();
    this.closeSockets();
    const timer = this.process.timer(() => {
      this.process.log('Stopped - used 0.000000 user time, 0.000000 system time');
      this.process.end();
      ended();
    });
    timer.armIn(SHUTDOWN_NS);
  }

  /** SIGKILL: nothing is resigned; the kernel closes the sockets, and so leaves the group. */
  kill(): void {
    this.process.end();
    if (!this.stopping) this.closeSockets();
  }

  private createRouter(config: VrrpInstanceConfig): VrrpRouter | null {
    const device = this.kernel.devices.byName(config.interface);
    if (device === null) {
      this.process.log(
        `WARNING - interface ${config.interface} for vrrp_instance ${config.name} doesn't exist`,
      );
      this.process.log('Non-existent interface specified in configuration');
      return null;
    }
    const primary = this.kernel.addresses.onDevice(device)[0]?.ip ?? 0;
    this.process.log(`Assigned address ${ipText(primary)} for interface ${device.name}`);
    return new VrrpRouter(this.process, config, device, config.mcastSrcIp ?? primary);
  }

  private openSocket(device: Device): void {
    const { kernel } = this;
    const { index } = device;
    this.process.log(
      `VRRP sockpool: [ifindex(${String(index).padStart(3)}), family(IPv4), proto(112), fd(13,14) multicast, ` +
        'address(224.0.0.18)]',
    );
    kernel.igmp.join(device, VRRP_GROUP);
    const close = kernel.ipInput.listenRaw(VRRP, (packet, from) => {
      if (packet.kind !== VRRP || from !== device) return;
      for (const router of this.routers) if (router.device === device) router.receive(packet);
    });
    this.closers.push(() => {
      close();
      kernel.igmp.leave(device, VRRP_GROUP);
    });
  }

  private closeSockets(): void {
    for (const close of this.closers.splice(0)) close();
  }

  private devices(): readonly Device[] {
    return [...new Set(this.routers.map(({ device }) => device))];
  }

  private interfaceChanged(device: Device): void {
    if (!this.process.alive || this.stopping) return;
    for (const router of this.routers) if (router.device === device) router.interfaceChanged();
  }
}
