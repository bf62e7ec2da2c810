/** keepalived as systemd sees it. */
import { Keepalived } from '../keepalived/daemon.ts';
import type { LogLine } from '../keepalived/daemon-process.ts';
import type { Host } from './host.ts';
import type { Service } from './services.ts';

export class KeepalivedService implements Service {
  readonly name = 'keepalived';
  readonly description = 'LVS and VRRP High Availability Monitor';
  readonly log: LogLine[] = [];
  sinceNs: number | null = null;
  private daemon: Keepalived | null = null;

  constructor(private readonly host: Host) {}

  get running(): boolean {
    return this.daemon?.running ?? false;
  }

  get pid(): number {
    return this.daemon?.parent.pid ?? 0;
  }

  start(): boolean {
    if (this.running) return true;
    const { host } = this;
    const daemon = new Keepalived({
      kernel: host.kernel,
      ipvs: host.ipvs,
      readText: (path) => host.files.read(path),
      newPid: () => host.services.newPid(),
      journal: this.log,
    });
    this.daemon = daemon;
    this.sinceNs = host.engine.nowNs;
    return daemon.start();
  }

  stop(): void {
    if (this.running) this.daemon?.stop();
  }

  kill(): void {
    if (this.running) this.daemon?.kill();
  }
}
