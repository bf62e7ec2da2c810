/**
 * YAML text and the way back from a value to its place in it. The language is YAML 1.2's core; tags, several
 * documents and maps as keys are refused, aliases are followed up to a limit. Nothing here knows what a
 * scenario is.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  Parser,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { assert } from '../../engine/invariant.ts';
import type { Place, Problem } from '../../engine/problem.ts';

export type Path = readonly PropertyKey[];

/**
 * Far above any scenario (long texts stand in files beside it), and low enough that hostile text ends soon.
 */
const MAX_LENGTH = 256 * 1024;
/** What follows the first errors of a broken file is mostly their echo. */
const MAX_ERRORS = 20;
const MAX_ALIASES = 100;
/** Of maps, lists and scalars in each other; a scenario needs a dozen. */
const MAX_DEPTH = 64;

export class YamlSource {
  /** Offsets at which lines begin. */
  private readonly lineStarts: readonly number[];
  /** What maps hold by key, of those that were asked. */
  private readonly pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();

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

  private pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    let pairs = this.pairs.get(map);
    if (pairs === undefined) {
      pairs = new Map(map.items.map((pair) => [keyText(pair.key), pair]));
      this.pairs.set(map, pairs);
    }
    return pairs;
  }

  private find(path: Path): { key: number; value: number } {
    let node: unknown = this.document?.contents;
    let value = startOf(node) ?? 0;
    let key = value;
    for (const step of path) {
      if (isAlias(node) && this.document !== null) node = node.resolve(this.document);
      if (isMap(node)) {
        const pair = this.pairsOf(node).get(String(step));
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
  const tokens = tokensOf(text);
  if (typeof tokens === 'number') {
    return { source: blank, problems: [problem(tokens, 'too deeply nested', null)] };
  }
  // That keys are unique is seen to below: the library compares every key with every other.
  const composer = new Composer({ resolveKnownTags: false, uniqueKeys: false, logLevel: 'error' });
  const [document, second] = composer.compose(tokens, true, text.length);
  assert(document !== undefined, 'there is a document even in an empty text');
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    const problems = new Map<number, Problem>();
    for (const error of errors) {
      const [message, hint] = explain(error);
      const offset = error.pos[0];
      if (!problems.has(offset)) problems.set(offset, problem(offset, message, hint));
      if (problems.size === MAX_ERRORS) break;
    }
    return { source: blank, problems: [...problems.values()] };
  }
  if (second !== undefined) {
    const message = 'a second document begins here';
    return { source: blank, problems: [problem(second.range[0], message, 'one file holds one document')] };
  }
  try {
    const problems = forbidden(document).map(([offset, message]) => problem(offset, message, null));
    if (problems.length > 0) return { source: blank, problems };
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { source: new YamlSource(file, text, document, value), problems: [] };
  } catch (error) {
    // How the library says that aliases of aliases expand to too much.
    if (!(error instanceof ReferenceError)) throw error;
    const message = 'aliases of aliases expand to too much from here on';
    return { source: blank, problems: [problem(firstAlias(document), message, null)] };
  }
}

/**
 * The library's tokens, or the offset at which the text nests too deeply. Its parser keeps a list of what is
 * open; its composer recurses, and brings the process down on text that nests deeply enough.
 */
function tokensOf(text: string): CST.Token[] | number {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return parser.offset;
  }
  tokens.push(...parser.end());
  return tokens;
}

/** The library's message in our words where we have better ones, and how to mend it. */
function explain(error: YAMLError): [message: string, hint: string | null] {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return ['a tab cannot indent YAML', 'indent with spaces'];
    case 'BAD_INDENT':
      return error.message.startsWith('Flow')
        ? ['a bracket or brace is not closed', null]
        : ['this line is indented unlike its neighbours', 'keys of one map start at the same column'];
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['a colon too many on this line', 'put a text that contains ": " in quotes'];
    case 'TAG_RESOLVE_FAILED':
      return ['tags (!) are not used here', 'put a text that begins with ! in quotes'];
    default:
      return [`not readable as YAML: ${error.message}`, null];
  }
}

/** What YAML allows and a plain object cannot hold, or aliases cannot mean. */
function forbidden(document: Document): [offset: number, message: string][] {
  const found: [number, string][] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  const refuse = (node: unknown, message: string) => found.push([startOf(node) ?? 0, message]);
  visit(document, {
    Node(_key, node) {
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (!isAlias(node)) return undefined;
      if (!anchors.has(node.source)) refuse(node, `the alias *${node.source} has no anchor before it`);
      if (++aliases <= MAX_ALIASES) return undefined;
      refuse(node, `more than ${MAX_ALIASES} aliases`);
      return visit.BREAK;
    },
    Map(_key, map) {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = keyText(key);
        if (!isScalar(key)) refuse(key, 'a key must be a plain word');
        else if (name === '__proto__') refuse(key, '__proto__ cannot be a key');
        else if (seen.has(name)) refuse(key, `the key ${name} appears twice in this map`);
        seen.add(name);
      }
    },
  });
  return found.slice(0, MAX_ERRORS);
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
