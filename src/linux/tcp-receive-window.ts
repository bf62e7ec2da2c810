/**
 * The window a socket offers, by the rules of tcp_select_initial_window and __tcp_select_window.
 * Applications here read at once, so the buffer is always empty and the window never closes. Not modelled:
 * buffers filling up, the slow growth of the buffer itself (receive buffer autotuning): each full segment
 * opens the window further, up to the largest buffer.
 *
 * First window: half of the default buffer (tcp_rmem[1] = 131072), in whole segments: 44 × 1460 = 64240 in
 * a SYN, 45 × 1448 = 65160 in a SYN-ACK with timestamps [m6-http-get-tiny]. Later ones are rounded up to
 * the unit of the scale, so that a scale of 10 shows 63 and 64, and one of 7 shows 502 and 510.
 */

const MAX_UNSCALED = 65535;
const MAX_SCALE = 14;

/** What `net.ipv4.tcp_rmem` says of a new socket, in bytes. */
export class ReceiveMemory {
  /** The shift that makes 16 bits reach the largest buffer: 7 for 6 MiB, 10 for 32 MiB. */
  readonly scale: number;

  constructor(
    readonly initial: number,
    readonly max: number,
  ) {
    const bits = Math.floor(Math.log2(Math.max(max, 1))) - 15;
    this.scale = Math.min(Math.max(bits, 0), MAX_SCALE);
  }
}

export function parseReceiveMemory(text: string): ReceiveMemory {
  const [, initial, max] = text.split(/\s+/).map(Number);
  return new ReceiveMemory(initial ?? 131_072, max ?? 6_291_456);
}

/**
 * Of a segment that carries SYN; it is never scaled. `payload` is what fits into one of the peer's
 * segments.
 */
export function initialWindow(memory: ReceiveMemory, payload: number): number {
  const space = memory.initial >> 1;
  const whole = space > payload ? space - (space % payload) : space;
  return Math.min(whole, MAX_UNSCALED);
}

export class ReceiveWindow {
  /** Bytes last offered, and from which sequence number on. */
  offered: number;
  offeredAt = 0;
  /** 0: the peer does not scale. */
  private scale = 0;
  /** Data in a full segment of the peer's. */
  private payload = 0;
  private target: number;
  private limit: number;

  /** `initial`: what the SYN offers. */
  constructor(initial: number) {
    this.offered = initial;
    this.target = initial;
    this.limit = initial;
  }

  /** The handshake is over; without a scale the window stays what it is. */
  establish(rcvNxt: number, scale: number, payload: number, memory: ReceiveMemory): void {
    this.offeredAt = rcvNxt;
    this.scale = scale;
    this.payload = payload;
    if (scale > 0) this.limit = Math.min(memory.max >> 1, MAX_UNSCALED << scale);
  }

  /** First sequence number beyond what was offered. */
  get end(): number {
    return (this.offeredAt + this.offered) | 0;
  }

  /** Full segments open the window by two more (tcp_grow_window): 63, 66, 69, 72 … [m6-http-get-tiny-big] */
  received(length: number): void {
    if (length < this.payload || this.target >= this.limit) return;
    this.target = Math.min(this.target + 2 * this.payload, this.limit);
  }

  /** The window field of a segment that acknowledges `rcvNxt`; a window once offered is not taken back. */
  field(rcvNxt: number): number {
    const unit = 1 << this.scale;
    const left = Math.max((this.end - rcvNxt) | 0, 0);
    let window = Math.max(this.target, left);
    if (this.scale > 0) window = Math.ceil(window / unit) * unit;
    this.offered = Math.min(window, MAX_UNSCALED << this.scale);
    this.offeredAt = rcvNxt;
    return this.offered >>> this.scale;
  }
}
