/** The lines of a story around a moment: enough to see what a test complains about. */
import { secondsText } from '../engine/time.ts';
import type { Run } from '../lab/run.ts';
import { narrate } from '../report/narration.ts';

const LINES_BEFORE = 6;
const LINES_AFTER = 6;

export function excerpt(run: Run, momentNs: number): string {
  const lines = narrate(run);
  const at = lines.findIndex(({ timeNs }) => timeNs >= momentNs);
  const middle = at < 0 ? lines.length : at;
  return lines
    .slice(Math.max(0, middle - LINES_BEFORE), middle + LINES_AFTER)
    .map(({ timeNs, host, text }) => `  ${secondsText(timeNs).padStart(8)} s  ${host.padEnd(8)} ${text}`)
    .join('\n');
}
