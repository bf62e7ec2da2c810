/**
 * A YAML value checked against the shape of its file. Where something is wrong all of it is reported, and the
 * parts that are in order are still handed on, so that one reading of a file finds everything there is to
 * find.
 */
import type * as z from 'zod';
import { MAX_TIME_NS } from '../../engine/time.ts';
import { ActionEntry } from './actions.ts';
import { ExpectationEntry } from './expectations.ts';
import type { Report } from './report.ts';
import { HostEntry, LabFile, ScenarioFile, SwitchEntry, TrafficEntry } from './schema.ts';
import { ShapeProblems } from './shape-problems.ts';
import type { YamlSource } from './yaml-source.ts';

/** Hosts by name; null for one that is there but cannot be read. */
export type HostEntries = Readonly<Record<string, HostEntry | null>>;

export interface LabShape {
  readonly hosts: HostEntries;
  readonly switch: SwitchEntry | undefined;
}

/** A scenario file whose parts are in order or null. Lists keep the index of the file. */
export interface ScenarioShape extends LabShape {
  readonly question: string;
  readonly verdict: string | undefined;
  readonly lab: string | undefined;
  readonly seed: string;
  readonly untilNs: number;
  readonly traffic: readonly (TrafficEntry | null)[];
  readonly timeline: readonly (ActionEntry | null)[];
  readonly expect: readonly (ExpectationEntry | null)[];
}

export function labShape(source: YamlSource, report: Report): LabShape {
  const result = LabFile.safeParse(source.value);
  if (result.success) return { hosts: result.data.hosts, switch: result.data.switch };
  new ShapeProblems(source, report).addAll(result.error.issues);
  return salvagedLab(mapOf(source.value));
}

export function scenarioShape(source: YamlSource, report: Report): ScenarioShape {
  const result = ScenarioFile.safeParse(source.value);
  if (!result.success) {
    new ShapeProblems(source, report).addAll(result.error.issues);
    return salvagedScenario(mapOf(source.value));
  }
  const file = result.data;
  return {
    question: file.question,
    verdict: file.verdict,
    lab: file.lab,
    seed: file.seed ?? '1',
    untilNs: file.until,
    hosts: file.hosts ?? {},
    switch: file.switch,
    traffic: file.traffic ?? [],
    timeline: file.timeline ?? [],
    expect: file.expect ?? [],
  };
}

/** A map of the file, of which nothing is known yet but which keys it may have. */
interface RawMap {
  readonly lab?: unknown;
  readonly until?: unknown;
  readonly hosts?: unknown;
  readonly switch?: unknown;
  readonly traffic?: unknown;
  readonly timeline?: unknown;
  readonly expect?: unknown;
}

function salvagedScenario(raw: RawMap): ScenarioShape {
  const { shape } = ScenarioFile;
  return {
    ...salvagedLab(raw),
    question: '',
    verdict: undefined,
    lab: orNull(shape.lab, raw.lab) ?? undefined,
    seed: '1',
    untilNs: orNull(shape.until, raw.until) ?? MAX_TIME_NS,
    traffic: listOf(raw.traffic).map((item) => orNull(TrafficEntry, item)),
    timeline: listOf(raw.timeline).map((item) => orNull(ActionEntry, item)),
    expect: listOf(raw.expect).map((item) => orNull(ExpectationEntry, item)),
  };
}

function salvagedLab(raw: RawMap): LabShape {
  const hosts = Object.entries(mapOf(raw.hosts)).map(([name, host]) => [name, orNull(HostEntry, host)]);
  return { hosts: Object.fromEntries(hosts), switch: orNull(SwitchEntry, raw.switch) ?? undefined };
}

function orNull<T extends z.ZodType>(type: T, value: unknown): z.output<T> | null {
  const result = type.safeParse(value);
  return result.success ? result.data : null;
}

function mapOf(value: unknown): RawMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
