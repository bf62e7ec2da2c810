/**
 * A network card: an address, a filter for what is not for it, and a light that says whether the cable lives.
 */
import type { Engine } from '../engine/engine.ts';
import type { Frame } from '../wire/ethernet.ts';
import type { Mac } from '../wire/mac.ts';
import type { CableEnd, Socket } from './cable.ts';
import { type FrameTap, RECEIVED, SENT } from './frame-tap.ts';

/** The kernel's side of a card. */
export interface NicDriver {
  receiveFrame(frame: Frame): void;
  carrierChanged(carrier: boolean): void;
}

export class Nic implements Socket {
  promiscuous = false;
  tap: FrameTap | null = null;
  driver: NicDriver | null = null;
  /** Frames for other addresses that the card did not pass up. */
  filtered = 0;
  private end: CableEnd | null = null;
  private powered = false;

  constructor(
    private readonly engine: Engine,
    /** `host:interface`, the name of the capture point. */
    readonly name: string,
    readonly mac: Mac,
  ) {}

  get lit(): boolean {
    return this.powered;
  }

  get carrier(): boolean {
    return this.end?.carrier ?? false;
  }

  plug(end: CableEnd): void {
    this.end = end;
  }

  /** Switches the card on or off, as the host's power and `ip link set up|down` do. */
  setPower(on: boolean): void {
    this.powered = on;
    this.end?.litChanged();
  }

  carrierChanged(carrier: boolean): void {
    this.driver?.carrierChanged(carrier);
  }

  send(frame: Frame): void {
    const { end } = this;
    // Without carrier nothing leaves the host, and a capture on it shows nothing [m4-linkdown-eviction].
    if (end === null || !end.carrier) {
      this.tap?.dropped(this.name, frame, 'no carrier');
      return;
    }
    const cause = this.tap === null ? this.engine.cause : this.tap.frame(this.name, SENT, frame);
    end.send(frame, cause);
  }

  receive(frame: Frame): void {
    if (!this.powered || this.driver === null) {
      this.tap?.dropped(this.name, frame, 'host off');
      return;
    }
    if (frame.dst !== this.mac && !frame.dst.isGroup && !this.promiscuous) {
      this.filtered++;
      return;
    }
    if (this.tap !== null) this.engine.cause = this.tap.frame(this.name, RECEIVED, frame);
    this.driver.receiveFrame(frame);
  }
}
