/** The healthchecker child of the daemon: its virtual servers, started and stopped together. */
import type { Ipvs } from '../ipvs/ipvs.ts';
import type { KeepalivedConfig } from './conf/model.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { VirtualServer } from './virtual-server.ts';

export class CheckerProcess {
  private readonly servers: readonly VirtualServer[];

  constructor(
    private readonly process: DaemonProcess,
    ipvs: Ipvs,
    config: KeepalivedConfig,
  ) {
    this.servers = config.virtualServers.map((server) => new VirtualServer(process, ipvs, server));
  }

  start(): void {
    this.process.log('Initializing ipvs');
    for (const server of this.servers) server.start();
    for (const server of this.servers) server.startCheckers();
    this.process.log('Activating BFD healthchecker');
  }

  stop(): void {
    for (const server of this.servers) server.stop();
    this.process.log('Stopped - used 0.000000 user time, 0.000000 system time');
    this.process.end();
  }

  kill(): void {
    for (const server of this.servers) server.abandon();
    this.process.end();
  }
}
