/** The matchers themselves: each judges a run as an expectation of a scenario would, and explains itself. */
import { NEVER, secondsText } from '../engine/time.ts';
import { durationNs } from '../lab/builder.ts';
import { judge } from '../lab/expectations.ts';
import { masterships, rivalries } from '../lab/history.ts';
import { Inspections } from '../lab/inspections.ts';
import type { ClientRun, Run } from '../lab/run.ts';
import type { Expectation } from '../lab/scenario/scenario.ts';
import { excerpt } from './excerpt.ts';

interface MatcherContext {
  readonly testPath?: string | undefined;
  readonly currentTestName?: string | undefined;
}

interface Judged {
  readonly pass: boolean;
  readonly message: () => string;
}

export function toFailOver(
  this: MatcherContext,
  run: Run,
  expected: { from: string; to: string; within: string },
): Judged {
  const { from, to, within } = expected;
  const spans = masterships(run.trace);
  const lost = spans.findLast(({ host, toNs }) => host === from && toNs !== NEVER);
  if (lost === undefined) {
    return judged(this, run, false, `${from} never ceased to be MASTER`, run.untilNs);
  }
  const taken = spans.find(({ host, toNs }) => host === to && toNs > lost.toNs);
  if (taken === undefined) {
    return judged(this, run, false, `${to} never became MASTER after ${from}`, lost.toNs);
  }
  const tookNs = Math.max(0, taken.fromNs - lost.toNs);
  const found = `${to} became MASTER ${secondsText(tookNs)} s after ${from} ceased to be`;
  return judged(this, run, tookNs <= durationNs(within), `${found}, expected within ${within}`, taken.fromNs);
}

export function toHaveAtMostOneMaster(this: MatcherContext, run: Run): Judged {
  const rivals = rivalries(masterships(run.trace))[0];
  if (rivals === undefined) return judged(this, run, true, 'there was never more than one MASTER', 0);
  const text = `${rivals.hosts.join(' and ')} were both MASTER from ${secondsText(rivals.fromNs)} s`;
  return judged(this, run, false, text, rivals.fromNs);
}

export function toHaveMaster(this: MatcherContext, run: Run, host: string, when?: { at: string }): Judged {
  const atNs = when === undefined ? run.untilNs : durationNs(when.at);
  return byExpectation(this, run, { kind: 'masters', hosts: [host], atNs }, atNs);
}

export function toLoseAtMost(this: MatcherContext, client: ClientRun, count: number): Judged {
  const { run, name } = client;
  const momentNs = client.summary?.outage?.fromNs ?? 0;
  const expected = { kind: 'requests-lost', client: name, atMost: count, atLeast: null } as const;
  return byExpectation(this, run, expected, momentNs);
}

export function toAlternateBetween(
  this: MatcherContext,
  client: ClientRun,
  hosts: readonly string[],
  when?: { after: string },
): Judged {
  const fromNs = when === undefined ? 0 : durationNs(when.after);
  return byExpectation(this, client.run, { kind: 'alternates', hosts, fromNs, untilNs: null }, fromNs);
}

function byExpectation(
  context: MatcherContext,
  run: Run,
  expectation: Expectation,
  momentNs: number,
): Judged {
  const { trace, untilNs } = run;
  const evidence = { trace, endNs: untilNs, wholeSpans: [], inspections: new Inspections([], []) };
  const { text, outcome, found } = judge({ expectation, place: null }, evidence);
  const told = found === null ? text : `${text}: ${found}`;
  return judged(context, run, outcome === 'pass', told, momentNs);
}

function judged(context: MatcherContext, run: Run, pass: boolean, text: string, momentNs: number): Judged {
  return { pass, message: () => `${text}\n\n${excerpt(run, momentNs)}\n\n${again(context, run)}` };
}

/** How to see it once more. */
function again({ testPath, currentTestName }: MatcherContext, run: Run): string {
  const file = testPath === undefined ? '' : ` ${testPath}`;
  const name = currentTestName === undefined ? '' : ` -t ${JSON.stringify(currentTestName)}`;
  return `seed ${run.seed}, trace ${run.hash}\nagain: npx vitest run${file}${name}`;
}
