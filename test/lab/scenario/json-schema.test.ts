import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { scenarioJsonSchema } from '../../../src/lab/scenario/json-schema.ts';
import { SCENARIO_FOLDER, scenarioFiles, VALID } from './samples.ts';

const file = fileURLToPath(new URL('schema/scenario.schema.json', SCENARIO_FOLDER));
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(scenarioJsonSchema());

describe('the JSON Schema for editors', () => {
  test('is the published one', async () => {
    await expect(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(file);
  });

  test.each(scenarioFiles())('accepts %s', (name) => {
    const ok = validate(parse(readFileSync(new URL(name, SCENARIO_FOLDER), 'utf8')));
    expect(validate.errors ?? []).toEqual([]);
    expect(ok).toBe(true);
  });

  test('accepts every key there is', () => {
    validate(parse(VALID));
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each([
    ['an unknown key', 'until: 30s', 'until: 30s\ncolour: red'],
    ['a number without unit', 'until: 30s', 'until: 30'],
    ['a wrong unit', 'every: 100ms', 'every: 100msec'],
    ['no question', 'question: what?\n', ''],
    ['an unknown action', 'do: crash', 'do: explode'],
    ['a key of another action', 'do: crash', 'do: crash, service: httpd'],
    ['an unknown expectation', 'master: lvs1', 'mastr: lvs1'],
    ['an address without a length', '10.0.0.1/24', '10.0.0.1'],
    ['a list where a map belongs', 'hosts:', 'hosts: []\nhosts2:'],
    ['another version', 'keepalived: 2.2', 'keepalived: 2.4'],
    ['https', 'http://10.0.0.9/', 'https://10.0.0.9/'],
    ['more than all frames lost', 'loss: 0.5', 'loss: 50'],
  ])('rejects %s', (_what, from, to) => {
    expect(VALID).toContain(from);
    expect(validate(parse(VALID.replace(from, to)))).toBe(false);
  });
});
