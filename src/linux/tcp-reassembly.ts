/**
 * Data that came before what precedes it: kept in order until the hole is filled, each byte once. Not
 * modelled: limits of memory (the window bounds what is kept) and SACK blocks that would tell the peer.
 */
import { seqBefore } from '../wire/tcp.ts';

interface Piece {
  readonly seq: number;
  readonly data: Uint8Array;
  /** The peer's FIN follows the data. */
  readonly fin: boolean;
}

export class Reassembly {
  /** By sequence number; pieces may overlap. */
  private readonly pieces: Piece[] = [];

  get isEmpty(): boolean {
    return this.pieces.length === 0;
  }

  add(seq: number, data: Uint8Array, fin: boolean): void {
    let index = this.pieces.length;
    while (index > 0 && seqBefore(seq, (this.pieces[index - 1] as Piece).seq)) index--;
    const before = this.pieces[index - 1];
    if (before !== undefined && before.seq === seq && before.data.length >= data.length && !fin) return;
    this.pieces.splice(index, 0, { seq, data, fin });
  }

  /**
   * The next bytes from `rcvNxt` on, FIN or not; null while there is a hole. Pieces that are old news go.
   */
  next(rcvNxt: number): { data: Uint8Array; fin: boolean } | null {
    for (;;) {
      const piece = this.pieces[0];
      if (piece === undefined || seqBefore(rcvNxt, piece.seq)) return null;
      this.pieces.shift();
      const known = (rcvNxt - piece.seq) | 0;
      if (known > piece.data.length) continue;
      if (known === piece.data.length && !piece.fin) continue;
      return { data: known === 0 ? piece.data : piece.data.subarray(known), fin: piece.fin };
    }
  }
}
