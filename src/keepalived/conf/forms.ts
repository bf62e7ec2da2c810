/**
 * Reads the argument of a keyword by its form in the table: checks it, says what keepalived says, and stores
 * what keepalived would store.
 */
import { MAX_TIME_NS } from '../../engine/time.ts';
import type { Alone, DecimalForm, IntegerForm, Keyword } from './keyword.ts';
import { readBoolean, readDecimal, readInteger } from './numbers.ts';
import type { Pass } from './pass.ts';
import type { Reading } from './reading.ts';
import type { Section } from './section.ts';
import { SPECIALS } from './specials.ts';
import type { Word } from './words.ts';

/** Any keyword that is not a block or a list. */
export function readSetting(pass: Pass, section: Section, keyword: Keyword, words: readonly Word[]): void {
  const { form, name } = keyword;
  const first = words[0] as Word;
  const where = pass.report.placeOf(first);
  const reading: Reading = { pass, section, name, words, where };
  const isExact = (form.kind === 'integer' || form.kind === 'word') && form.exact === true;
  const hasWord = isExact ? words.length === 2 : words.length > 1;
  switch (form.kind) {
    case 'flag':
      section.set(form.sets ?? name, form.value, where);
      break;
    case 'says':
      pass.say('deprecated', 'warning', filled(form.text, '', section), first);
      break;
    case 'boolean':
      if (hasWord) readBooleanForm(reading, form.refused);
      else section.set(name, true, where);
      break;
    case 'decimal':
      if (hasWord) readDecimalForm(reading, form);
      else missing(reading, 'fatal');
      break;
    case 'integer':
      if (hasWord) readIntegerForm(reading, form);
      else if (form.bare !== undefined) section.set(name, form.bare, where);
      else missing(reading, form.alone);
      break;
    case 'word':
      if (hasWord) section.set(name, (words[1] as Word).text, where);
      else missing(reading, form.alone);
      break;
    case 'special':
      if (hasWord || form.alone === 'accepted') SPECIALS[form.read](reading);
      else missing(reading, form.alone);
      break;
  }
}

function missing({ pass, section, words }: Reading, alone: Alone): void {
  const keyword = words[0] as Word;
  if (alone === 'accepted') return;
  if (alone === 'fatal') {
    pass.dieOfMissingWord(words, 1);
    return;
  }
  const hint = `write a value after '${keyword.text}'`;
  pass.say('missing-argument', 'error', filled(alone.says, '', section), keyword, hint);
}

function readIntegerForm({ pass, section, name, words, where }: Reading, form: IntegerForm): void {
  const word = words[1] as Word;
  const { complaints, value, accepted } = readInteger(
    word.text,
    form.low,
    form.high,
    form.signed ?? form.low < 0,
  );
  let stored = value;
  let hint: string | null = null;
  if (!accepted) {
    // `keepalived -t` refuses where the daemon goes on with the digits.
    const hasDigits = value !== null && form.strict !== true;
    if (hasDigits) {
      hint = `the running daemon takes it for ${value}`;
      pass.report.lenientDiffers = true;
    }
    if (!hasDigits || !pass.report.running) stored = form.afterRefusal ?? null;
  }
  for (const complaint of complaints) pass.say('bad-number', 'error', complaint, word, hint);
  if (!accepted) pass.say('value-refused', 'error', filled(form.refused, word.text, section), word, hint);
  if (stored === null) return;
  if (stored === 0 && form.zero !== undefined) {
    stored = form.zero.value;
    if (accepted) pass.say('value-corrected', 'warning', filled(form.zero.says, word.text, section), word);
  }
  section.set(name, stored, where);
}

function readDecimalForm({ pass, section, name, words, where }: Reading, form: DecimalForm): void {
  const word = words[1] as Word;
  const { complaints, value, accepted } = readDecimal(word.text, form.low, form.high);
  const taken = accepted && value !== null ? nanoseconds(value) : null;
  const hint = taken === null ? null : `taken as ${taken / 1e9} s`;
  for (const complaint of complaints) pass.say('bad-number', 'error', complaint, word, hint);
  if (taken === null) pass.say('value-refused', 'error', filled(form.refused, word.text, section), word);
  const stored = taken ?? form.afterRefusal;
  if (stored !== undefined) section.set(name, stored, where);
}

function readBooleanForm({ pass, section, name, words, where }: Reading, refused: string): void {
  const word = words[1] as Word;
  const value = readBoolean(word.text);
  if (value !== null) {
    section.set(name, value, where);
    return;
  }
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

/** For what keepalived knows and the simulator does nothing with; not again for what stands inside it. */
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
