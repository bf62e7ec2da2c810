/**
 * For regression tests with vitest: the builder, and matchers that say in one line what a failover must be like. A
 * matcher that fails prints the story around the moment, the seed, and the command that shows it again.
 */
import { expect } from 'vitest';
import * as matchers from './matchers.ts';

export { LabBuilder, tutorialLab } from '../lab/builder.ts';
export { ClientRun, Run } from '../lab/run.ts';

expect.extend({ ...matchers });

interface VipdriftMatchers<R> {
  /** Of a run: `to` is MASTER at most `within` after `from` ceased to be. */
  toFailOver(expected: { from: string; to: string; within: string }): R;
  /** Of a run: never two at a time. */
  toHaveAtMostOneMaster(): R;
  /** Of a run: that host is MASTER at a moment, default the end. */
  toHaveMaster(host: string, when?: { at: string }): R;
  /** Of a client: at most so many of its requests were not answered. */
  toLoseAtMost(count: number): R;
  /** Of a client: its answers come from these in turn; with `after`, those to requests made from then on. */
  toAlternateBetween(hosts: readonly string[], when?: { after: string }): R;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: a merged declaration repeats the type parameters of the original.
  interface Matchers<T = any> extends VipdriftMatchers<T> {}
}
