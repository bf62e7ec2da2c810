/**
 * Judging a run: each expectation passes, fails, or was never exercised (there was nothing to judge it by), and says
 * what was found. Reads the trace; looks into the living world only for what a trace does not hold (inspections.ts).
 */
import { secondsText } from '../engine/time.ts';
import { ipText } from '../wire/ip-address.ts';
import { isIn, type Mastership, masterships, possessions, rivalries, type Span } from './history.ts';
import type { Inspections } from './inspections.ts';
import { type LabRecord, type RequestRecord, recordsOf } from './records.ts';
import type { Expectation, StatedExpectation } from './scenario/scenario.ts';
import { summarise } from './traffic-summary.ts';

export type Outcome = 'pass' | 'fail' | 'not exercised';

export interface Verdict {
  readonly expectation: Expectation;
  /** What is expected, in words. */
  readonly text: string;
  readonly outcome: Outcome;
  /** What was found; null where the text says it all. */
  readonly found: string | null;
  /** Line of the scenario file; null when made in code. */
  readonly line: number | null;
}

/** What a run left behind to be judged by. */
export interface Evidence {
  readonly trace: readonly LabRecord[];
  readonly endNs: number;
  /** Spans in which the segment was whole: nothing crashed, cut or blocked. */
  readonly wholeSpans: readonly Span[];
  readonly inspections: Inspections;
}

interface Finding {
  readonly outcome: Outcome;
  readonly found: string | null;
}

const PASS: Finding = { outcome: 'pass', found: null };
const NOTHING: Finding = { outcome: 'not exercised', found: 'nothing happened to judge it by' };

export function judge(stated: StatedExpectation, evidence: Evidence): Verdict {
  const { expectation, place } = stated;
  const line = place === null ? null : place.line;
  return { expectation, text: describeExpectation(expectation), line, ...find(expectation, evidence) };
}

function find(expectation: Expectation, evidence: Evidence): Finding {
  switch (expectation.kind) {
    case 'master':
      return findMaster(expectation, evidence);
    case 'masters':
      return findMasters(expectation, evidence);
    case 'at-most-one-master':
      return findRivals(expectation, evidence);
    case 'outage':
    case 'requests-lost':
      return findLoss(expectation, evidence);
    case 'served-by':
      return findServed(expectation, evidence);
    case 'alternates':
      return findAlternation(expectation, evidence);
    case 'vip':
      return findVip(expectation, evidence);
    case 'arp':
    case 'pool':
    case 'output':
      return evidence.inspections.finding(expectation) ?? NOTHING;
  }
}

type Of<K extends Expectation['kind']> = Extract<Expectation, { kind: K }>;

function findMaster(expected: Of<'master'>, { trace, endNs }: Evidence): Finding {
  const { host, instance, fromNs } = expected;
  const untilNs = expected.untilNs ?? endNs;
  const spans = masterships(trace).filter((span) => instance === null || span.instance === instance);
  if (!trace.some(({ kind }) => kind === 'vrrp')) return NOTHING;
  const own = spans.filter((span) => span.host === host);
  const holder = own.find((span) => isIn(span, fromNs));
  if (holder !== undefined && holder.toNs > untilNs) return PASS;
  if (holder !== undefined) return fail(`${host} ceased to be MASTER at ${secondsText(holder.toNs)} s`);
  const later = own.find((span) => span.fromNs > fromNs);
  const others = spans.filter((span) => span.host !== host && isIn(span, fromNs)).map((span) => span.host);
  const then = later === undefined ? 'never after' : `only from ${secondsText(later.fromNs)} s`;
  return fail(`${others.join(' and ') || 'nobody'} was at ${secondsText(fromNs)} s; ${host} ${then}`);
}

function findMasters(expected: Of<'masters'>, { trace }: Evidence): Finding {
  const spans = masterships(trace).filter((span) => isIn(span, expected.atNs));
  return sameSet(
    spans.map(({ host }) => host),
    expected.hosts,
  );
}

function findRivals(expected: Of<'at-most-one-master'>, { trace, endNs, wholeSpans }: Evidence): Finding {
  const spans = masterships(trace);
  if (spans.length === 0) return NOTHING;
  const window: Span = { fromNs: expected.fromNs, toNs: (expected.untilNs ?? endNs) + 1 };
  const judged = expected.onlyWhileWhole ? wholeSpans : [window];
  const rivals = rivalries(spans).filter((rivalry) =>
    judged.some((span) => overlaps(span, rivalry) && overlaps(window, rivalry)),
  );
  const first = rivals[0];
  if (first === undefined) return PASS;
  const to = first.toNs === Number.POSITIVE_INFINITY ? 'the end' : `${secondsText(first.toNs)} s`;
  return fail(`${first.hosts.join(' and ')} both, ${secondsText(first.fromNs)} s … ${to}`);
}

function findLoss(expected: Of<'outage'> | Of<'requests-lost'>, { trace }: Evidence): Finding {
  const requests = recordsOf(trace, 'request').filter(({ host }) => host === expected.client);
  const summary = summarise(requests)[0];
  if (summary === undefined || summary.outage === null) return NOTHING;
  const isOutage = expected.kind === 'outage';
  const value = isOutage ? summary.outage.toNs - summary.outage.fromNs : summary.sent - summary.answered;
  const found = isOutage ? `${secondsText(value)} s` : `${value} of ${summary.sent}`;
  const tooMuch = expected.atMost !== null && value > expected.atMost;
  const tooLittle = expected.atLeast !== null && value < expected.atLeast;
  return { outcome: tooMuch || tooLittle ? 'fail' : 'pass', found };
}

function findServed(expected: Of<'served-by'>, evidence: Evidence): Finding {
  const requests = requestsWithin(expected, evidence);
  if (requests.length === 0) return NOTHING;
  const counts = expected.counts.map(({ host, count }) => {
    const served = requests.filter(({ server }) => server === host).length;
    const good = count === 'some' ? served > 0 : count === 'none' ? served === 0 : served === count;
    return { host, served, good };
  });
  const found = counts.map(({ host, served }) => `${host} ${served}`).join(', ');
  return { outcome: counts.every(({ good }) => good) ? 'pass' : 'fail', found };
}

function findAlternation(expected: Of<'alternates'>, evidence: Evidence): Finding {
  const { hosts } = expected;
  const requests = requestsWithin(expected, evidence);
  if (requests.length < 2) return NOTHING;
  const out = requests.find(({ server }) => server === null || !hosts.includes(server));
  if (out !== undefined) {
    return fail(`the request of ${secondsText(out.startNs)} s was ${out.server ?? 'not answered'}`);
  }
  const servers = requests.map(({ server }) => server as string);
  // Whatever order the servers take turns in, a full turn has each of them once and the next turn repeats it.
  const turn = servers.slice(0, hosts.length);
  if (new Set(turn).size !== Math.min(hosts.length, servers.length)) return fail(turn.join(' '));
  const wrong = servers.findIndex((server, i) => server !== turn[i % hosts.length]);
  if (wrong < 0) return { outcome: 'pass', found: `${requests.length} requests` };
  const { startNs, server } = requests[wrong] as RequestRecord;
  return fail(`${server} again at ${secondsText(startNs)} s`);
}

function findVip(expected: Of<'vip'>, { trace }: Evidence): Finding {
  const holders = possessions(trace).filter(
    (span) => span.ip === expected.ip && span.device !== 'lo' && isIn(span, expected.atNs),
  );
  return sameSet(
    holders.map(({ host }) => host),
    expected.hosts,
  );
}

/** Requests begun within the span, in the order in which they began. */
function requestsWithin(
  span: { fromNs: number; untilNs: number | null },
  evidence: Evidence,
): RequestRecord[] {
  const untilNs = span.untilNs ?? evidence.endNs;
  return recordsOf(evidence.trace, 'request')
    .filter(({ startNs }) => startNs >= span.fromNs && startNs <= untilNs)
    .sort((a, b) => a.startNs - b.startNs);
}

/** Both ends are sets of host names; says what was there when it is not what was expected. */
export function sameSet(found: readonly string[], expected: readonly string[]): Finding {
  const have = [...new Set(found)].sort();
  const want = [...new Set(expected)].sort();
  if (have.join() === want.join()) return PASS;
  return fail(have.length === 0 ? 'none' : have.join(' and '));
}

function fail(found: string): Finding {
  return { outcome: 'fail', found };
}

function overlaps(a: Span, b: Span): boolean {
  return a.fromNs < b.toNs && b.fromNs < a.toNs;
}

// ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function describeExpectation(expected: Expectation): string {
  switch (expected.kind) {
    case 'master':
      return `${expected.host} is MASTER${during(expected)}`;
    case 'masters':
      return `${listText(expected.hosts)} MASTER at ${secondsText(expected.atNs)} s`;
    case 'at-most-one-master':
      return `at most one master${expected.onlyWhileWhole ? ' while the segment is whole' : during(expected)}`;
    case 'outage':
      return `outage of ${expected.client}${bounds(expected, (ns) => `${ns / 1e9} s`)}`;
    case 'requests-lost':
      return `requests lost by ${expected.client}${bounds(expected, String)}`;
    case 'served-by':
      return `served by ${expected.counts.map(({ host, count }) => `${host}: ${count}`).join(', ')}${during(expected)}`;
    case 'alternates':
      return `${expected.hosts.join(' and ')} answer in turn${during(expected)}`;
    case 'vip':
      return `${ipText(expected.ip)} is on ${listText(expected.hosts)} at ${secondsText(expected.atNs)} s`;
    case 'arp':
      return `${expected.host} believes ${ipText(expected.ip)} is at ${expected.owner} at ${secondsText(expected.atNs)} s`;
    case 'pool':
      return `${expected.host} balances between ${listText(expected.servers)} at ${secondsText(expected.atNs)} s`;
    case 'output':
      return `\`${expected.command}\` on ${expected.host} at ${secondsText(expected.atNs)} s${wanted(expected)}`;
  }
}

function listText(hosts: readonly string[]): string {
  return hosts.length === 0 ? 'nobody' : hosts.join(' and ');
}

function during({ fromNs, untilNs }: { fromNs: number; untilNs: number | null }): string {
  if (fromNs === 0 && untilNs === null) return ', always';
  const from = fromNs === 0 ? '' : ` from ${secondsText(fromNs)} s`;
  return `${from}${untilNs === null ? '' : ` until ${secondsText(untilNs)} s`}`;
}

function bounds(
  { atMost, atLeast }: { atMost: number | null; atLeast: number | null },
  text: (value: number) => string,
): string {
  const least = atLeast === null ? '' : ` at least ${text(atLeast)}`;
  return `${least}${atMost === null ? '' : ` at most ${text(atMost)}`}`;
}

function wanted({ contains, lacks }: Of<'output'>): string {
  const has = contains === null ? '' : ` says "${contains}"`;
  return `${has}${lacks === null ? '' : ` does not say "${lacks}"`}`;
}

export type { Finding, Mastership };
