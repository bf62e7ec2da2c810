/** One process of the daemon: it lives until it ends, is killed or its host loses power, and writes log lines. */
import type { Lifetime, Timer } from '../engine/timer.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { LogRecord } from './records.ts';

export interface LogLine {
  readonly timeNs: number;
  readonly line: string;
}

/** Lines kept for `systemctl status`. */
const KEPT_LINES = 10;

export class DaemonProcess implements Lifetime {
  private ended = false;

  constructor(
    readonly kernel: Kernel,
    readonly name: string,
    readonly pid: number,
    private readonly journal: LogLine[],
  ) {}

  get alive(): boolean {
    return !this.ended && this.kernel.alive;
  }

  /** From now on none of its timers fires. */
  end(): void {
    this.ended = true;
  }

  timer(expire: () => void): Timer {
    return this.kernel.engine.timer(this, expire);
  }

  log(line: string): void {
    const { engine, hostName } = this.kernel;
    this.journal.push({ timeNs: engine.nowNs, line: `${this.name}[${this.pid}]: ${line}` });
    if (this.journal.length > KEPT_LINES) this.journal.shift();
    engine.record<LogRecord>({ host: hostName, kind: 'log', process: this.name, pid: this.pid, line });
  }
}
