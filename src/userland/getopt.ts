/**
 * Command lines as GNU getopt_long reads them, which most tools here are built on: clusters of short options,
 * values glued or in the next word, long options with `=` or the next word, operands wherever they stand. Not
 * modelled: abbreviated long options, POSIXLY_CORRECT.
 */

/** Letters as getopt(3) writes them: `c:` takes a value, `p::` may have one glued to it. */
export interface GetoptSpec {
  readonly short: string;
  /** Long names and the short letters they stand for. */
  readonly long?: Readonly<Record<string, string>>;
}

export interface GivenOption {
  /** The short letter, also where the long name was written. */
  readonly letter: string;
  /** '' for an option that takes none. */
  readonly value: string;
}

export interface CommandLine {
  /** In order, up to the first error. */
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];
  /** `invalid option -- 'z'`, without the program's name; null: all could be read. */
  readonly error: string | null;
}

/** Reads the words behind the command's name. */
export function getopt(words: readonly string[], spec: GetoptSpec): CommandLine {
  const options: GivenOption[] = [];
  const operands: string[] = [];
  const line = (error: string | null): CommandLine => ({ options, operands, error });
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    const next = words[at + 1];
    const read = word.startsWith('--') ? readLong(word, next, spec) : readCluster(word, next, spec);
    options.push(...read.options);
    if (read.error !== null) return line(read.error);
    if (read.tookNext) at++;
  }
  return line(null);
}

interface Read {
  readonly options: readonly GivenOption[];
  readonly tookNext: boolean;
  readonly error: string | null;
}

function readCluster(word: string, next: string | undefined, spec: GetoptSpec): Read {
  const options: GivenOption[] = [];
  for (let i = 1; i < word.length; i++) {
    const letter = word[i] as string;
    const rest = word.slice(i + 1);
    switch (takes(letter, spec)) {
      case 'unknown':
        return { options, tookNext: false, error: `invalid option -- '${letter}'` };
      case 'nothing':
        options.push({ letter, value: '' });
        break;
      case 'maybe':
        options.push({ letter, value: rest });
        return { options, tookNext: false, error: null };
      case 'value': {
        const value = rest !== '' ? rest : next;
        if (value === undefined) {
          return { options, tookNext: false, error: `option requires an argument -- '${letter}'` };
        }
        options.push({ letter, value });
        return { options, tookNext: rest === '', error: null };
      }
    }
  }
  return { options, tookNext: false, error: null };
}

function readLong(word: string, next: string | undefined, spec: GetoptSpec): Read {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const glued = equals < 0 ? null : word.slice(equals + 1);
  const letter = spec.long !== undefined && Object.hasOwn(spec.long, name) ? spec.long[name] : undefined;
  const failed = (error: string): Read => ({ options: [], tookNext: false, error });
  if (letter === undefined) return failed(`unrecognized option '--${name}'`);
  const wants = takes(letter, spec);
  if (wants !== 'value') {
    if (glued !== null && wants === 'nothing') return failed(`option '--${name}' doesn't allow an argument`);
    return { options: [{ letter, value: glued ?? '' }], tookNext: false, error: null };
  }
  const value = glued ?? next;
  if (value === undefined) return failed(`option '--${name}' requires an argument`);
  return { options: [{ letter, value }], tookNext: glued === null, error: null };
}

function takes(letter: string, spec: GetoptSpec): 'unknown' | 'nothing' | 'value' | 'maybe' {
  const at = letter === ':' ? -1 : spec.short.indexOf(letter);
  if (at < 0) return 'unknown';
  if (spec.short[at + 1] !== ':') return 'nothing';
  return spec.short[at + 2] === ':' ? 'maybe' : 'value';
}
