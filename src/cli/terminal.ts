/** What depends on whether a person is looking: colours, and a line that shows how far a long run has come. */
import { styleText } from 'node:util';
import type { Ink, Painter } from '../report/story.ts';
import { plainInk } from '../report/story.ts';

const STYLES: Readonly<Record<Ink, Parameters<typeof styleText>[0]>> = {
  title: 'bold',
  dim: 'gray',
  good: 'green',
  bad: 'red',
  odd: 'yellow',
};

/** Colours on a terminal only, and never with NO_COLOR (https://no-color.org). */
export function painterFor(stream: NodeJS.WriteStream): Painter {
  const { NO_COLOR } = process.env;
  const wanted = stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '');
  return wanted ? (ink, text) => styleText(STYLES[ink], text, { validateStream: false }) : plainInk;
}

const BAR_WIDTH = 30;
/** Runs that are over sooner show nothing. */
const PATIENCE_MS = 400;

export class ProgressLine {
  private readonly startedMs = Date.now();
  private shown = false;

  constructor(private readonly label: string) {}

  /** `fraction`: 0 … 1. */
  show(fraction: number): void {
    if (process.stderr.isTTY !== true || Date.now() - this.startedMs < PATIENCE_MS) return;
    const full = Math.round(fraction * BAR_WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
    process.stderr.write(`\r${this.label} ${bar} ${Math.round(fraction * 100)} %`);
    this.shown = true;
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\x1b[K');
  }
}
