/**
 * zod's issues as problems with a place, in words for the person who wrote the file. Of a union it reports
 * the branch that was meant, not one list a branch.
 */
import type * as z from 'zod';
import { nearest, suggestion } from '../../engine/suggestion.ts';
import { EXPECTATION_KEYS, NO_EXPECTATION } from './expectations.ts';
import type { Report } from './report.ts';
import { shown, wanted } from './words.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

const KNOWN_EXPECTATIONS: readonly string[] = EXPECTATION_KEYS;

/** What a missing key would say, where the name alone does not. */
const MISSING_HINTS: Readonly<Record<string, string>> = {
  question: 'the question this scenario answers, in one line',
  until: 'how long to run, as in until: 30s',
  at: 'when, as in at: 10s',
  do: 'what happens: crash, start, stop, kill, run, cut, heal, block or unblock',
  every: 'how often, as in every: 100ms',
  get: 'what to ask for, as in get: http://192.168.100.10/',
  from: 'the host that asks, as in from: client',
};

export class ShapeProblems {
  /** Paths of missing keys that stand there under a name nearly theirs: one mistake, not two. */
  private readonly misspelt = new Set<string>();

  constructor(
    private readonly source: YamlSource,
    private readonly report: Report,
  ) {}

  /** Reports every issue; `base` is where in the source the value stood that was parsed. */
  addAll(issues: readonly Issue[], base: Path = []): void {
    const others: Issue[] = [];
    for (const issue of issues) {
      if (issue.code !== 'unrecognized_keys') others.push(issue);
      else this.unknownKeys(issue.keys, issue.message.split(' '), [...base, ...issue.path]);
    }
    for (const issue of others) this.add(issue, [...base, ...issue.path]);
  }

  private add(issue: Issue, path: Path): void {
    if (issue.code === 'invalid_key') {
      this.badName(path);
      return;
    }
    const value = this.valueAt(path);
    const key = path.at(-1);
    if (value === undefined && typeof key === 'string') {
      if (this.misspelt.has(path.join('/'))) return;
      const hint = MISSING_HINTS[key] ?? null;
      this.report.error(this.source.placeOf(path), 'missing-key', `the key ${key} is missing`, hint);
      return;
    }
    if (issue.code === 'invalid_union') this.union(issue, path, value);
    else this.value(issue, path, value);
  }

  private value(issue: Issue, path: Path, value: unknown): void {
    const where = this.source.placeOf(path);
    switch (issue.code) {
      case 'custom': {
        const { code, hint } = issue.params as { code: string; hint: string | null };
        this.report.error(where, code, issue.message, hint);
        return;
      }
      case 'invalid_value': {
        const allowed = issue.values.map(String);
        const message = `${shown(value)} is not one of ${allowed.join(', ')}`;
        const meant = typeof value === 'string' ? nearest(value, allowed) : null;
        this.report.error(where, 'bad-value', message, meant === null ? null : `did you mean ${meant}?`);
        return;
      }
      case 'invalid_type':
        this.report.error(where, 'bad-value', typeMessage(issue.expected, value), emptyHint(value));
        return;
      case 'too_small':
        this.report.error(where, 'bad-value', `this list needs at least ${issue.minimum}`);
        return;
      case 'too_big':
        this.report.error(where, 'bad-value', `this list takes no more than ${issue.maximum}`);
        return;
      default:
        this.report.error(where, 'bad-value', issue.message);
    }
  }

  private union(issue: z.core.$ZodIssueInvalidUnion, path: Path, value: unknown): void {
    if ('options' in issue) {
      const known = (issue.options ?? []).map(String);
      const hint = suggestion(String(value), known, 'there are');
      const message = `there is no action ${shown(value)}`;
      this.report.error(this.source.placeOf(path), 'unknown-action', message, hint);
      return;
    }
    if (issue.message === NO_EXPECTATION) {
      this.expectation(issue, path, value);
      return;
    }
    const branch = meantBranch(issue.errors);
    if (branch !== null) {
      this.addAll(branch, path);
      return;
    }
    this.report.error(this.source.placeOf(path), 'bad-value', wanted(issue.message, value));
  }

  /** The first key that names an expectation says which branch was meant. */
  private expectation(issue: z.core.$ZodIssueInvalidUnion, path: Path, value: unknown): void {
    const where = this.source.placeOf(path);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const message = wanted('an expectation', value);
      this.report.error(where, 'bad-value', message, 'as in - master: lvs2');
      return;
    }
    const keys = Object.keys(value);
    const names = keys.filter((key) => KNOWN_EXPECTATIONS.includes(key));
    const [name, second] = names;
    if (second !== undefined) {
      const message = `${name} and ${second} in one line`;
      const place = this.source.placeOfKey([...path, second]);
      this.report.error(place, 'two-expectations', message, 'begin a new line with -');
      return;
    }
    const first = keys[0];
    if (first === undefined) {
      this.report.error(where, 'bad-value', 'an empty expectation', 'as in - master: lvs2');
      return;
    }
    if (name === undefined) {
      const hint = suggestion(first, KNOWN_EXPECTATIONS, 'there are');
      const place = this.source.placeOfKey([...path, first]);
      this.report.error(place, 'unknown-expectation', `there is no expectation ${shown(first)}`, hint);
      return;
    }
    const branch = issue.errors[KNOWN_EXPECTATIONS.indexOf(name)] ?? [];
    this.addAll(branch, path);
  }

  private unknownKeys(keys: readonly string[], known: readonly string[], path: Path): void {
    const map = this.valueAt(path) as Readonly<Record<string, unknown>>;
    const free = known.filter((key) => !Object.hasOwn(map, key));
    for (const key of keys) {
      const meant = nearest(key, free);
      if (meant !== null) this.misspelt.add([...path, meant].join('/'));
      const hint = meant === null ? `keys here: ${known.join(', ')}` : `did you mean ${meant}?`;
      const where = this.source.placeOfKey([...path, key]);
      this.report.error(where, 'unknown-key', `unknown key ${shown(key)}`, hint);
    }
  }

  private badName(path: Path): void {
    const [kind, rule] = NAMES[String(path.at(-2))] ?? ['key', null];
    const message = `${shown(path.at(-1))} cannot be the ${kind}`;
    this.report.error(this.source.placeOfKey(path), 'bad-name', message, rule);
  }

  private valueAt(path: Path): unknown {
    let value = this.source.value;
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Readonly<Record<PropertyKey, unknown>>)[step];
    }
    return value;
  }
}

/** What the keys of a map are, by the map's own key. */
const NAMES: Readonly<Record<string, [kind: string, rule: string]>> = {
  hosts: ['name of a host', 'letters, digits and -, beginning with a letter'],
  interfaces: [
    'name of an interface',
    'up to 15 characters without blank, colon and slash; lo is there already',
  ],
  files: ['path of a file', 'paths on a host begin with /'],
};

/**
 * The branch that fits the kind of value that was given: none of its issues is about the value as a whole.
 */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const wrongKind = (issue: Issue) => issue.code === 'invalid_type' || issue.code === 'invalid_value';
  const fitting = branches.filter((issues) => !issues.some((i) => i.path.length === 0 && wrongKind(i)));
  const inner = fitting.find((issues) => !issues.some((i) => i.path.length === 0 && i.code === 'custom'));
  return inner ?? fitting[0] ?? null;
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list of two',
  string: 'a text',
};

function typeMessage(expected: string, value: unknown): string {
  return wanted(KINDS[expected] ?? expected, value);
}

function emptyHint(value: unknown): string | null {
  return value === null ? 'leave the key out, or put something under it' : null;
}
