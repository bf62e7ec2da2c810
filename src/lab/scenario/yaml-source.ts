/**
 * YAML text and the way back from a value to its place in it. The language is YAML 1.2's core; tags, several
 * documents and maps as keys are refused, aliases are followed up to a limit. Nothing here knows what a
 * scenario is.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Place, Problem } from '../../engine/problem.ts';

export type Path = readonly PropertyKey[];

/**
 * Far above any scenario (long texts stand in files beside it), and low enough that hostile text ends soon.
 */
const MAX_LENGTH = 256 * 1024;
/** What follows the first errors of a broken file is mostly their echo. */
const MAX_ERRORS = 20;
const MAX_ALIASES = 100;

export class YamlSource {
  /** Offsets at which lines begin. */
  private readonly lineStarts: readonly number[];

  constructor(
    readonly file: string,
    private readonly text: string,
    private readonly document: Document | null,
    /** The text as plain maps, lists and scalars; undefined where it could not be read. */
    readonly value: unknown,
  ) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.lineStarts = starts;
  }

  placeAt(offset: number): Place {
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: at - (this.lineStarts[low] as number) + 1 };
  }

  /**
   * Where the value of that path stands; for one that is not there, its key or the nearest thing around it.
   */
  placeOf(path: Path): Place {
    return this.placeAt(this.find(path).value);
  }

  /** Where the key of that path stands. */
  placeOfKey(path: Path): Place {
    return this.placeAt(this.find(path).key);
  }

  private find(path: Path): { key: number; value: number } {
    let node: unknown = this.document?.contents;
    let value = startOf(node) ?? 0;
    let key = value;
    for (const step of path) {
      if (isAlias(node) && this.document !== null) node = node.resolve(this.document);
      if (isMap(node)) {
        const pair: Pair | undefined = node.items.find((item) => keyText(item.key) === String(step));
        if (pair === undefined) break;
        key = startOf(pair.key) ?? value;
        node = pair.value;
        value = (isEmpty(node) ? null : startOf(node)) ?? key;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        value = startOf(node) ?? value;
        key = value;
      } else {
        break;
      }
    }
    return { key, value };
  }
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

/** `until:` with nothing behind it. */
function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1];
}

function keyText(key: unknown): string {
  const value = isScalar(key) ? key.value : key;
  return value === null || value === undefined ? '' : String(value);
}

/** Reads the text. With problems, `source.value` is undefined; places work in any case. */
export function readYaml(text: string, file: string): { source: YamlSource; problems: Problem[] } {
  const blank = new YamlSource(file, text, null, undefined);
  const problem = (offset: number, message: string, hint: string | null): Problem => ({
    code: 'yaml',
    severity: 'error',
    message,
    where: blank.placeAt(offset),
    hint,
  });
  if (text.length > MAX_LENGTH) {
    const message = `${Math.ceil(text.length / 1024)} kB is too long, the limit is ${MAX_LENGTH / 1024} kB`;
    return { source: blank, problems: [problem(MAX_LENGTH, message, 'put long texts in files beside it')] };
  }
  const document = parseDocument(text, { prettyErrors: false, resolveKnownTags: false, logLevel: 'error' });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    const problems = new Map<number, Problem>();
    for (const error of errors) {
      const [message, hint] = explain(error, text);
      const offset = error.pos[0];
      if (!problems.has(offset)) problems.set(offset, problem(offset, message, hint));
      if (problems.size === MAX_ERRORS) break;
    }
    return { source: blank, problems: [...problems.values()] };
  }
  try {
    const problems = forbidden(document).map(([offset, message]) => problem(offset, message, null));
    if (problems.length > 0) return { source: blank, problems };
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { source: new YamlSource(file, text, document, value), problems: [] };
  } catch (error) {
    // The two ways in which well-formed YAML can be too much: aliases of aliases, nesting beyond the stack.
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    const message = 'this expands to too much: aliases of aliases, or too deeply nested';
    return { source: blank, problems: [problem(firstAlias(document), message, null)] };
  }
}

/** The library's message in our words where we have better ones, and how to mend it. */
function explain(error: YAMLError, text: string): [message: string, hint: string | null] {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return ['a tab cannot indent YAML', 'indent with spaces'];
    case 'DUPLICATE_KEY': {
      const key = /^[^\s:,}]+/.exec(text.slice(error.pos[0]));
      return [`the key ${key === null ? '' : `${key[0]} `}appears twice in this map`, null];
    }
    case 'BAD_INDENT':
      return error.message.startsWith('Flow')
        ? ['a bracket or brace is not closed', null]
        : ['this line is indented unlike its neighbours', 'keys of one map start at the same column'];
    case 'MULTIPLE_DOCS':
      return ['a second document begins here', 'one file holds one document'];
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['a colon too many on this line', 'put a text that contains ": " in quotes'];
    case 'TAG_RESOLVE_FAILED':
      return ['tags (!) are not used here', 'put a text that begins with ! in quotes'];
    case 'RESOURCE_EXHAUSTION':
      return ['too deeply nested', null];
    default:
      return [`not readable as YAML: ${error.message}`, null];
  }
}

/** What YAML allows and a plain object cannot hold, or aliases cannot mean. */
function forbidden(document: Document): [offset: number, message: string][] {
  const found: [number, string][] = [];
  visit(document, (_key, node) => {
    if (isAlias(node) && node.resolve(document) === undefined) {
      found.push([startOf(node) ?? 0, `the alias *${node.source} has no anchor before it`]);
    }
    if (!isPair(node)) return;
    if (!isScalar(node.key)) found.push([startOf(node.key) ?? 0, 'a key must be a plain word']);
    else if (node.key.value === '__proto__')
      found.push([startOf(node.key) ?? 0, '__proto__ cannot be a key']);
  });
  return found;
}

function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias(_key, alias) {
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}
