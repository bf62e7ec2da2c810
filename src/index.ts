/** The library: run a scenario's text or a laboratory built in code, and read what came of it. */
export { InvariantError } from './engine/invariant.ts';
export { formatProblem, type Place, type Problem, type Severity } from './engine/problem.ts';
export { parseDurationNs } from './engine/time.ts';
export type { TraceRecord } from './engine/trace-record.ts';
export type { KeepalivedConfig } from './keepalived/conf/model.ts';
export { readConfig } from './keepalived/conf/read-config.ts';
export {
  type BuilderOptions,
  type HostHandle,
  LabBuilder,
  type LabHandle,
  type RequestPlan,
  tutorialLab,
} from './lab/builder.ts';
export type { Verdict } from './lab/expectations.ts';
export { FrameLog, type LoggedFrame } from './lab/frame-log.ts';
export { Laboratory, type RunOptions, runScenario } from './lab/laboratory.ts';
export type { LabRecord } from './lab/records.ts';
export { ClientRun, Run, type RunOutcome } from './lab/run.ts';
export { type FileAccess, filesIn } from './lab/scenario/file-access.ts';
export { scenarioJsonSchema } from './lab/scenario/json-schema.ts';
export { readLab, readScenario } from './lab/scenario/read-scenario.ts';
export type * from './lab/scenario/scenario.ts';
export { summarise, type TrafficSummary } from './lab/traffic-summary.ts';
export { captureOf } from './report/capture.ts';
export { narrate } from './report/narration.ts';
export { type Result, resultJsonSchema, resultOf } from './report/result.ts';
export { storyText } from './report/story.ts';
export type { StoryLine } from './report/story-line.ts';
export { describeFrame } from './wire/describe.ts';
