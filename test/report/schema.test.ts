/** The published schema of `--json` is the one the code checks by. */
import { expect, test } from 'vitest';
import { resultJsonSchema } from '../../src/report/result.ts';

test('scenarios/schema/result.schema.json is up to date', async () => {
  const text = `${JSON.stringify(resultJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../scenarios/schema/result.schema.json');
});
