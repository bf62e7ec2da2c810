/**
 * TCP_CHECK: can a connection be opened? Rhythm as recorded [G-tcp-01 … G-tcp-09]: the first check after a random
 * warm-up, then `delay_loop` from the start of one check to the next; a failure is tried again `retry` times,
 * `delay_before_retry` after each. The very first failure counts at once, without retries.
 */
import { randomInt } from '../engine/random.ts';
import type { Timer } from '../engine/timer.ts';
import { ERRNO_TEXT, type Errno } from '../linux/errno.ts';
import type { TcpSocket } from '../linux/tcp.ts';
import type { TcpCheckConfig } from './conf/model.ts';
import type { DaemonProcess } from './daemon-process.ts';

export interface TcpVerdict {
  readonly up: boolean;
  /** Retries before a server was given up. */
  readonly retries: number;
  /** Start of the first of the checks that decided. */
  readonly sinceNs: number;
  readonly error: string | null;
}

export class TcpChecker {
  /** null until the first check has ended. */
  private up: boolean | null = null;
  private retriesDone = 0;
  private startedNs = 0;
  private firstFailureNs = 0;
  private socket: TcpSocket | null = null;
  private readonly next: Timer;
  private readonly timeout: Timer;

  constructor(
    private readonly process: DaemonProcess,
    private readonly config: TcpCheckConfig,
    private readonly label: string,
    private readonly decided: (verdict: TcpVerdict) => void,
  ) {
    this.next = process.timer(() => this.check());
    this.timeout = process.timer(() => this.failed('ETIMEDOUT'));
  }

  /** Schedules the first check: uniformly within the warm-up, so that checkers of a daemon do not run in step. */
  start(): void {
    const { kernel } = this.process;
    const draw = kernel.random(`checker/${this.label}`);
    this.next.armIn(randomInt(draw, 0, this.config.warmupNs));
  }

  stop(): void {
    this.next.disarm();
    this.timeout.disarm();
    this.socket?.abort();
    this.socket = null;
  }

  private check(): void {
    const { kernel } = this.process;
    this.startedNs = kernel.engine.nowNs;
    if (this.retriesDone === 0) this.firstFailureNs = this.startedNs;
    const socket = kernel.tcp.connect({
      dst: this.config.connectIp,
      dstPort: this.config.connectPort,
      ...(this.config.bindIp === null ? {} : { src: this.config.bindIp }),
      ...(this.config.bindPort === 0 ? {} : { srcPort: this.config.bindPort }),
      events: {
        connected: () => this.succeeded(),
        closed: (error) => {
          if (error !== null && this.socket !== null) this.failed(error);
        },
      },
    });
    if (typeof socket === 'string') return this.failed(socket);
    this.socket = socket;
    this.timeout.armIn(this.config.connectTimeoutNs);
  }

  private succeeded(): void {
    this.hangUp();
    const wasUp = this.up;
    this.up = true;
    this.retriesDone = 0;
    this.next.armAt(this.startedNs + this.config.delayLoopNs);
    if (wasUp === true) return;
    this.process.log(`TCP connection to ${this.label} success.`);
    this.decided({ up: true, retries: 0, sinceNs: this.startedNs, error: null });
  }

  private failed(errno: Errno): void {
    this.hangUp();
    const { retry, delayBeforeRetryNs, delayLoopNs } = this.config;
    const isFirst = this.up === null;
    if (!isFirst && this.retriesDone < retry) {
      this.retriesDone++;
      this.next.armIn(delayBeforeRetryNs);
      return;
    }
    const wasUp = this.up;
    const retries = this.retriesDone;
    this.up = false;
    this.retriesDone = 0;
    this.next.armIn(delayLoopNs);
    if (wasUp === false) return;
    const after = retries > 0 ? ` after ${retries} retries.` : '.';
    this.process.log(`TCP_CHECK on service ${this.label} failed${after}`);
    this.decided({ up: false, retries, sinceNs: this.firstFailureNs, error: ERRNO_TEXT[errno] });
  }

  private hangUp(): void {
    this.timeout.disarm();
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }
}
