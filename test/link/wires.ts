/** The smallest things to plug a cable into, and frames to send along it. */
import type { Engine } from '../../src/engine/engine.ts';
import { Cable, type CableEnd, type CableOptions, type Socket } from '../../src/link/cable.ts';
import type { Frame } from '../../src/wire/ethernet.ts';
import { EthernetFrame, RAW_FRAME, RawFramePayload } from '../../src/wire/ethernet.ts';
import { Mac } from '../../src/wire/mac.ts';

export const A = Mac.of(0x020000000001);
export const B = Mac.of(0x020000000002);

/** A frame of `bytes` bytes in all, told from others by its number. */
export function numbered(number: number, bytes = 60, src = A, dst = B): Frame {
  const payload = new Uint8Array(bytes - 14);
  payload[0] = number >>> 8;
  payload[1] = number;
  return new EthernetFrame(dst, src, RAW_FRAME, new RawFramePayload(0x88b5, payload));
}

export function numberOf(frame: Frame): number {
  if (frame.kind !== RAW_FRAME) return -1;
  const { bytes } = frame.payload;
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

/** A socket that writes down what arrives, and when. */
export class Plug implements Socket {
  lit = true;
  readonly carriers: boolean[] = [];
  readonly arrivals: { atNs: number; number: number }[] = [];
  private end: CableEnd | null = null;

  constructor(
    private readonly engine: Engine,
    readonly name: string,
  ) {}

  plug(end: CableEnd): void {
    this.end = end;
  }

  setLit(lit: boolean): void {
    this.lit = lit;
    this.end?.litChanged();
  }

  carrierChanged(carrier: boolean): void {
    this.carriers.push(carrier);
  }

  receive(frame: Frame): void {
    this.arrivals.push({ atNs: this.engine.nowNs, number: numberOf(frame) });
  }

  send(frame: Frame): void {
    this.end?.send(frame, this.engine.cause);
  }
}

export function connect(engine: Engine, options: CableOptions = {}) {
  const a = new Plug(engine, 'a');
  const b = new Plug(engine, 'b');
  const cable = new Cable(engine, 'a-b', a, b, options);
  a.plug(cable.endA);
  b.plug(cable.endB);
  cable.connect();
  return { a, b, cable };
}
