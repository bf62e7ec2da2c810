/**
 * Hundreds of requests as a handful of story lines: when a client began, who answered in turn, when it was no longer
 * answered or only in part, and when it was again. Failures belong to one spell while few answers lie between them; a
 * spell is told if it has at least three, others are counted at the end of the story.
 */
import { SECOND, secondsText } from '../engine/time.ts';
import { type RequestRecord, recordsOf } from '../lab/records.ts';
import type { Run } from '../lab/run.ts';
import type { Traffic } from '../lab/scenario/scenario.ts';
import type { StoryLine } from './story-line.ts';

const TOLD_FAILURES = 3;
/** So many answers in a row end a spell: more than a round of a few servers of which one is dead. */
const ANSWERS_THAT_END_IT = 5;
const SERVERS_SHOWN = 4;
/** RFC 6298: a second before the first repetition. */
const SYN_TIMEOUT_NS = SECOND;

/** Requests from the first to the last failure of a bad time. */
interface Spell {
  readonly requests: readonly RequestRecord[];
  /** Index of the first request after it. */
  readonly end: number;
}

export function trafficLines(run: Run): StoryLine[] {
  return run.scenario.traffic.flatMap((traffic) => linesOf(traffic, run));
}

function linesOf(traffic: Traffic, run: Run): StoryLine[] {
  const requests = run.requests
    .filter(({ host, url }) => host === traffic.client && url === traffic.url)
    .sort((a, b) => a.startNs - b.startNs);
  const first = requests[0];
  if (first === undefined) return [];
  const start = told(first, first.startNs, `starts asking, ${rateText(traffic.everyNs)}`, 'plain');
  const lines: StoryLine[] = [{ ...start, aside: serversFrom(requests, 0) }];
  for (const spell of spellsIn(requests)) {
    lines.push(badTime(spell.requests, deadEnd(run, traffic, spell)));
    const next = requests[spell.end];
    if (next === undefined) continue;
    const whole = spell.requests.some(isAnswered) ? 'is answered every time again' : 'is answered again';
    lines.push({ ...told(next, next.endNs, whole, 'good'), aside: serversFrom(requests, spell.end) });
    lines.push(...savedBySecondSyn(requests.slice(spell.end), next));
  }
  return lines;
}

function isAnswered({ outcome }: RequestRecord): boolean {
  return outcome === 'answered';
}

function spellsIn(requests: readonly RequestRecord[]): Spell[] {
  const spells: Spell[] = [];
  let begin = -1;
  let last = -1;
  const close = (): void => {
    const spell = begin < 0 ? [] : requests.slice(begin, last + 1);
    if (spell.filter((request) => !isAnswered(request)).length >= TOLD_FAILURES) {
      spells.push({ requests: spell, end: last + 1 });
    }
    begin = -1;
  };
  requests.forEach((request, index) => {
    if (!isAnswered(request)) {
      if (begin < 0) begin = index;
      last = index;
    } else if (begin >= 0 && index - last >= ANSWERS_THAT_END_IT) {
      close();
    }
  });
  close();
  return spells;
}

/** `why`: '' where the story itself does not tell it. */
function badTime(spell: readonly RequestRecord[], why: string): StoryLine {
  const first = spell[0] as RequestRecord;
  const last = spell.at(-1) as RequestRecord;
  const failed = spell.filter((request) => !isAnswered(request));
  const how = [...new Set(failed.map(({ outcome, error }) => error ?? outcome))].join(', ');
  const span = `${secondsText(first.startNs)} … ${secondsText(last.startNs)} s`;
  const text =
    failed.length === spell.length
      ? `is not answered: its requests of ${span} fail (${how})`
      : `is answered in part: ${failed.length} of ${spell.length} requests of ${span} fail (${how})`;
  return told(first, first.startNs, `${text}${why}`, 'fault');
}

/** Where the requests of a spell went in vain: to a host the client took for the address's holder, and that is off. */
function deadEnd(run: Run, traffic: Traffic, spell: Spell): string {
  const startNs = spell.requests[0]?.startNs ?? 0;
  const before = run.trace.filter(({ timeNs }) => timeNs <= startNs);
  const belief = recordsOf(before, 'neighbour').findLast(
    ({ host, ip }) => host === traffic.client && ip === traffic.ip,
  );
  const believed = run.scenario.lab.hosts.find(({ interfaces }) =>
    interfaces.some(({ mac }) => mac === belief?.mac),
  );
  const power = recordsOf(before, 'power').findLast(({ host }) => host === believed?.name);
  return power === undefined || power.on ? '' : `: they go to ${power.host}, which is off`;
}

/** Linux repeats a SYN after a second: requests begun before the service was back may live to see it. */
function savedBySecondSyn(after: readonly RequestRecord[], next: RequestRecord): StoryLine[] {
  const saved = after.filter(
    ({ startNs, endNs, outcome }) =>
      outcome === 'answered' && startNs < next.endNs && endNs - startNs >= SYN_TIMEOUT_NS,
  );
  const first = saved[0];
  const last = saved.at(-1);
  if (first === undefined || last === undefined) return [];
  const span = `${secondsText(first.startNs)} … ${secondsText(last.startNs)} s`;
  const text = `${saved.length} of its requests, of ${span}, are saved by a second SYN`;
  return [told(next, next.endNs, text, 'plain')];
}

/** In the order in which the answers came. */
function serversFrom(requests: readonly RequestRecord[], index: number): string | null {
  const servers = requests
    .slice(index)
    .sort((a, b) => a.endNs - b.endNs)
    .flatMap(({ server }) => (server === null ? [] : [server]))
    .slice(0, SERVERS_SHOWN);
  return servers.length === 0 ? null : `${servers.join(' ')} …`;
}

function told(request: RequestRecord, timeNs: number, text: string, mood: StoryLine['mood']): StoryLine {
  return { timeNs, host: request.host, text, aside: null, mood, record: request.id };
}

/** `10 requests a second`. */
function rateText(everyNs: number): string {
  const rate = SECOND / everyNs;
  if (rate >= 1) return `${+rate.toFixed(2)} requests a second`;
  return `a request every ${+(everyNs / SECOND).toFixed(3)} s`;
}
