/**
 * A small world for tests of the kernel: hosts and raw ports on switches, as the topology of a recording
 * lists them, and every frame that passed a card written down. Cables take no time, as the recordings' do.
 */
import { Engine } from '../../src/engine/engine.ts';
import { MS } from '../../src/engine/time.ts';
import { Cable, type CableOptions } from '../../src/link/cable.ts';
import { type Direction, type FrameDropReason, type FrameTap, SENT } from '../../src/link/frame-tap.ts';
import { Nic } from '../../src/link/nic.ts';
import { Switch, type SwitchPort } from '../../src/link/switch.ts';
import type { Device } from '../../src/linux/device.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import { hex, hexText } from '../../src/wire/bytes.ts';
import { decodeFrame, encodeFrame } from '../../src/wire/codec.ts';
import type { Frame } from '../../src/wire/ethernet.ts';
import { Mac } from '../../src/wire/mac.ts';

/** One card of a host, in the words of the recordings. A card without addresses may belong to a raw port. */
export interface Link {
  readonly host: string;
  readonly if: string;
  readonly mac: string;
  readonly bridge: string;
  readonly port: string;
  readonly addrs?: readonly string[];
}

export interface TappedFrame {
  readonly atNs: number;
  /** `host:interface` */
  readonly at: string;
  readonly dir: 'tx' | 'rx';
  readonly hex: string;
}

export interface BenchOptions {
  /**
   * Hosts that are nothing but a port: they have no kernel, hear everything and send what `inject` gives
   * them.
   */
  readonly raw?: readonly string[];
  readonly seed?: string;
  readonly cable?: CableOptions;
}

export function mac(text: string): Mac {
  const parsed = Mac.parse(text);
  if (parsed === null) throw new RangeError(`not a MAC: ${text}`);
  return parsed;
}

export class Bench implements FrameTap {
  readonly engine: Engine;
  readonly kernels = new Map<string, Kernel>();
  readonly switches = new Map<string, Switch>();
  readonly nics = new Map<string, Nic>();
  readonly ports = new Map<string, SwitchPort>();
  readonly cables: Cable[] = [];
  readonly frames: TappedFrame[] = [];
  readonly losses: { place: string; reason: FrameDropReason }[] = [];

  constructor(links: readonly Link[], options: BenchOptions = {}) {
    this.engine = new Engine({ seed: options.seed ?? '1' });
    for (const link of links) this.attach(link, options);
  }

  // ── what the world saw ───────────────────────────────────────────────────────────────────────────────

  frame(nic: string, direction: Direction, frame: Frame): number {
    const dir = direction === SENT ? 'tx' : 'rx';
    this.frames.push({ atNs: this.engine.nowNs, at: nic, dir, hex: hexText(encodeFrame(frame)) });
    return this.engine.nextRecordId();
  }

  dropped(place: string, _frame: Frame, reason: FrameDropReason): void {
    this.losses.push({ place, reason });
  }

  /** Frames of one card in one direction, as hexadecimal text. */
  seen(at: string, dir: 'tx' | 'rx'): string[] {
    return this.frames.filter((frame) => frame.at === at && frame.dir === dir).map((frame) => frame.hex);
  }

  // ── its parts ────────────────────────────────────────────────────────────────────────────────────────

  kernel(host: string): Kernel {
    return found(this.kernels, host);
  }

  device(host: string, name: string): Device {
    const device = this.kernel(host).devices.byName(name);
    if (device === null) throw new RangeError(`no ${name} on ${host}`);
    return device;
  }

  nic(name: string): Nic {
    return found(this.nics, name);
  }

  port(name: string): SwitchPort {
    return found(this.ports, name);
  }

  // ── what one can do to it ────────────────────────────────────────────────────────────────────────────

  /** Sends bytes out of a raw port, or out of a host's card behind its kernel's back. */
  inject(at: string, frame: string): void {
    this.nic(at).send(decodeFrame(hex(frame)));
  }

  runMs(ms: number): void {
    this.engine.runUntil(this.engine.nowNs + Math.round(ms * MS));
  }

  runUntilMs(ms: number): void {
    this.engine.runUntil(Math.round(ms * MS));
  }

  private attach(link: Link, options: BenchOptions): void {
    const name = `${link.host}:${link.if}`;
    const nic = new Nic(this.engine, name, mac(link.mac));
    nic.tap = this;
    this.nics.set(name, nic);
    if (options.raw?.includes(link.host)) {
      nic.promiscuous = true;
      nic.driver = { receiveFrame: () => undefined, carrierChanged: () => undefined };
      nic.setPower(true);
    } else {
      this.kernelOf(link.host).addNic(link.if, nic);
    }
    const port = this.switchOf(link.bridge).addPort(link.port);
    this.ports.set(link.port, port);
    const cable = new Cable(this.engine, link.port, nic, port, { latencyNs: 0, ...options.cable });
    nic.plug(cable.endA);
    port.plug(cable.endB);
    cable.connect();
    this.cables.push(cable);
  }

  private kernelOf(host: string): Kernel {
    let kernel = this.kernels.get(host);
    if (kernel === undefined) {
      kernel = new Kernel(this.engine, host);
      this.kernels.set(host, kernel);
    }
    return kernel;
  }

  private switchOf(name: string): Switch {
    let bridge = this.switches.get(name);
    if (bridge === undefined) {
      bridge = new Switch(this.engine, name);
      this.switches.set(name, bridge);
    }
    return bridge;
  }
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new RangeError(`no ${name} on this bench`);
  return value;
}
