/**
 * A machine: what survives a power cut (its disk, its card) and what does not (its kernel, the programs on it). The
 * laboratory builds it; commands and daemons live on it.
 */
import type { Engine } from '../engine/engine.ts';
import { Ipvs } from '../ipvs/ipvs.ts';
import type { Nic } from '../link/nic.ts';
import { Kernel } from '../linux/kernel.ts';
import type { CommandResult } from './command.ts';
import { Files } from './files.ts';
import { Services } from './services.ts';
import { runLine } from './shell.ts';

export interface HostCard {
  readonly device: string;
  readonly nic: Nic;
}

export class Host {
  readonly files = new Files();
  powered = false;
  private boots = 0;
  private software: { kernel: Kernel; ipvs: Ipvs; services: Services };

  constructor(
    readonly engine: Engine,
    readonly name: string,
    private readonly cards: readonly HostCard[],
  ) {
    this.software = this.install();
  }

  get kernel(): Kernel {
    return this.software.kernel;
  }

  get ipvs(): Ipvs {
    return this.software.ipvs;
  }

  get services(): Services {
    return this.software.services;
  }

  /** A fresh kernel with its cards up and no address yet. */
  powerOn(): void {
    if (this.boots > 0) this.software = this.install();
    this.boots++;
    this.powered = true;
    const { kernel } = this;
    this.files.kernel = kernel;
    for (const { device, nic } of this.cards) kernel.setLink(kernel.addNic(device, nic), true);
  }

  /** The plug is pulled: no farewell of any kind. */
  powerOff(): void {
    this.powered = false;
    this.kernel.powerOff();
    this.files.kernel = null;
  }

  /** Types a line at this host's shell. `done` comes at once, later, or, if the power goes first, never. */
  run(line: string, done: (result: CommandResult) => void): void {
    if (!this.powered) {
      done({ stdout: '', stderr: `${this.name} is powered off\n`, exit: 255 });
      return;
    }
    runLine(this, line, done);
  }

  private install(): { kernel: Kernel; ipvs: Ipvs; services: Services } {
    const kernel = new Kernel(this.engine, this.name, this.boots + 1);
    const ipvs = new Ipvs(kernel);
    return { kernel, ipvs, services: new Services(this) };
  }
}
