/** Reads a recording of the real kernel, and finds the rows on which a test's simulation differs. */
import { readFileSync } from 'node:fs';
import { Bench, type BenchOptions, type Link } from './bench.ts';
import { setSysctls, setUp } from './commands.ts';

export interface RecordedFrame {
  readonly tMs: number;
  readonly at: string;
  readonly dir: 'tx' | 'rx';
  readonly hex: string;
  readonly txt: string;
}

export interface Rows<Row> {
  readonly topology: { readonly links: readonly Link[] };
  readonly setup: readonly string[];
  readonly defaults?: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

export function recording<T>(name: string): T {
  const url = new URL(`../recordings/linux/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}

/** The world of a recording with its first `lines` of setup done, and the defaults of its rows on `host`. */
export function worldOf(
  file: Rows<unknown>,
  host: string,
  options: BenchOptions = {},
  lines?: number,
): Bench {
  const bench = new Bench(file.topology.links, { raw: ['probe'], ...options });
  setUp(bench, file.setup.slice(0, lines));
  setSysctls(bench, host, file.defaults ?? {});
  return bench;
}

export interface Agreement {
  readonly agree: number;
  readonly of: number;
  /** What differs, a line a row, the first few. */
  readonly differing: readonly string[];
}

/** Plays every row; `play` gives what was recorded and what was simulated in a form that can be compared. */
export function compare<Row extends { id: string }>(
  rows: readonly Row[],
  play: (row: Row) => { recorded: unknown; simulated: unknown },
): Agreement {
  const differing: string[] = [];
  for (const row of rows) {
    const { recorded, simulated } = play(row);
    const [want, got] = [JSON.stringify(recorded), JSON.stringify(simulated)];
    if (want !== got) differing.push(`${row.id}: recorded ${want}, simulated ${got}`);
  }
  return { agree: rows.length - differing.length, of: rows.length, differing: differing.slice(0, 5) };
}

export function all(count: number): Agreement {
  return { agree: count, of: count, differing: [] };
}
