/**
 * A run as JSON, for machines: versioned, checked by a schema that is published beside the scenarios
 * (scenarios/schema/result.schema.json). Within a version members are only ever added.
 */
import * as z from 'zod';
import { recordsOf } from '../lab/records.ts';
import type { Run } from '../lab/run.ts';
import { summarise } from '../lab/traffic-summary.ts';
import { narrate } from './narration.ts';

export const RESULT_VERSION = 1;

const seconds = z.number().min(0).describe('virtual seconds since the start of the run');
const outcome = z.enum(['pass', 'fail', 'not exercised']);

export const Result = z.strictObject({
  version: z.literal(RESULT_VERSION),
  scenario: z.string(),
  file: z.string(),
  question: z.string(),
  seed: z.string(),
  simulatedSeconds: seconds,
  outcome,
  trace: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .describe('fingerprint: equal for equal version, scenario and seed'),
  expectations: z.array(
    z.strictObject({
      text: z.string(),
      outcome,
      found: z.string().nullable(),
      line: z.int().nullable().describe('line of the scenario file'),
    }),
  ),
  transitions: z.array(
    z.strictObject({
      at: seconds,
      host: z.string(),
      instance: z.string(),
      from: z.string(),
      to: z.string(),
      priority: z.int(),
      why: z.string(),
    }),
  ),
  clients: z.array(
    z.strictObject({
      client: z.string(),
      sent: z.int(),
      answered: z.int(),
      servedBy: z.record(z.string(), z.int()),
      timedOut: z.int(),
      errors: z.record(z.string(), z.int()),
      outage: z.strictObject({ from: seconds, to: seconds }).nullable(),
    }),
  ),
  story: z.array(
    z.strictObject({ at: seconds, host: z.string(), text: z.string(), aside: z.string().nullable() }),
  ),
  looks: z.array(
    z.strictObject({
      at: seconds,
      host: z.string(),
      command: z.string(),
      stdout: z.string(),
      stderr: z.string(),
      exit: z.int().nullable().describe('null: it had not ended'),
    }),
  ),
});
export type Result = z.infer<typeof Result>;

export function resultOf(run: Run): Result {
  const { scenario, seed, untilNs, trace, verdicts, looks, hash } = run;
  return {
    version: RESULT_VERSION,
    scenario: scenario.name,
    file: scenario.file,
    question: scenario.question,
    seed,
    simulatedSeconds: untilNs / 1e9,
    outcome: run.outcome,
    trace: hash,
    expectations: verdicts.map(({ text, outcome, found, line }) => ({ text, outcome, found, line })),
    transitions: recordsOf(trace, 'vrrp').map(({ timeNs, host, instance, from, to, priority, why }) => ({
      at: timeNs / 1e9,
      host,
      instance,
      from,
      to,
      priority,
      why: why.kind,
    })),
    clients: summarise(recordsOf(trace, 'request')).map(({ servedBy, errors, outage, ...counts }) => ({
      ...counts,
      servedBy: Object.fromEntries(servedBy),
      errors: Object.fromEntries(errors),
      outage: outage === null ? null : { from: outage.fromNs / 1e9, to: outage.toNs / 1e9 },
    })),
    story: narrate(run).map(({ timeNs, host, text, aside }) => ({ at: timeNs / 1e9, host, text, aside })),
    looks: looks.map(({ atNs, host, command, result }) => ({
      at: atNs / 1e9,
      host,
      command,
      stdout: result?.stdout ?? '',
      stderr: result?.stderr ?? '',
      exit: result?.exit ?? null,
    })),
  };
}

/** JSON Schema (draft 7) of what `vipdrift run --json` prints, one object a scenario. */
export function resultJsonSchema(): object {
  return z.toJSONSchema(Result, { target: 'draft-7' });
}
