/**
 * A packet socket: a program that hears the frames a card receives beside the kernel. It sits before the
 * card's driver and hands everything on. Frames the card filters out (for other hosts, without promiscuity)
 * are not heard, nor are those this host sends.
 */
import type { Nic, NicDriver } from '../link/nic.ts';
import type { Frame } from '../wire/ethernet.ts';

export type FrameListener = (frame: Frame) => void;

/** Opens one on `nic`; returns what closes it. */
export function listenToFrames(nic: Nic, listener: FrameListener): () => void {
  const { driver } = nic;
  const tapped = driver instanceof TappedDriver ? driver : new TappedDriver(driver);
  nic.driver = tapped;
  tapped.listeners.add(listener);
  return () => {
    tapped.listeners.delete(listener);
    if (tapped.listeners.size === 0 && nic.driver === tapped) nic.driver = tapped.below;
  };
}

class TappedDriver implements NicDriver {
  readonly listeners = new Set<FrameListener>();

  constructor(readonly below: NicDriver | null) {}

  receiveFrame(frame: Frame): void {
    for (const listener of [...this.listeners]) listener(frame);
    this.below?.receiveFrame(frame);
  }

  carrierChanged(carrier: boolean): void {
    this.below?.carrierChanged(carrier);
  }
}
