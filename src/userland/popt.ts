/**
 * Command lines as the popt library reads them, which ipvsadm is built on: clusters of short options, values
 * glued, behind `=` or in the next word, long options in full only, words in between kept for later.
 */
export interface OptionSpec<Name extends string> {
  readonly name: Name;
  readonly long: string;
  readonly short?: string;
  /** `optional`: the next word is taken unless it begins with `-`. */
  readonly argument?: 'required' | 'optional';
}

export interface GivenOption<Name extends string> {
  readonly name: Name;
  /** null: the option takes none, or the optional one is not there. */
  readonly value: string | null;
  /** The word it was read from, as typed. */
  readonly word: string;
}

/** What popt says of a word it cannot read: `-x: unknown option`. */
export interface PoptError {
  readonly error: string;
}

export class Popt<Name extends string> {
  private readonly words: string[];
  private readonly others: string[] = [];
  /** What is left of a cluster of short options, and the word it stands in. */
  private cluster = '';
  private word = '';

  constructor(
    private readonly specs: readonly OptionSpec<Name>[],
    words: readonly string[],
  ) {
    this.words = [...words];
  }

  /** The next option; null when there is none left. */
  next(): GivenOption<Name> | PoptError | null {
    if (this.cluster !== '') return this.shortOption();
    for (let word = this.words.shift(); word !== undefined; word = this.words.shift()) {
      if (word === '--') {
        this.others.push(...this.words.splice(0));
      } else if (word === '-' || !word.startsWith('-')) {
        this.others.push(word);
      } else {
        this.word = word;
        if (word.startsWith('--')) return this.longOption(word.slice(2));
        this.cluster = word.slice(1);
        return this.shortOption();
      }
    }
    return null;
  }

  /** The next word that is no option, once the options are read. */
  argument(): string | null {
    return this.others.shift() ?? null;
  }

  private longOption(text: string): GivenOption<Name> | PoptError {
    const equals = text.indexOf('=');
    const long = equals < 0 ? text : text.slice(0, equals);
    const spec = this.specs.find((other) => other.long === long);
    return this.given(spec, equals < 0 ? null : text.slice(equals + 1));
  }

  private shortOption(): GivenOption<Name> | PoptError {
    const letter = this.cluster.charAt(0);
    const rest = this.cluster.slice(1);
    const spec = this.specs.find((other) => other.short === letter);
    const takesRest = spec?.argument !== undefined || rest.startsWith('=');
    this.cluster = takesRest || spec === undefined ? '' : rest;
    return this.given(spec, takesRest && rest !== '' ? rest.replace(/^=/, '') : null);
  }

  private given(spec: OptionSpec<Name> | undefined, glued: string | null): GivenOption<Name> | PoptError {
    const { word } = this;
    if (spec === undefined) return { error: `${word}: unknown option` };
    const { name, argument } = spec;
    if (argument === undefined) {
      return glued === null
        ? { name, value: null, word }
        : { error: `${word}: option does not take an argument` };
    }
    if (glued !== null) return { name, value: glued, word };
    const [following] = this.words;
    if (argument === 'optional' && (following === undefined || following.startsWith('-'))) {
      return { name, value: null, word };
    }
    if (following === undefined) return { error: `${word}: missing argument` };
    this.words.shift();
    return { name, value: following, word };
  }
}
