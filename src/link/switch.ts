/**
 * An Ethernet switch that behaves as a Linux bridge was recorded (spec: bridge as a switch): learns from
 * every accepted frame before deciding, moves an address at once, floods the port attached last first. Not
 * modelled: spanning tree, VLANs, multicast snooping (without a querier, Linux floods as well).
 */
import type { Engine } from '../engine/engine.ts';
import { SECOND } from '../engine/time.ts';
import type { Frame } from '../wire/ethernet.ts';
import { MAC_ZERO, type Mac } from '../wire/mac.ts';
import type { CableEnd, Socket } from './cable.ts';
import type { FrameDropReason, FrameTap } from './frame-tap.ts';

const DEFAULT_AGEING_NS = 300 * SECOND;
const RESERVED_FIRST = 0x0180c2000001;
const RESERVED_LAST = 0x0180c200000f;

class FdbEntry {
  constructor(
    readonly mac: Mac,
    public port: SwitchPort,
    public seenNs: number,
    /** Put in by an operator: never ages, outlives its port's carrier, yet moves like any other. */
    readonly isStatic: boolean,
  ) {}
}

export class SwitchPort implements Socket {
  private end: CableEnd | null = null;
  private enabled = true;

  constructor(
    private readonly owner: Switch,
    readonly name: string,
  ) {}

  get lit(): boolean {
    return this.enabled;
  }

  /** Up and with a living cable: takes part in forwarding. */
  get forwarding(): boolean {
    return this.enabled && this.end?.carrier === true;
  }

  plug(end: CableEnd): void {
    this.end = end;
  }

  /** Shuts or opens the port, as an operator does; the station sees its carrier go. */
  setEnabled(enabled: boolean): void {
    this.enabled = enabled;
    this.end?.litChanged();
  }

  carrierChanged(carrier: boolean): void {
    if (!carrier) this.owner.flush(this);
  }

  receive(frame: Frame): void {
    this.owner.receive(this, frame);
  }

  send(frame: Frame, cause: number): void {
    this.end?.send(frame, cause);
  }
}

export class Switch {
  ageingNs = DEFAULT_AGEING_NS;
  tap: FrameTap | null = null;
  readonly ports: SwitchPort[] = [];
  /** By the id of the address: a lookup is one load. */
  private readonly fdb: (FdbEntry | undefined)[] = [];

  constructor(
    private readonly engine: Engine,
    readonly name: string,
  ) {}

  addPort(name: string): SwitchPort {
    const port = new SwitchPort(this, `${this.name}:${name}`);
    this.ports.push(port);
    return port;
  }

  receive(from: SwitchPort, frame: Frame): void {
    if (!from.forwarding) return this.drop(frame, 'port down');
    if (frame.src.isGroup || frame.src === MAC_ZERO) return this.drop(frame, 'invalid source');
    this.learn(frame.src, from);
    if (frame.dst.isGroup) {
      if (frame.dst.value >= RESERVED_FIRST && frame.dst.value <= RESERVED_LAST) {
        return this.drop(frame, 'reserved address');
      }
      return this.flood(from, frame);
    }
    const port = this.lookup(frame.dst);
    if (port === null) return this.flood(from, frame);
    if (port === from) return this.drop(frame, 'no other port');
    port.send(frame, this.engine.cause);
  }

  /** Forgets what was learned behind a port, as when its carrier goes. */
  flush(port: SwitchPort): void {
    for (const entry of this.fdb) {
      if (entry !== undefined && entry.port === port && !entry.isStatic) this.fdb[entry.mac.id] = undefined;
    }
  }

  /** `bridge fdb add MAC dev PORT master static` */
  addStatic(mac: Mac, port: SwitchPort): void {
    this.fdb[mac.id] = new FdbEntry(mac, port, this.engine.nowNs, true);
  }

  /** The port a unicast frame for that address would leave by; null: unknown or aged out. */
  lookup(mac: Mac): SwitchPort | null {
    const entry = this.fdb[mac.id];
    if (entry === undefined) return null;
    if (this.engine.nowNs - entry.seenNs > this.ageingNs && !entry.isStatic) {
      this.fdb[mac.id] = undefined;
      return null;
    }
    return entry.port;
  }

  /** What is learned and has not aged out, by address. */
  entries(): readonly { mac: Mac; port: SwitchPort; ageNs: number; isStatic: boolean }[] {
    return this.fdb
      .flatMap((entry) => (entry === undefined || this.lookup(entry.mac) === null ? [] : [entry]))
      .map(({ mac, port, seenNs, isStatic }) => ({ mac, port, ageNs: this.engine.nowNs - seenNs, isStatic }))
      .sort((a, b) => a.mac.value - b.mac.value);
  }

  private learn(mac: Mac, port: SwitchPort): void {
    const entry = this.fdb[mac.id];
    if (entry === undefined) {
      this.fdb[mac.id] = new FdbEntry(mac, port, this.engine.nowNs, false);
      return;
    }
    entry.port = port;
    entry.seenNs = this.engine.nowNs;
  }

  private flood(from: SwitchPort, frame: Frame): void {
    let copies = 0;
    for (let i = this.ports.length - 1; i >= 0; i--) {
      const port = this.ports[i] as SwitchPort;
      if (port === from || !port.forwarding) continue;
      port.send(frame, this.engine.cause);
      copies++;
    }
    if (copies === 0) this.drop(frame, 'no other port');
  }

  private drop(frame: Frame, reason: FrameDropReason): void {
    if (this.tap !== null) this.tap.dropped(this.name, frame, reason);
  }
}
