/**
 * A few hosts on a switch, as the tutorial has them, and somebody typing at their shells. MACs end in the
 * last byte of the address, as in the recordings; cables take 10 µs.
 */
import { Engine } from '../../src/engine/engine.ts';
import { SECOND } from '../../src/engine/time.ts';
import { Cable } from '../../src/link/cable.ts';
import { type Direction, type FrameTap, SENT } from '../../src/link/frame-tap.ts';
import { Nic } from '../../src/link/nic.ts';
import { Switch } from '../../src/link/switch.ts';
import type { CommandResult } from '../../src/userland/command.ts';
import { Host } from '../../src/userland/host.ts';
import { hexText } from '../../src/wire/bytes.ts';
import { encodeFrame } from '../../src/wire/codec.ts';
import type { Frame } from '../../src/wire/ethernet.ts';
import { ip, maskOf } from '../../src/wire/ip-address.ts';
import { Mac } from '../../src/wire/mac.ts';

/** Longer than any command of the tests takes. */
const PATIENCE_NS = 400 * SECOND;

export class Bench implements FrameTap {
  readonly engine = new Engine({ seed: '1' });
  readonly hosts = new Map<string, Host>();
  readonly cables = new Map<string, Cable>();
  /** Every frame a card sent: `client:ens33 ffff…`. */
  readonly sent: { readonly nic: string; readonly timeNs: number; readonly hex: string }[] = [];

  /** `{ lvs1: '192.168.100.100' }`; '' for a host without an address, its MAC is that of lvs1. */
  constructor(addresses: Readonly<Record<string, string>>) {
    const network = new Switch(this.engine, 'sw');
    let spare = 0x64;
    for (const [name, address] of Object.entries(addresses)) {
      const last = address === '' ? spare++ : Number(address.split('.')[3]);
      const nic = new Nic(this.engine, `${name}:ens33`, Mac.of(0x020000000000 + last));
      const port = network.addPort(name);
      const cable = new Cable(this.engine, name, nic, port);
      nic.plug(cable.endA);
      nic.tap = this;
      port.plug(cable.endB);
      cable.connect();
      const host = new Host(this.engine, name, [{ device: 'ens33', nic }]);
      host.powerOn();
      this.hosts.set(name, host);
      this.cables.set(name, cable);
      const device = host.kernel.devices.byName('ens33');
      if (address === '' || device === null) continue;
      host.kernel.addresses.add(device, ip(address), 24, { broadcast: ip(address) | ~maskOf(24) });
    }
  }

  frame(nic: string, direction: Direction, frame: Frame): number {
    if (direction === SENT) {
      this.sent.push({ nic, timeNs: this.engine.nowNs, hex: hexText(encodeFrame(frame)) });
    }
    return this.engine.nextRecordId();
  }

  dropped(): void {}

  host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new RangeError(`no host ${name}`);
    return host;
  }

  cable(name: string): Cable {
    const cable = this.cables.get(name);
    if (cable === undefined) throw new RangeError(`no cable ${name}`);
    return cable;
  }

  /** Types a line; the answer comes when time has been run far enough. */
  type(name: string, line: string): Typed {
    const typed = new Typed(this.engine, line);
    this.host(name).run(line, (result) => typed.end(result));
    return typed;
  }

  /** Types a line and lets time run until it has ended. */
  run(name: string, line: string): CommandResult {
    const typed = this.type(name, line);
    const untilNs = this.engine.nowNs + PATIENCE_NS;
    while (typed.running && this.engine.nowNs < untilNs && this.engine.step());
    return typed.result;
  }

  /** What a line prints, errors behind; its exit code if it is not 0. */
  text(name: string, line: string): string {
    const { stdout, stderr, exit } = this.run(name, line);
    return `${stdout}${stderr}${exit === 0 ? '' : `=> ${exit}\n`}`;
  }

  /** Lets time run. */
  pass(seconds: number): void {
    this.engine.runUntil(this.engine.nowNs + Math.round(seconds * SECOND));
  }
}

/** A line that was typed. */
export class Typed {
  private ended: CommandResult | null = null;
  readonly startNs: number;
  endNs = 0;

  constructor(
    private readonly engine: Engine,
    readonly line: string,
  ) {
    this.startNs = engine.nowNs;
  }

  end(result: CommandResult): void {
    this.ended = result;
    this.endNs = this.engine.nowNs;
  }

  get running(): boolean {
    return this.ended === null;
  }

  get result(): CommandResult {
    if (this.ended === null) throw new Error(`${this.line}: has not ended`);
    return this.ended;
  }

  get seconds(): number {
    return (this.endNs - this.startNs) / SECOND;
  }
}
