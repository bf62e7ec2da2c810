/**
 * Where frames can be watched: at every NIC, in both directions, and wherever one is lost. A tap only looks.
 * With none set a frame costs one comparison.
 */
import type { Frame } from '../wire/ethernet.ts';

export const SENT = 0;
export const RECEIVED = 1;
export type Direction = typeof SENT | typeof RECEIVED;

/** Why a frame did not arrive. */
export type FrameDropReason =
  | 'cable cut'
  | 'cable loss'
  | 'blocked'
  | 'no carrier'
  | 'host off'
  | 'port down'
  | 'reserved address'
  | 'invalid source'
  | 'no other port';

export interface FrameTap {
  /**
   * A frame left or reached the NIC of that name. Returns the id by which later records name it as their
   * cause.
   */
  frame(nic: string, direction: Direction, frame: Frame): number;
  /** A frame was lost at `place` (a cable's, a NIC's or a port's name). */
  dropped(place: string, frame: Frame, reason: FrameDropReason): void;
}
