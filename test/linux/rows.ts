/** Plays rows of one world in their order: what a row's raw ports sent goes in, all else is compared. */
import { MS } from '../../src/engine/time.ts';
import type { Bench, TappedFrame } from './bench.ts';
import { masked } from './mask.ts';
import type { RecordedFrame } from './recording.ts';

export interface TimedRow {
  readonly id: string;
  readonly frames: readonly RecordedFrame[];
}

export interface Stimulus {
  readonly tMs: number;
  readonly hex: string;
  /** The raw port it goes in by. */
  readonly at: string;
}

/** Quiet time between two rows. */
const PAUSE_MS = 400;
const SLACK_MS = 5;

/**
 * Injects the stimuli at their times, then compares card by card which frames passed and when: within 5 ms of
 * the recorded time, or earlier by what the kernel's timers are late.
 */
export function playRow(bench: Bench, row: TimedRow, stimuli: readonly Stimulus[], taps: readonly string[]) {
  bench.runMs(PAUSE_MS);
  const zeroNs = bench.engine.nowNs;
  const before = bench.frames.length;
  for (const { tMs, hex, at } of stimuli) {
    bench.engine.runUntil(zeroNs + Math.round(tMs * MS));
    bench.inject(at, hex);
  }
  const lastMs = Math.max(...stimuli.map(({ tMs }) => tMs), ...row.frames.map(({ tMs }) => tMs));
  bench.engine.runUntil(zeroNs + Math.round((lastMs + SLACK_MS) * MS));
  const injected = new Set(stimuli.map(({ hex, at }) => `${at} tx ${hex}`));
  const outputs = (frame: TappedFrame | RecordedFrame): boolean =>
    taps.includes(frame.at) && isOwn(bench, frame) && !injected.has(`${frame.at} ${frame.dir} ${frame.hex}`);
  const simulated = bench.frames.slice(before).filter(outputs);
  const recorded = row.frames.filter(outputs);
  const late = taps.flatMap((tap) => {
    const seen = simulated.filter(({ at }) => at === tap);
    return recorded
      .filter(({ at }) => at === tap)
      .flatMap(({ tMs, txt }, i) => {
        const simulatedMs = ((seen[i]?.atNs ?? zeroNs) - zeroNs) / MS;
        const onTime = simulatedMs < tMs + SLACK_MS && tMs < 1.125 * simulatedMs + 20;
        return onTime ? [] : [`${txt}: recorded at ${tMs} ms, simulated at ${simulatedMs} ms`];
      });
  });
  return {
    recorded: { frames: byTap(recorded, taps), late: [] },
    simulated: { frames: byTap(simulated, taps), late },
  };
}

/** The stimuli of a row: what its raw ports sent, or where none was tapped, what `instead` received. */
export function stimuliOf(row: TimedRow, instead: { from: string; at: string } | null = null): Stimulus[] {
  const sent = row.frames.filter(({ at, dir }) => at.startsWith('probe:') && dir === 'tx');
  if (sent.length > 0 || instead === null) return sent;
  return row.frames
    .filter(({ at, dir }) => at === instead.from && dir === 'rx')
    .map(({ tMs, hex }) => ({ tMs, hex, at: instead.at }));
}

/** A card's copy of a unicast frame for another depends on what the switch learned in rows left out. */
function isOwn(bench: Bench, { at, dir, hex }: { at: string; dir: string; hex: string }): boolean {
  const group = (Number.parseInt(hex.slice(0, 2), 16) & 1) === 1;
  return dir === 'tx' || group || hex.slice(0, 12) === bench.nic(at).mac.toString().replaceAll(':', '');
}

function byTap(
  frames: readonly { at: string; dir: string; hex: string }[],
  taps: readonly string[],
): string[] {
  return taps.flatMap((tap) =>
    frames.filter(({ at }) => at === tap).map(({ dir, hex }) => `${tap} ${dir} ${masked(hex)}`),
  );
}
