/**
 * keepalived 2.2.7 on a host: the parent reads its file and keeps two children, one for VRRP and one for the health
 * checks. Starts, ends by SIGTERM, dies by SIGKILL of the whole tree. Process start-up takes no time here. Not
 * modelled: reload by SIGHUP, the death of a single child.
 */
import type { Ipvs } from '../ipvs/ipvs.ts';
import type { Kernel } from '../linux/kernel.ts';
import { CheckerProcess } from './checker-process.ts';
import { type ConfigReading, readConfig } from './conf/read-config.ts';
import { messageText, type PassName } from './conf/report.ts';
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
    const reading = this.readConfiguration();
    if (reading === null) return this.refuse();
    const { config } = reading;
    parent.log(
      'NOTICE: setting config option max_auto_priority should result in better keepalived performance',
    );
    this.record('started');
    if (config.virtualServers.length > 0) this.startCheckers(reading);
    if (config.vrrpInstances.length > 0 && !this.startVrrp(reading)) return this.refuse();
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

  private startCheckers(reading: ConfigReading): void {
    const process = this.newProcess('Keepalived_healthcheckers');
    this.parent.log(`Starting Healthcheck child process, pid=${process.pid}`);
    this.logMessages(process, reading, 'checker');
    this.checkers = new CheckerProcess(process, this.host.ipvs, reading.config);
    this.checkers.start();
  }

  private startVrrp(reading: ConfigReading): boolean {
    const process = this.newProcess('Keepalived_vrrp');
    this.parent.log(`Starting VRRP child process, pid=${process.pid}`);
    this.logMessages(process, reading, 'vrrp');
    this.vrrp = new VrrpProcess(process, reading.config);
    return this.vrrp.start();
  }

  private readConfiguration(): ConfigReading | null {
    const { parent } = this;
    const text = this.host.readText(CONFIG_PATH);
    if (text === null) {
      parent.log(`Unable to find configuration file '${CONFIG_PATH}'`);
      return null;
    }
    parent.log(`Opening file '${CONFIG_PATH}'.`);
    parent.log(`Configuration file ${CONFIG_PATH}`);
    const reading = readConfig(text, CONFIG_PATH);
    this.logMessages(parent, reading, 'global');
    const missing = notSimulated(reading.config, reading.problems).map(
      (phrase) => `${phrase} is not simulated`,
    );
    if (reading.usable && missing.length === 0) return reading;
    const errors = reading.problems
      .filter(({ severity }) => severity === 'error')
      .map(({ message, where }) => `${where.file}:${where.line}:${where.column}: ${message}`);
    for (const reason of [...errors, ...missing]) {
      parent.log(`vipdrift: ${reason}; the daemon does not start`);
    }
    return null;
  }

  /** Each process reads the file itself and complains about its own part of it. */
  private logMessages(process: DaemonProcess, { messages }: ConfigReading, pass: PassName): void {
    for (const message of messages) {
      if (message.pass === pass) process.log(messageText(message, CONFIG_PATH));
    }
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
