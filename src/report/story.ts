/** The story as text: what `vipdrift run` prints. Colours are the caller's business: it hands in a painter. */
import { secondsText } from '../engine/time.ts';
import { recordsOf } from '../lab/records.ts';
import { failedSetup, type Run } from '../lab/run.ts';
import { summarise, type TrafficSummary } from '../lab/traffic-summary.ts';
import { narrate } from './narration.ts';
import type { StoryLine } from './story-line.ts';

export type Ink = 'title' | 'dim' | 'good' | 'bad' | 'odd';
export type Painter = (ink: Ink, text: string) => string;

/** No colours: for files, pipes and tests. */
export const plainInk: Painter = (_ink, text) => text;

const ASIDE_COLUMN = 60;

export function storyText(run: Run, paint: Painter = plainInk): string {
  return [
    ...heading(run, paint),
    '',
    ...chronicle(run, paint),
    '',
    ...summaryLines(run),
    ...verdictLines(run, paint),
    '',
    closing(run, paint),
    '',
  ].join('\n');
}

function heading({ scenario, seed }: Run, paint: Painter): string[] {
  const hosts = scenario.lab.hosts.length;
  return [
    `${paint('title', scenario.name)} · ${scenario.question}`,
    paint('dim', `${hosts} ${hosts === 1 ? 'host' : 'hosts'}, 1 segment, seed ${seed}`),
  ];
}

/** Time and host stand only where they differ from the line above. */
function chronicle(run: Run, paint: Painter): string[] {
  const width = Math.max(...run.scenario.lab.hosts.map(({ name }) => name.length));
  let lastTime = '';
  let lastHost = '';
  return narrate(run).map((line) => {
    const time = `${secondsText(line.timeNs)} s`;
    const isNewTime = time !== lastTime;
    const isNewHost = isNewTime || line.host !== lastHost;
    lastTime = time;
    lastHost = line.host;
    const left = `${(isNewTime ? time : '').padStart(10)}  ${(isNewHost ? line.host : '').padEnd(width)}  `;
    return `${left}${body(line, paint)}`.trimEnd();
  });
}

function body({ text, aside, mood }: StoryLine, paint: Painter): string {
  const ink = ({ plain: null, fault: 'bad', good: 'good', odd: 'odd' } as const)[mood];
  const inked = ink === null ? text : paint(ink, text);
  if (aside === null) return inked;
  return `${inked}${' '.repeat(Math.max(2, ASIDE_COLUMN - text.length))}${paint('dim', aside)}`;
}

// ── what it came to ──────────────────────────────────────────────────────────────────────────────────────────────────

function summaryLines(run: Run): string[] {
  const summaries = summarise(recordsOf(run.trace, 'request'));
  const lines = summaries.flatMap((summary) => clientLines(summary));
  return lines.length === 0 ? [] : [...lines, ''];
}

function clientLines(summary: TrafficSummary): string[] {
  const { client, sent, answered, servedBy, timedOut, errors, outage } = summary;
  const served = [...servedBy].map(([server, count]) => `${server} ${count}`).join(', ');
  const failures = [...errors].map(([errno, count]) => `${count} ${errno}`);
  if (timedOut > 0) failures.unshift(`${timedOut} timed out`);
  const parts = [`${sent} sent`, `${answered} answered${served === '' ? '' : ` (${served})`}`];
  parts.push(failures.length === 0 ? 'none failed' : failures.join(' · '));
  const lines = [`requests    ${client}: ${parts.join(' · ')}`];
  if (outage !== null && sent > answered) {
    const span = `${secondsText(outage.fromNs)} s … ${secondsText(outage.toNs)} s`;
    lines.push(`outage      ${secondsText(outage.toNs - outage.fromNs)} s for ${client} (${span})`);
  }
  return lines;
}

function verdictLines({ verdicts, trace }: Run, paint: Painter): string[] {
  const width = Math.max(0, ...verdicts.map(({ text }) => text.length));
  const lines = verdicts.map(({ outcome, text, found, line }) => {
    const mark = { pass: paint('good', '✓'), fail: paint('bad', '✗'), 'not exercised': paint('odd', '?') }[
      outcome
    ];
    const where = outcome === 'pass' || line === null ? '' : paint('dim', `   (scenario line ${line})`);
    return `  ${mark} ${found === null ? text : `${text.padEnd(width)}   ${found}`}${where}`;
  });
  const failed = failedSetup(trace).map(
    ({ host, line, exit }) => `  ${paint('bad', '✗')} set-up of ${host}: \`${line}\` exits ${exit}`,
  );
  return [...failed, ...lines];
}

function closing({ outcome, verdicts, untilNs, hash, scenario }: Run, paint: Painter): string {
  const passed = verdicts.filter((verdict) => verdict.outcome === 'pass').length;
  const word = { pass: 'PASS', fail: 'FAIL', 'not exercised': 'NOT EXERCISED' }[outcome];
  const inked = paint(outcome === 'pass' ? 'good' : 'bad', word);
  const again = paint('dim', `again: vipdrift run ${scenario.file}`);
  return `${inked}  ${passed} of ${verdicts.length}   ${untilNs / 1e9} s simulated   trace ${hash}   ${again}`;
}
