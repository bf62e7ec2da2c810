/**
 * keepalived 2.2.7 on a host: the parent reads its file and keeps two children, one for VRRP and one for the health
 * checks. Starts, ends by SIGTERM, dies by SIGKILL of the whole tree. Process start-up takes no time here. Not
 * modelled: reload by SIGHUP, the death of a single child.
 */
import type { Problem } from '../engine/problem.ts';
import type { Ipvs } from '../ipvs/ipvs.ts';
import type { Kernel } from '../linux/kernel.ts';
import { CheckerProcess } from './checker-process.ts';
import type { KeepalivedConfig } from './conf/model.ts';
import { readConfig } from './conf/read-config.ts';
import { DaemonProcess, type LogLine } from './daemon-process.ts';
import { notSimulated } from './not-simulated.ts';
import type { DaemonRecord } from './records.ts';
import { VrrpProcess } from './vrrp-process.ts';

export const CONFIG_PATH = '/etc/keepalived/keepalived.conf';
const VERSION = 'Keepalived v2.2.7 (01/16,2022)';

/** What the daemon needs of its host. */
export interface DaemonHost {
  readonly kernel: Kernel;
  readonly ipvs: Ipvs;
  readText(path: string): string | null;
  newPid(): number;
  readonly journal: LogLine[];
}

export class Keepalived {
  readonly parent: DaemonProcess;
  private vrrp: VrrpProcess | null = null;
  private checkers: CheckerProcess | null = null;

  constructor(private readonly host: DaemonHost) {
    this.parent = this.newProcess('Keepalived');
  }

  get running(): boolean {
    return this.parent.alive;
  }

  /** False: it gave up at once; the log says why. */
  start(): boolean {
    const { parent } = this;
    parent.log(`Starting ${VERSION}`);
    const config = this.readConfiguration();
    if (config === null) return this.refuse();
    parent.log(
      'NOTICE: setting config option max_auto_priority should result in better keepalived performance',
    );
    this.record('started');
    if (config.virtualServers.length > 0) this.startCheckers(config);
    if (config.vrrpInstances.length > 0 && !this.startVrrp(config)) return this.refuse();
    parent.log('Startup complete');
    return true;
  }

  /** SIGTERM: masters resign and services go at once; the processes are gone a second later. */
  stop(): void {
    this.parent.log('Stopping');
    this.record('stopped');
    this.checkers?.stop();
    this.checkers = null;
    const ended = (): void => {
      this.parent.log('CPU usage (self/children) user: 0.000000/0.000000 system: 0.000000/0.000000');
      this.parent.log(`Stopped ${VERSION}`);
      this.parent.end();
    };
    if (this.vrrp === null) ended();
    else this.vrrp.stop(ended);
  }

  /** SIGKILL of all three processes: addresses and tables stay as they are. */
  kill(): void {
    this.record('killed');
    this.parent.end();
    this.checkers?.kill();
    this.vrrp?.kill();
  }

  private startCheckers(config: KeepalivedConfig): void {
    const process = this.newProcess('Keepalived_healthcheckers');
    this.parent.log(`Starting Healthcheck child process, pid=${process.pid}`);
    this.checkers = new CheckerProcess(process, this.host.ipvs, config);
    this.checkers.start();
  }

  private startVrrp(config: KeepalivedConfig): boolean {
    const process = this.newProcess('Keepalived_vrrp');
    this.parent.log(`Starting VRRP child process, pid=${process.pid}`);
    this.vrrp = new VrrpProcess(process, config);
    return this.vrrp.start();
  }

  private readConfiguration(): KeepalivedConfig | null {
    const { parent } = this;
    const text = this.host.readText(CONFIG_PATH);
    if (text === null) {
      parent.log(`Unable to find configuration file '${CONFIG_PATH}'`);
      return null;
    }
    parent.log(`Opening file '${CONFIG_PATH}'.`);
    parent.log(`Configuration file ${CONFIG_PATH}`);
    const { config, problems, usable } = readConfig(text, CONFIG_PATH);
    for (const problem of problems) this.logProblem(problem);
    const missing = notSimulated(config);
    for (const phrase of missing)
      parent.log(`vipdrift: ${phrase} is not simulated; the daemon does not start`);
    return usable && missing.length === 0 ? config : null;
  }

  private logProblem({ message, where, severity }: Problem): void {
    if (severity !== 'note') this.parent.log(`(${where.file}: Line ${where.line}) ${message}`);
  }

  private refuse(): false {
    this.record('refused');
    this.checkers?.kill();
    this.vrrp?.kill();
    this.parent.end();
    return false;
  }

  private newProcess(name: string): DaemonProcess {
    return new DaemonProcess(this.host.kernel, name, this.host.newPid(), this.host.journal);
  }

  private record(event: DaemonRecord['event']): void {
    const { engine, hostName } = this.host.kernel;
    engine.recordCause<DaemonRecord>({ host: hostName, kind: 'daemon', name: 'keepalived', event });
  }
}
