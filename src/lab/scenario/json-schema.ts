/**
 * The scenario language as JSON Schema (draft-07, which editors' YAML servers read). It knows shapes only:
 * what needs two values to be judged is left to `vipdrift check`.
 */
import * as z from 'zod';
import { ScenarioFile } from './schema.ts';

export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(ScenarioFile, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    title: 'vipdrift scenario',
    description: 'A network laboratory, what happens in it, and what is expected of it',
    ...schema,
  };
}
