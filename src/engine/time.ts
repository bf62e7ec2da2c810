/**
 * Virtual time: an integer number of nanoseconds since the start of a run, held in a plain number.
 * Exact up to 2^53 ns, which is 104 days; the engine refuses to go beyond.
 */
export const US = 1_000;
export const MS = 1_000_000;
export const SECOND = 1_000_000_000;
export const MAX_TIME_NS = Number.MAX_SAFE_INTEGER;

/** A moment that never comes: the deadline of a timer that is not armed. */
export const NEVER = Number.POSITIVE_INFINITY;

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: US,
  ms: MS,
  s: SECOND,
  m: 60 * SECOND,
  min: 60 * SECOND,
  h: 3600 * SECOND,
};

/**
 * `"100ms"`, `"3.65s"`, `"2m"`: nanoseconds, rounded to the nearest; null for anything else (a bare number
 * has no unit and is refused).
 */
export function parseDurationNs(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ns|us|ms|s|min|m|h)\s*$/.exec(text);
  if (match === null) return null;
  const ns = Math.round(Number(match[1]) * (UNIT_NS[match[2] ?? ''] ?? Number.NaN));
  return ns <= MAX_TIME_NS ? ns : null;
}

/** Seconds with three decimals, as every report prints a moment: `13.258`. */
export function secondsText(timeNs: number): string {
  return (timeNs / SECOND).toFixed(3);
}
