/**
 * Random numbers by purpose. Every consumer draws from a stream of its own, named after the host and the
 * purpose, so that adding a consumer, or a host, does not shift what the others draw.
 */
import seedrandom from 'seedrandom';

/** Uniform in [0, 1). */
export type RandomStream = () => number;

/** The stream of that name in the run of that seed: the same numbers always, on every platform. */
export function randomStream(seed: string, name: string): RandomStream {
  const stream = seedrandom.alea(`${seed}/${name}`);
  return () => stream();
}

/** A whole number in [low, high], both included. */
export function randomInt(stream: RandomStream, low: number, high: number): number {
  return low + Math.floor(stream() * (high - low + 1));
}
