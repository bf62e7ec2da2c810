/** Every frame of a run at every card, in columns. Frames are immutable, so the log holds them and copies nothing. */
import type { Engine } from '../engine/engine.ts';
import type { Direction, FrameDropReason, FrameTap } from '../link/frame-tap.ts';
import type { Frame } from '../wire/ethernet.ts';

export interface LoggedFrame {
  readonly id: number;
  readonly cause: number;
  readonly timeNs: number;
  /** `host:interface` of the card. */
  readonly nic: string;
  readonly direction: Direction;
  readonly frame: Frame;
}

export interface LostFrame {
  readonly timeNs: number;
  readonly place: string;
  readonly frame: Frame;
  readonly reason: FrameDropReason;
}

export class FrameLog implements FrameTap {
  readonly lost: LostFrame[] = [];
  private readonly ids: number[] = [];
  private readonly causes: number[] = [];
  private readonly timesNs: number[] = [];
  private readonly nics: string[] = [];
  private readonly directions: Direction[] = [];
  private readonly frames: Frame[] = [];

  constructor(private readonly engine: Engine) {}

  get size(): number {
    return this.ids.length;
  }

  frame(nic: string, direction: Direction, frame: Frame): number {
    const id = this.engine.nextRecordId();
    this.ids.push(id);
    this.causes.push(this.engine.cause);
    this.timesNs.push(this.engine.nowNs);
    this.nics.push(nic);
    this.directions.push(direction);
    this.frames.push(frame);
    return id;
  }

  dropped(place: string, frame: Frame, reason: FrameDropReason): void {
    this.lost.push({ timeNs: this.engine.nowNs, place, frame, reason });
  }

  /** The i-th frame, 0 … size − 1. */
  at(index: number): LoggedFrame {
    return {
      id: this.ids[index] as number,
      cause: this.causes[index] as number,
      timeNs: this.timesNs[index] as number,
      nic: this.nics[index] as string,
      direction: this.directions[index] as Direction,
      frame: this.frames[index] as Frame,
    };
  }

  *[Symbol.iterator](): Generator<LoggedFrame> {
    for (let i = 0; i < this.size; i++) yield this.at(i);
  }
}
