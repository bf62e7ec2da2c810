/**
 * Transcripts of real programs: `$ command`, what it printed (errors behind the output), `=> 2` if it did not
 * exit with 0. The commands are typed on a simulated host and must give the same text.
 */
import { expect } from 'vitest';
import type { Bench } from './bench.ts';

/** A line `# 3 s` lets time pass. What `mask` changes in both texts alike is not compared. */
export function replay(bench: Bench, host: string, transcript: string, mask = (text: string) => text): void {
  const actual = transcript
    .split('\n')
    .filter((line) => /^[$#] /.test(line))
    .map((line) => answer(bench, host, line));
  expect(mask(actual.join(''))).toBe(mask(transcript));
}

function answer(bench: Bench, host: string, line: string): string {
  const pause = /^# ([\d.]+) s/.exec(line);
  if (pause !== null) bench.pass(Number(pause[1]));
  return `${line}\n${line.startsWith('$') ? bench.text(host, line.slice(2)) : ''}`;
}
