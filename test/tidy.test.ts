/** The rules of the house that a machine can check: import direction, banned names, sizes, leftovers. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

/** What each room may import beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  wire: [],
  link: ['engine', 'wire'],
  linux: ['engine', 'wire', 'link'],
  vrrp: ['engine', 'wire'],
  ipvs: ['engine', 'wire', 'linux'],
  keepalived: ['engine', 'wire', 'link', 'linux', 'vrrp', 'ipvs'],
  userland: ['engine', 'wire', 'link', 'linux', 'vrrp', 'ipvs', 'keepalived'],
  lab: ['engine', 'wire', 'link', 'linux', 'vrrp', 'ipvs', 'keepalived', 'userland'],
  report: ['engine', 'wire', 'link', 'linux', 'vrrp', 'ipvs', 'keepalived', 'userland', 'lab'],
  testkit: ['engine', 'lab', 'report'],
  cli: ['*'],
};

const MAX_FILE_LINES = 500;
const MAX_FUNCTION_LINES = 70;
const MAX_COLUMNS = 120;
/** Data, not prose: tables and embedded files. */
const DATA_FILES = ['src/lab/tutorial-files.ts'];

/** What follows a dot is somebody's own. `process` is a word of this field; the compiler knows no global of that name. */
const BANNED_GLOBALS =
  /(?<![\w.])(Date|performance|setTimeout|setInterval|setImmediate|Buffer)\s*[.(]|\bMath\.random\b/;
// Pieced together, so that this file does not find itself.
const LEFTOVERS = new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|XX${'X'})\\b`);
const FOCUSED = new RegExp(`\\.(on${'ly'}|sk${'ip'}|to${'do'})\\(`);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
}

const sources = filesBelow(SRC).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const tests = ['test', 'bench'].flatMap((folder) =>
  filesBelow(join(ROOT, folder)).map((path) => ({ path, text: readFileSync(path, 'utf8') })),
);

/** Length of a line without its texts: no formatter breaks a string. */
function breakable(line: string): number {
  return line.replace(/(['`])(?:[^\\]|\\.)*?\1/g, '$1$1').length;
}

function roomOf(path: string): string {
  return relative(SRC, path).split('/')[0] as string;
}

/** Code without comments and strings, line for line. */
function bare(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

describe('imports', () => {
  test('every room is known', () => {
    const rooms = new Set(sources.map(({ path }) => roomOf(path)).filter((room) => !room.endsWith('.ts')));
    expect([...rooms].filter((room) => MAY_IMPORT[room] === undefined)).toEqual([]);
  });

  test('arrows run from left to right only', () => {
    const wrong: string[] = [];
    for (const { path, text } of sources) {
      const room = roomOf(path);
      const allowed = MAY_IMPORT[room];
      if (allowed === undefined || allowed.includes('*')) continue;
      for (const [, from] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
        const target = roomOf(resolve(dirname(path), from as string));
        if (target !== room && !allowed.includes(target)) wrong.push(`${relative(ROOT, path)} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('only cli touches node', () => {
    const core = sources.filter(({ path }) => roomOf(path) !== 'cli');
    expect(core.filter(({ text }) => /from 'node:/.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

test('the core has no clock and no chance of its own', () => {
  const wrong = sources
    .filter(({ path }) => roomOf(path) !== 'cli')
    .flatMap(({ path, text }) =>
      bare(text)
        .split('\n')
        .filter((line) => BANNED_GLOBALS.test(line))
        .map((line) => `${relative(ROOT, path)}: ${line.trim()}`),
    );
  expect(wrong).toEqual([]);
});

describe('sizes', () => {
  test('no file over its size', () => {
    const long = sources
      .filter(({ path }) => !DATA_FILES.includes(relative(ROOT, path)))
      .map(({ path, text }) => ({ path: relative(ROOT, path), lines: text.split('\n').length }))
      .filter(({ lines }) => lines > MAX_FILE_LINES);
    expect(long).toEqual([]);
  });

  test('no line over its length', () => {
    const long = sources
      .filter(({ path }) => !DATA_FILES.includes(relative(ROOT, path)))
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .map((line, index) => ({ at: `${relative(ROOT, path)}:${index + 1}`, length: breakable(line) })),
      )
      .filter(({ length }) => length > MAX_COLUMNS);
    expect(long).toEqual([]);
  });

  test('no function over its length', () => {
    const long = sources.flatMap(({ path, text }) => longFunctions(relative(ROOT, path), text));
    expect(long).toEqual([]);
  });
});

/** A function begins on a line that ends in `) {` or `=> {` and ends at the next line of its own indentation. */
function longFunctions(path: string, text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, start) => {
    const isHead = /^\s*(export )?(async )?(function|private|static|get|set|constructor|[a-z]\w*\()/.test(
      line,
    );
    if (!isHead || !/(\)|=>|[\w>\]| ]) \{$/.test(line) || /^\s*(if|for|while|switch|catch)\b/.test(line))
      return [];
    const indent = (/^\s*/.exec(line) as RegExpExecArray)[0];
    const end = lines.findIndex((other, index) => index > start && other.startsWith(`${indent}}`));
    return end - start > MAX_FUNCTION_LINES ? [`${path}:${start + 1} has ${end - start} lines`] : [];
  });
}

describe('leftovers', () => {
  test('nothing is left to be done', () => {
    const marked = [...sources, ...tests]
      .filter(({ path }) => !path.endsWith('tidy.test.ts'))
      .filter(({ text }) => LEFTOVERS.test(text))
      .map(({ path }) => relative(ROOT, path));
    expect(marked).toEqual([]);
  });

  test('no test is focused or put away', () => {
    const marked = tests.filter(({ text }) => FOCUSED.test(text)).map(({ path }) => relative(ROOT, path));
    expect(marked).toEqual([]);
  });

  test('every file says what it is for', () => {
    const silent = sources
      .filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text))
      .map(({ path }) => relative(ROOT, path));
    expect(silent).toEqual([]);
  });

  test('no default exports, one barrel', () => {
    expect(sources.filter(({ text }) => /^export default/m.test(text)).map(({ path }) => path)).toEqual([]);
    const barrels = sources
      .filter(({ path }) => path.endsWith('/index.ts'))
      .map(({ path }) => relative(ROOT, path));
    expect(barrels).toEqual(['src/index.ts']);
  });
});
