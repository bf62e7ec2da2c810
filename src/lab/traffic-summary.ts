/** What a client got: counts by server and by failure, and the longest time without an answer. */
import type { RequestRecord } from './records.ts';

export interface Outage {
  /** Start of the first request that was not answered in time. */
  readonly fromNs: number;
  /** The next answer, or the end of the last failed request if none came. */
  readonly toNs: number;
}

export interface TrafficSummary {
  readonly client: string;
  readonly sent: number;
  readonly answered: number;
  /** By host, in order of first answer. */
  readonly servedBy: ReadonlyMap<string, number>;
  readonly timedOut: number;
  /** By errno, in order of first occurrence. */
  readonly errors: ReadonlyMap<string, number>;
  /** Longest time from the start of a request, made after an answer, to the next answer; null without requests. */
  readonly outage: Outage | null;
}

/** By client, in order of first request. `requests`: in order of their ends, as a trace has them. */
export function summarise(requests: readonly RequestRecord[]): TrafficSummary[] {
  const clients = [...new Set(requests.map(({ host }) => host))];
  return clients.map((client) =>
    summariseClient(
      client,
      requests.filter(({ host }) => host === client),
    ),
  );
}

function summariseClient(client: string, requests: readonly RequestRecord[]): TrafficSummary {
  const servedBy = new Map<string, number>();
  const errors = new Map<string, number>();
  let timedOut = 0;
  for (const { outcome, server, error } of requests) {
    if (outcome === 'answered') servedBy.set(server ?? '?', (servedBy.get(server ?? '?') ?? 0) + 1);
    else if (outcome === 'timeout') timedOut++;
    else errors.set(error ?? 'closed', (errors.get(error ?? 'closed') ?? 0) + 1);
  }
  const answered = requests.filter(({ outcome }) => outcome === 'answered').length;
  const outage = longestOutage(requests);
  return { client, sent: requests.length, answered, servedBy, timedOut, errors, outage };
}

function longestOutage(requests: readonly RequestRecord[]): Outage | null {
  const starts = requests.map(({ startNs }) => startNs).sort((a, b) => a - b);
  const answers = requests.filter(({ outcome }) => outcome === 'answered').map(({ endNs }) => endNs);
  const lastEndNs = requests.reduce((latest, { endNs }) => Math.max(latest, endNs), 0);
  let longest: Outage | null = null;
  let next = 0;
  for (const answerNs of [...answers, lastEndNs]) {
    const fromNs = starts[next];
    if (fromNs === undefined) break;
    if (answerNs < fromNs) continue;
    if (longest === null || answerNs - fromNs > longest.toNs - longest.fromNs) {
      longest = { fromNs, toNs: answerNs };
    }
    while (next < starts.length && (starts[next] as number) <= answerNs) next++;
  }
  return longest;
}
