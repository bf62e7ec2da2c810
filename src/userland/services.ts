/**
 * The daemons systemctl knows by name: one object each per boot, started, stopped and killed by commands and by the
 * laboratory's timeline.
 */
import type { Host } from './host.ts';
import { HttpdService } from './httpd.ts';
import { KeepalivedService } from './keepalived-service.ts';

export interface Service {
  readonly name: string;
  /** What `systemctl status` prints behind the name. */
  readonly description: string;
  readonly running: boolean;
  /** Virtual time of the last start; null when it never ran. */
  readonly sinceNs: number | null;
  readonly pid: number;
  /** Starts the daemon; false if it died at once (its own log says why). */
  start(): boolean;
  /** SIGTERM: an orderly end. */
  stop(): void;
  /** SIGKILL of all its processes: no end of any kind. */
  kill(): void;
  /** The last lines of its log, oldest first. */
  readonly log: readonly { readonly timeNs: number; readonly line: string }[];
}

export class Services {
  readonly httpd: HttpdService;
  readonly keepalived: KeepalivedService;
  private nextPid = 1000;

  constructor(host: Host) {
    this.httpd = new HttpdService(host);
    this.keepalived = new KeepalivedService(host);
  }

  get all(): readonly Service[] {
    return [this.httpd, this.keepalived];
  }

  /** `httpd` or `httpd.service`; null for a name systemd does not know. */
  byName(name: string): Service | null {
    const bare = name.replace(/\.service$/, '');
    return this.all.find((service) => service.name === bare) ?? null;
  }

  newPid(): number {
    return this.nextPid++;
  }
}
