/**
 * What a keyword of the configuration language is: its name, the form of its argument, the messages for a
 * bad one, and whether the simulator does anything with it. The tables (keywords-*.ts) are written with the
 * functions below. In messages `{v}` stands for the value as written and `{name}` for the name of the block.
 */

/** What keepalived does with a keyword that has no argument: refuses to run, accepts it, or says this. */
export type Alone = 'fatal' | 'accepted' | { readonly says: string };

export interface IntegerForm {
  readonly kind: 'integer';
  readonly low: number;
  readonly high: number;
  /** Read as a signed number though none below 0 is accepted. */
  readonly signed?: true;
  readonly refused: string;
  readonly alone: Alone;
  /** A value that is accepted and then put right. */
  readonly zero?: { readonly says: string; readonly value: number };
  /** The running daemon refuses `5s` as well; of the others it takes the 5, if that lies in the range. */
  readonly strict?: true;
  /** What a refusal sets; without it what stood before stays. */
  readonly afterRefusal?: number;
  /** Value without an argument. */
  readonly bare?: number;
  /** A second word is as bad as none. */
  readonly exact?: true;
}

export interface DecimalForm {
  readonly kind: 'decimal';
  /** Microseconds. */
  readonly low: bigint;
  readonly high: bigint;
  readonly refused: string;
  /** What a refusal sets, in nanoseconds; without it what stood before stays. */
  readonly afterRefusal?: number;
}

/** Forms that need code of their own, by name; see specials.ts and specials-servers.ts. */
export type Special =
  | 'state'
  | 'interface'
  | 'version'
  | 'auth-type'
  | 'auth-pass'
  | 'source-address'
  | 'multicast-group'
  | 'smtp-server'
  | 'scheduler'
  | 'forwarding-method'
  | 'protocol'
  | 'granularity'
  | 'sorry-server'
  | 'sorry-server-option'
  | 'scheduler-flag'
  | 'ip-family'
  | 'check-address';

/** How a block is headed: without a name, or with one, or with an address and a port. */
export type Head = 'none' | 'name' | 'instance' | 'sync-group' | 'virtual-server' | 'real-server';

export type Form =
  | IntegerForm
  | DecimalForm
  | { readonly kind: 'boolean'; readonly refused: string }
  /** Its presence sets `sets` (default: the keyword itself) to `value`. */
  | { readonly kind: 'flag'; readonly sets?: string; readonly value: boolean }
  | { readonly kind: 'word'; readonly alone: Alone; readonly exact?: true }
  | { readonly kind: 'special'; readonly read: Special; readonly alone: Alone }
  /** Lines up to `}`: words of their own, or addresses with options, or not looked into. */
  | { readonly kind: 'list'; readonly entries: Entries; readonly named: boolean }
  | { readonly kind: 'block'; readonly block: string; readonly head: Head }
  /** Is never done, only answered with this. */
  | { readonly kind: 'says'; readonly text: string };

export type Entries = 'words' | 'addresses' | 'ignored';

export interface Keyword {
  readonly name: string;
  readonly form: Form;
  /** Read, but the simulated keepalived behaves as if it were not there, and a person must be told. */
  readonly unsimulated?: true;
}

export function integer(
  name: string,
  low: number,
  high: number,
  refused: string,
  more: Partial<Omit<IntegerForm, 'kind' | 'low' | 'high' | 'refused'>> = {},
): Keyword {
  return { name, form: { kind: 'integer', low, high, refused, alone: 'fatal', ...more } };
}

/** `low` and `high` in microseconds. */
export function decimal(
  name: string,
  low: bigint,
  high: bigint,
  refused: string,
  more: Pick<DecimalForm, 'afterRefusal'> = {},
): Keyword {
  return { name, form: { kind: 'decimal', low, high, refused, ...more } };
}

/** Exactly one word. */
export function oneWord(name: string, otherwise: string): Keyword {
  return { name, form: { kind: 'word', alone: { says: otherwise }, exact: true } };
}

export function boolean(name: string, refused: string): Keyword {
  return { name, form: { kind: 'boolean', refused } };
}

export function flag(name: string, sets = name, value = true): Keyword {
  return { name, form: { kind: 'flag', sets, value } };
}

export function word(name: string, alone: Alone = 'fatal'): Keyword {
  return { name, form: { kind: 'word', alone } };
}

export function special(name: string, read: Special, alone: Alone = 'fatal'): Keyword {
  return { name, form: { kind: 'special', read, alone } };
}

/** `named`: words after the keyword are its name, and not too much. */
export function list(name: string, entries: Entries, named = false): Keyword {
  return { name, form: { kind: 'list', entries, named } };
}

export function block(name: string, head: Head = 'none', contents = name): Keyword {
  return { name, form: { kind: 'block', block: contents, head } };
}

export function says(name: string, text: string): Keyword {
  return { name, form: { kind: 'says', text } };
}

/** Keywords of one argument that keepalived answers with a message when it is missing. */
export function answered(missing: Readonly<Record<string, string>>): Keyword[] {
  return Object.entries(missing).map(([name, text]) => word(name, { says: text }));
}

/** Several keywords of one argument whose value is not looked at. */
export function words(names: string, alone: Alone = 'fatal'): Keyword[] {
  return names.split(' ').map((name) => word(name, alone));
}

/** The same keywords, marked as read and not simulated. */
export function unsimulated(...keywords: readonly (Keyword | readonly Keyword[])[]): Keyword[] {
  return keywords.flat().map((keyword) => ({ ...keyword, unsimulated: true }));
}
