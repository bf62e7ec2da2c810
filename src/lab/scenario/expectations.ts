/**
 * What a scenario expects: one line, one expectation, named by its first key. The shapes are here, and their
 * resolution; whether a run meets them is decided elsewhere.
 */
import * as z from 'zod';
import type { Expectation, ServedCount } from './scenario.ts';
import { count, duration, interval, ipAddress, line, servedCount, strictMap, text } from './words.ts';

/** The key that names the expectation, in the order of the union's branches. */
export const EXPECTATION_KEYS = [
  'master',
  'at-most-one-master',
  'masters',
  'outage',
  'requests-lost',
  'served-by',
  'alternates',
  'vip',
  'arp',
  'pool',
  'output',
] as const;
export type ExpectationKey = (typeof EXPECTATION_KEYS)[number];

/** The text of the issue that no branch of the union fits, by which problems.ts knows it. */
export const NO_EXPECTATION = 'no such expectation';

const from = duration('From when; default the start of the run').optional();
const until = duration('Until when; default the end of the run').optional();
const after = duration('Requests that begin at or after this; default the start of the run').optional();
const before = duration('Requests that begin before or at this; default the end of the run').optional();
const at = duration('At which moment');
const host = line('On which host');
const hosts = z.array(line('Name of a host'));
const client = line('The host whose traffic is meant');

export const ExpectationEntry = z.union(
  [
    strictMap({
      master: line('This host is MASTER throughout'),
      from,
      until,
      instance: line('Name of the vrrp_instance; default: every one the host has').optional(),
    }),
    strictMap({
      'at-most-one-master': z
        .union([z.enum(['always', 'while-whole']), strictMap({ from, until })], {
          error: 'always, while-whole or { from: …, until: … }',
        })
        .describe('while-whole: moments with a crash, cut or block in force do not count'),
    }),
    strictMap({ masters: hosts.describe('Exactly these are MASTER'), at }),
    strictMap({
      outage: strictMap({
        client,
        'at-most': duration('No longer than this').optional(),
        'at-least': interval('No shorter than this').optional(),
      }).describe('Longest time without service'),
    }),
    strictMap({
      'requests-lost': strictMap({
        client,
        'at-most': count('No more than this').optional(),
        'at-least': count('No fewer than this').optional(),
      }).describe('Requests without an answer'),
    }),
    strictMap({
      'served-by': z
        .object({ after, before })
        .catchall(servedCount)
        .describe('Answers from each of these hosts'),
      after,
      before,
    }),
    strictMap({ alternates: hosts.min(2).describe('Answers come from these in turn'), after, before }),
    strictMap({
      vip: ipAddress('The address'),
      on: hosts.describe('Exactly these hold it on a card (lo does not count)'),
      at,
    }),
    strictMap({
      arp: strictMap({
        host: line('Whose neighbour table'),
        ip: ipAddress('For which address'),
        at,
        is: line('The host whose MAC it holds'),
      }),
    }),
    strictMap({
      pool: strictMap({ host, servers: hosts.describe('Exactly these are in its IPVS table'), at }),
    }),
    strictMap({
      output: strictMap({
        host,
        command: line('As typed in a shell'),
        at,
        contains: text('Text that is in what it prints').optional(),
        lacks: text('Text that is not in what it prints').optional(),
      }),
    }),
  ],
  { error: NO_EXPECTATION },
);
export type ExpectationEntry = z.output<typeof ExpectationEntry>;

/** The expectation as it is judged. */
export function expectationOf(entry: ExpectationEntry): Expectation {
  if ('master' in entry) {
    return { kind: 'master', host: entry.master, instance: entry.instance ?? null, ...span(entry) };
  }
  if ('at-most-one-master' in entry) {
    const when = entry['at-most-one-master'];
    const onlyWhileWhole = when === 'while-whole';
    return { kind: 'at-most-one-master', onlyWhileWhole, ...span(typeof when === 'string' ? {} : when) };
  }
  if ('masters' in entry) return { kind: 'masters', hosts: entry.masters, atNs: entry.at };
  if ('outage' in entry) return { kind: 'outage', ...bounds(entry.outage) };
  if ('requests-lost' in entry) return { kind: 'requests-lost', ...bounds(entry['requests-lost']) };
  if ('served-by' in entry) {
    const inside = entry['served-by'];
    const after = inside.after ?? entry.after;
    const before = inside.before ?? entry.before;
    return { kind: 'served-by', counts: servedCounts(inside), ...span({ from: after, until: before }) };
  }
  if ('alternates' in entry) {
    return {
      kind: 'alternates',
      hosts: entry.alternates,
      ...span({ from: entry.after, until: entry.before }),
    };
  }
  if ('vip' in entry) return { kind: 'vip', ip: entry.vip, hosts: entry.on, atNs: entry.at };
  if ('arp' in entry) {
    const { host, ip, is, at } = entry.arp;
    return { kind: 'arp', host, ip, owner: is, atNs: at };
  }
  if ('pool' in entry) {
    const { host, servers, at } = entry.pool;
    return { kind: 'pool', host, servers, atNs: at };
  }
  const { host, command, contains, lacks, at } = entry.output;
  return { kind: 'output', host, command, contains: contains ?? null, lacks: lacks ?? null, atNs: at };
}

/** The hosts of a `served-by` map, without the two keys that are times. */
export function servedCounts(map: Readonly<Record<string, unknown>>): { host: string; count: ServedCount }[] {
  return Object.entries(map)
    .filter(([key]) => key !== 'after' && key !== 'before')
    .map(([host, count]) => ({ host, count: count as ServedCount }));
}

function span(entry: { readonly from?: number | undefined; readonly until?: number | undefined }) {
  return { fromNs: entry.from ?? 0, untilNs: entry.until ?? null };
}

function bounds(entry: {
  readonly client: string;
  readonly 'at-most'?: number | undefined;
  readonly 'at-least'?: number | undefined;
}) {
  return { client: entry.client, atMost: entry['at-most'] ?? null, atLeast: entry['at-least'] ?? null };
}
