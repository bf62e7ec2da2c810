/**
 * A cable: two ends, and what a cable can do to a frame on the way in either direction. Frames of one
 * direction never overtake each other, whatever the jitter. Queues are unlimited: a slow cable delays, it
 * does not drop.
 */
import type { Engine } from '../engine/engine.ts';
import type { Receiver } from '../engine/event.ts';
import type { RandomStream } from '../engine/random.ts';
import { SECOND } from '../engine/time.ts';
import { frameLength } from '../wire/codec.ts';
import type { Frame } from '../wire/ethernet.ts';
import type { FrameDropReason, FrameTap } from './frame-tap.ts';

/** What a cable is plugged into: a NIC or a switch port. */
export interface Socket extends Receiver {
  readonly name: string;
  /** Has power and is not shut: without it the other end sees no carrier. */
  readonly lit: boolean;
  carrierChanged(carrier: boolean): void;
}

export interface CableOptions {
  /** One way, without the time to put the frame on the wire. Default 10 µs. */
  readonly latencyNs?: number;
  /** Up to this much more, uniformly. */
  readonly jitterNs?: number;
  /** Probability that a frame is lost, 0…1. */
  readonly loss?: number;
  /** 0: unlimited. */
  readonly bitsPerSecond?: number;
}

export type Block = (frame: Frame) => boolean;

/**
 * A frame ends in a FIFO check sequence and is preceded by preamble and gap: 24 bytes on the wire beside its
 * own.
 */
const WIRE_OVERHEAD_BYTES = 24;
const MIN_FRAME_BYTES = 60;
const DEFAULT_LATENCY_NS = 10_000;

/** One direction of a cable. Counts every frame: sent = delivered + dropped + in flight. */
export class Lane {
  sent = 0;
  delivered = 0;
  inFlight = 0;
  readonly dropped = new Map<FrameDropReason, number>();
  cut = false;
  /** Frames for which any of these returns true are lost. */
  readonly blocks: Block[] = [];
  latencyNs: number;
  jitterNs: number;
  loss: number;
  bitsPerSecond: number;
  tap: FrameTap | null = null;
  /** Of those in flight the first so many were on their way when the carrier went. */
  private doomed = 0;
  private busyUntilNs = 0;
  private lastArrivalNs = 0;
  private chance: RandomStream | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly cable: Cable,
    private readonly name: string,
    private readonly to: Socket,
    options: CableOptions,
  ) {
    this.latencyNs = options.latencyNs ?? DEFAULT_LATENCY_NS;
    this.jitterNs = options.jitterNs ?? 0;
    this.loss = options.loss ?? 0;
    this.bitsPerSecond = options.bitsPerSecond ?? 0;
  }

  send(frame: Frame, cause: number): void {
    this.sent++;
    if (!this.cable.carrier) return this.drop(frame, 'no carrier');
    if (this.cut) return this.drop(frame, 'cable cut');
    if (this.blocks.length > 0 && this.blocks.some((block) => block(frame))) {
      return this.drop(frame, 'blocked');
    }
    if (this.loss > 0 && this.draw() < this.loss) return this.drop(frame, 'cable loss');
    this.inFlight++;
    this.engine.deliverAt(this.arrivalNs(frame), this, frame, cause);
  }

  /** The far end of the lane: the cable may have been pulled while the frame was on its way. */
  receive(frame: Frame): void {
    this.inFlight--;
    if (this.doomed > 0) {
      this.doomed--;
      return this.drop(frame, 'cable cut');
    }
    if (this.cut) return this.drop(frame, 'cable cut');
    this.delivered++;
    this.to.receive(frame);
  }

  /** The carrier goes: what is on its way is lost, even if it comes back before that would have arrived. */
  carrierLost(): void {
    this.doomed = this.inFlight;
  }

  private arrivalNs(frame: Frame): number {
    let arrivalNs = this.engine.nowNs + this.latencyNs;
    if (this.bitsPerSecond > 0) {
      const bytes = Math.max(frameLength(frame), MIN_FRAME_BYTES) + WIRE_OVERHEAD_BYTES;
      const startNs = Math.max(this.engine.nowNs, this.busyUntilNs);
      this.busyUntilNs = startNs + Math.round((bytes * 8 * SECOND) / this.bitsPerSecond);
      arrivalNs = this.busyUntilNs + this.latencyNs;
    }
    if (this.jitterNs > 0) arrivalNs += Math.floor(this.draw() * (this.jitterNs + 1));
    if (arrivalNs < this.lastArrivalNs) arrivalNs = this.lastArrivalNs;
    this.lastArrivalNs = arrivalNs;
    return arrivalNs;
  }

  private draw(): number {
    this.chance ??= this.engine.random(`${this.name}/chance`);
    return this.chance();
  }

  private drop(frame: Frame, reason: FrameDropReason): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
    if (this.tap !== null) this.tap.dropped(this.name, frame, reason);
  }
}

/** The end of a cable a NIC or a port holds. */
export class CableEnd {
  constructor(
    private readonly cable: Cable,
    private readonly lane: Lane,
  ) {}

  get carrier(): boolean {
    return this.cable.carrier;
  }

  send(frame: Frame, cause: number): void {
    this.lane.send(frame, cause);
  }

  /** To be called when `lit` of the socket at this end has changed. */
  litChanged(): void {
    this.cable.update();
  }
}

export class Cable {
  /** Light on both ends: neither cut through nor dark at one of them. */
  carrier = false;
  readonly aToB: Lane;
  readonly bToA: Lane;
  /** The ends, to be given to the sockets; call `connect` when both have theirs. */
  readonly endA: CableEnd;
  readonly endB: CableEnd;
  private pulled = false;

  constructor(
    engine: Engine,
    readonly name: string,
    private readonly a: Socket,
    private readonly b: Socket,
    options: CableOptions = {},
  ) {
    this.aToB = new Lane(engine, this, `${a.name}>${b.name}`, b, options);
    this.bToA = new Lane(engine, this, `${b.name}>${a.name}`, a, options);
    this.endA = new CableEnd(this, this.aToB);
    this.endB = new CableEnd(this, this.bToA);
  }

  connect(): void {
    this.update();
  }

  /** Pulls the cable out: both ends lose their carrier. */
  pull(): void {
    this.pulled = true;
    this.update();
  }

  /** Plugs it in again and mends every cut. */
  heal(): void {
    this.pulled = false;
    this.aToB.cut = false;
    this.bToA.cut = false;
    this.update();
  }

  /** Light has come or gone somewhere. */
  update(): void {
    const carrier = !this.pulled && this.a.lit && this.b.lit;
    if (carrier === this.carrier) return;
    this.carrier = carrier;
    if (!carrier) {
      this.aToB.carrierLost();
      this.bToA.carrierLost();
    }
    this.a.carrierChanged(carrier);
    this.b.carrierChanged(carrier);
  }
}
