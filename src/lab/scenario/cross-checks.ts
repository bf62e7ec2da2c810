/**
 * What must be true of traffic, timeline and expectations against the rest: hosts exist, times lie within the
 * run.
 */

import { suggestion } from '../../engine/suggestion.ts';
import { secondsText } from '../../engine/time.ts';
import { type ExpectationEntry, servedCounts } from './expectations.ts';
import type { Report } from './report.ts';
import type { ScenarioShape } from './shape.ts';
import { shown } from './words.ts';
import type { Path, YamlSource } from './yaml-source.ts';

export class CrossChecks {
  constructor(
    private readonly source: YamlSource,
    private readonly shape: ScenarioShape,
    /** Names of all hosts; null when they are not known, because the lab could not be read. */
    private readonly hosts: readonly string[] | null,
    private readonly report: Report,
  ) {}

  run(): void {
    this.shape.traffic.forEach((entry, index) => {
      if (entry === null) return;
      const path = ['traffic', index];
      this.host([...path, 'from'], entry.from);
      if (entry.between === undefined) return;
      const [from, until] = entry.between;
      this.time([...path, 'between', 0], from);
      this.time([...path, 'between', 1], until);
      if (from >= until)
        this.wrongOrder([...path, 'between'], 'the second time must be later than the first');
    });
    this.shape.timeline.forEach((entry, index) => {
      if (entry === null) return;
      this.host(['timeline', index, 'host'], entry.host);
      this.time(['timeline', index, 'at'], entry.at);
    });
    this.shape.expect.forEach((entry, index) => {
      if (entry === null) return;
      const path = ['expect', index];
      for (const [inner, name] of hostsNamed(entry)) this.host([...path, ...inner], name);
      this.times(path, entry);
      this.bounds(path, entry);
      this.substance(path, entry);
    });
  }

  private host(path: Path, name: string): void {
    if (this.hosts === null || this.hosts.includes(name)) return;
    // In a map of hosts the name is the key: `served-by: { web3: some }`.
    const where = path.at(-1) === name ? this.source.placeOfKey(path) : this.source.placeOf(path);
    const message = `there is no host ${shown(name)}`;
    this.report.error(where, 'unknown-host', message, suggestion(name, this.hosts, 'hosts'));
  }

  private time(path: Path, ns: number): void {
    if (ns <= this.shape.untilNs) return;
    const message = `${secondsText(ns)} s is after the end of the run`;
    const hint = `the run ends at ${secondsText(this.shape.untilNs)} s (until)`;
    this.report.error(this.source.placeOf(path), 'beyond-until', message, hint);
  }

  private wrongOrder(path: Path, message: string): void {
    this.report.error(this.source.placeOf(path), 'wrong-order', message);
  }

  /** Every time in an expectation, and the order of those that begin and end a span. */
  private times(path: Path, entry: object): void {
    const fields = Object.entries(entry);
    for (const [key, value] of fields) {
      if (typeof value === 'object' && !Array.isArray(value)) this.times([...path, key], value);
      else if (TIME_KEYS.includes(key) && typeof value === 'number') this.time([...path, key], value);
    }
    const timeOf = (key: string) => fields.find(([name]) => name === key)?.[1];
    for (const [first, second] of SPANS) {
      const from = timeOf(first);
      const until = timeOf(second);
      if (typeof from !== 'number' || typeof until !== 'number' || from <= until) continue;
      this.wrongOrder([...path, second], `${second} is earlier than ${first}`);
    }
  }

  private bounds(path: Path, entry: ExpectationEntry): void {
    const key = 'outage' in entry ? 'outage' : 'requests-lost';
    const bounds =
      'outage' in entry ? entry.outage : 'requests-lost' in entry ? entry['requests-lost'] : null;
    if (bounds === null) return;
    const { 'at-most': atMost, 'at-least': atLeast } = bounds;
    if (atMost === undefined && atLeast === undefined) {
      this.saysNothing([...path, key], `${key} needs at-most, at-least or both`);
    } else if (atMost !== undefined && atLeast !== undefined && atLeast > atMost) {
      this.wrongOrder([...path, key, 'at-least'], 'at-least is more than at-most');
    }
  }

  /** An expectation that could not fail is refused. */
  private substance(path: Path, entry: ExpectationEntry): void {
    if ('output' in entry && entry.output.contains === undefined && entry.output.lacks === undefined) {
      this.saysNothing([...path, 'output'], 'output needs contains, lacks or both');
    }
    if (!('served-by' in entry)) return;
    const inside = entry['served-by'];
    if (servedCounts(inside).length === 0) {
      this.saysNothing([...path, 'served-by'], 'served-by names no host');
    }
    for (const key of ['after', 'before'] as const) {
      if (inside[key] === undefined || entry[key] === undefined) continue;
      const where = this.source.placeOfKey([...path, key]);
      this.report.error(where, 'two-forms', `${key} stands both inside and beside served-by`);
    }
  }

  private saysNothing(path: Path, message: string): void {
    this.report.error(this.source.placeOf(path), 'says-nothing', message);
  }
}

const TIME_KEYS = ['from', 'until', 'at', 'after', 'before'];
const SPANS = [
  ['from', 'until'],
  ['after', 'before'],
] as const;

function hostsNamed(entry: ExpectationEntry): readonly (readonly [path: Path, name: string])[] {
  const list = (key: string, names: readonly string[]) =>
    names.map((name, index) => [[key, index], name] as const);
  if ('master' in entry) return [[['master'], entry.master]];
  if ('masters' in entry) return list('masters', entry.masters);
  if ('outage' in entry) return [[['outage', 'client'], entry.outage.client]];
  if ('requests-lost' in entry) return [[['requests-lost', 'client'], entry['requests-lost'].client]];
  if ('served-by' in entry) {
    return servedCounts(entry['served-by']).map(({ host }) => [['served-by', host], host] as const);
  }
  if ('alternates' in entry) return list('alternates', entry.alternates);
  if ('vip' in entry) return list('on', entry.on);
  if ('arp' in entry) {
    return [
      [['arp', 'host'], entry.arp.host],
      [['arp', 'is'], entry.arp.is],
    ];
  }
  if ('pool' in entry) {
    const servers = entry.pool.servers.map((name, index) => [['pool', 'servers', index], name] as const);
    return [[['pool', 'host'], entry.pool.host], ...servers];
  }
  if ('output' in entry) return [[['output', 'host'], entry.output.host]];
  return [];
}
