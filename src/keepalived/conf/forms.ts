/**
 * Reads the argument of a keyword by its form in the table: checks it, says what keepalived says, and stores what
 * keepalived would store.
 */
import { MAX_TIME_NS } from '../../engine/time.ts';
import type { Alone, DecimalForm, IntegerForm, Keyword } from './keyword.ts';
import { readBoolean, readDecimal, readInteger } from './numbers.ts';
import type { Pass } from './pass.ts';
import type { Section } from './section.ts';
import { type Reading, SPECIALS } from './specials.ts';
import type { Word } from './words.ts';

export function readSetting(pass: Pass, section: Section, keyword: Keyword, words: readonly Word[]): void {
  const { form, name } = keyword;
  const where = pass.report.placeOf(words[0] as Word);
  if (form.kind === 'flag') return section.set(form.sets ?? name, form.value, where);
  if (form.kind === 'says') {
    return pass.say('deprecated', 'warning', filled(form.text, '', section), words[0] as Word);
  }
  const word = words[1];
  if (word === undefined) {
    if (form.kind === 'boolean') return section.set(name, true, where);
    const alone = form.kind === 'decimal' ? 'fatal' : form.alone;
    if (alone !== 'accepted') return missing(pass, section, words[0] as Word, alone);
    if (form.kind === 'integer' && form.bare !== undefined) section.set(name, form.bare, where);
    if (form.kind !== 'special') return;
  }
  const reading: Reading = { pass, section, name, words, where };
  if (form.kind === 'special') SPECIALS[form.read](reading);
  else if (form.kind === 'integer') readIntegerForm(reading, form);
  else if (form.kind === 'decimal') readDecimalForm(reading, form);
  else if (form.kind === 'boolean') readBooleanForm(reading, form.refused);
  else if (word !== undefined) section.set(name, word.text, where);
}

function missing(pass: Pass, section: Section, keyword: Word, alone: Exclude<Alone, 'accepted'>): void {
  const hint = `write a value after '${keyword.text}'`;
  if (alone === 'fatal') dieOfMissingWord(pass, [keyword], 1);
  else pass.say('missing-argument', 'error', filled(alone.says, '', section), keyword, hint);
}

/** keepalived does not start when a word it must have is missing; `position` counts from 0. */
export function dieOfMissingWord(pass: Pass, words: readonly Word[], position: number): void {
  const first = words[0] as Word;
  const before = words[position - 1] as Word;
  const text =
    `*** Configuration line starting \`${first.text}\` is missing a parameter ` +
    `after keyword \`${before.text}\` at word position ${position + 1}`;
  pass.die(text, before, `write a value after '${before.text}'; without it keepalived refuses to start`);
}

function readIntegerForm({ pass, section, name, words, where }: Reading, form: IntegerForm): void {
  const word = words[1] as Word;
  const { complaints, value, accepted } = readInteger(word.text, form.low, form.high);
  for (const complaint of complaints) pass.say('bad-number', 'error', complaint, word);
  if (!accepted) {
    pass.say('value-refused', 'error', filled(form.refused, word.text, section), word);
    if (typeof form.onRefusal === 'number') section.set(name, form.onRefusal, where);
    else if (form.onRefusal === 'digits' && value !== null) section.set(name, value, where);
    return;
  }
  if (value === 0 && form.zero !== undefined) {
    pass.say('value-corrected', 'warning', filled(form.zero.says, word.text, section), word);
    section.set(name, form.zero.value, where);
    return;
  }
  section.set(name, value ?? 0, where);
}

function readDecimalForm({ pass, section, name, words, where }: Reading, form: DecimalForm): void {
  const word = words[1] as Word;
  const { complaints, value, accepted } = readDecimal(word.text, form.low, form.high, form.strict);
  const hint = accepted && value !== null ? `taken as ${nanoseconds(value) / 1e9} s` : null;
  for (const complaint of complaints) pass.say('bad-number', 'error', complaint, word, hint);
  if (accepted && value !== null) section.set(name, nanoseconds(value), where);
  else pass.say('value-refused', 'error', filled(form.refused, word.text, section), word);
}

function readBooleanForm({ pass, section, name, words, where }: Reading, refused: string): void {
  const word = words[1] as Word;
  const value = readBoolean(word.text);
  if (value !== null) return section.set(name, value, where);
  const hint = 'on, true, yes, off, false or no, in lower case';
  pass.say('value-refused', 'error', filled(refused, word.text, section), word, hint);
}

/** Longer than virtual time lasts is cut to its length. */
function nanoseconds(microseconds: bigint): number {
  const ns = Number(microseconds) * 1000;
  return ns > MAX_TIME_NS ? MAX_TIME_NS : ns;
}

function filled(template: string, value: string, section: Section): string {
  return template.replaceAll('{name}', () => section.name).replaceAll('{v}', () => value);
}

/** Once for a keyword keepalived knows and the simulator does nothing with; not again for what stands inside it. */
export function reportUnsimulated(pass: Pass, section: Section, keyword: Keyword, word: Word): void {
  if (keyword.unsimulated !== true || section.unsimulated) return;
  pass.report.problem({
    code: 'keyword-not-simulated',
    severity: 'warning',
    text: `'${keyword.name}' is read, but not simulated`,
    at: word,
    hint: 'the simulated keepalived behaves as if it were not there',
  });
}
