/**
 * Hundreds of requests as a handful of story lines: when a client began, who answered in turn, when it was no longer
 * answered, and when it was again. A spell without answers begins with the first of at least three failures in a row;
 * single ones are counted at the end of the story.
 */
import { SECOND, secondsText } from '../engine/time.ts';
import type { Run } from '../lab/run.ts';
import { type RequestRecord, recordsOf } from '../lab/records.ts';
import type { Traffic } from '../lab/scenario/scenario.ts';
import type { StoryLine } from './story-line.ts';

const SPELL_LENGTH = 3;
const SERVERS_SHOWN = 4;

export function trafficLines(run: Run): StoryLine[] {
  const requests = recordsOf(run.trace, 'request');
  return run.scenario.traffic.flatMap((traffic) => linesOf(traffic, requests));
}

function linesOf(traffic: Traffic, all: readonly RequestRecord[]): StoryLine[] {
  const requests = all
    .filter(({ host, url }) => host === traffic.client && url === traffic.url)
    .sort((a, b) => a.startNs - b.startNs);
  const first = requests[0];
  if (first === undefined) return [];
  const start = told(first, first.startNs, `starts asking, ${rateText(traffic.everyNs)}`, 'plain');
  const lines: StoryLine[] = [{ ...start, aside: serversFrom(requests, 0) }];
  let index = 0;
  while (index < requests.length) {
    const spell = spellAt(requests, index);
    if (spell === 0) {
      index++;
      continue;
    }
    lines.push(noAnswer(requests.slice(index, index + spell)));
    index += spell;
    const next = requests[index];
    if (next === undefined) continue;
    const again = told(next, next.endNs, 'is answered again', 'good');
    lines.push({ ...again, aside: serversFrom(requests, index) });
  }
  return lines;
}

/** How many requests in a row failed from `index` on; 0 if too few to be a spell. */
function spellAt(requests: readonly RequestRecord[], index: number): number {
  let length = 0;
  while (requests[index + length] !== undefined && requests[index + length]?.outcome !== 'answered') length++;
  return length >= SPELL_LENGTH ? length : 0;
}

function noAnswer(spell: readonly RequestRecord[]): StoryLine {
  const first = spell[0] as RequestRecord;
  const last = spell.at(-1) as RequestRecord;
  const how = [...new Set(spell.map(({ outcome, error }) => error ?? outcome))].join(', ');
  const span = `requests of ${secondsText(first.startNs)} … ${secondsText(last.startNs)} s fail`;
  return told(first, first.startNs, `is not answered: ${span} (${how})`, 'fault');
}

function serversFrom(requests: readonly RequestRecord[], index: number): string | null {
  const servers = requests
    .slice(index)
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
