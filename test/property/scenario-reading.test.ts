import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { nearest } from '../../src/engine/suggestion.ts';
import { readScenario } from '../../src/lab/scenario/read-scenario.ts';
import { VALID, VALID_FILES } from '../lab/scenario/samples.ts';

/** Bits of the language and of YAML, so that what comes out is often nearly right. */
const fragment = fc.oneof(
  fc.constantFrom(...VALID.split('\n').map((line) => `${line}\n`)),
  fc.constantFrom(...VALID.split(/\s+/)),
  fc.constantFrom(
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '!t ',
    '|\n',
    '>',
    '\t',
    '  ',
    '\n',
    '"',
    "'",
    '#',
    '?',
  ),
  fc.constantFrom('__proto__: ', 'constructor: ', '<<: ', '---\n', '%YAML\n', '\u0000', '\ufeff', '\r', '😀'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

const nearlyRight = fc
  .array(fc.tuple(fc.nat(VALID.length), fc.nat(30), fragment), { maxLength: 4 })
  .map((edits) =>
    edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), VALID),
  );

const anyText = fc.oneof(
  nearlyRight,
  fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

test.prop([anyText], { numRuns: 150 })(
  'reading never throws, and every place lies within the text',
  (text) => {
    const { scenario, problems } = readScenario(text, 's.yaml', VALID_FILES);
    expect(scenario === null).toBe(problems.length > 0);
    const lines = text.split('\n');
    for (const { where, message } of problems) {
      expect(message).not.toBe('');
      if (where.file !== 's.yaml') continue;
      const line = lines[where.line - 1];
      expect(line).toBeDefined();
      expect(where.column).toBeGreaterThanOrEqual(1);
      expect(where.column).toBeLessThanOrEqual((line ?? '').length + 1);
    }
  },
  30_000,
);

test.prop([nearlyRight], { numRuns: 30 })('reading twice gives the same', (text) => {
  const once = readScenario(text, 's.yaml', VALID_FILES);
  expect(readScenario(text, 's.yaml', VALID_FILES)).toEqual(once);
});

test.prop([fc.array(fc.stringMatching(/^[a-z-]{4,12}$/), { minLength: 1 }), fc.nat(), fc.nat()])(
  'a word with one letter dropped is recognised',
  (words, which, where) => {
    const word = words[which % words.length] as string;
    const at = where % word.length;
    const typed = word.slice(0, at) + word.slice(at + 1);
    expect(nearest(typed, [word])).toBe(word);
    expect(words).toContain(nearest(typed, words));
  },
);
