/** A run that is over: what happened, how it was judged, and the world as it was left. */
import type { VrrpRecord } from '../keepalived/records.ts';
import type { Verdict } from './expectations.ts';
import type { FrameLog } from './frame-log.ts';
import type { LookResult } from './inspections.ts';
import { type CommandRecord, type LabRecord, type RequestRecord, recordsOf } from './records.ts';
import type { Scenario } from './scenario/scenario.ts';
import { traceHash } from './trace-hash.ts';
import { summarise, type TrafficSummary } from './traffic-summary.ts';
import type { World } from './world.ts';

export type RunOutcome = 'pass' | 'fail' | 'not exercised';

export interface RunParts {
  readonly scenario: Scenario;
  readonly seed: string;
  /** How far virtual time came. */
  readonly untilNs: number;
  readonly world: World;
  readonly trace: readonly LabRecord[];
  /** null: not kept. */
  readonly frames: FrameLog | null;
  readonly verdicts: readonly Verdict[];
  readonly looks: readonly LookResult[];
}

/** What one client got of its requests. */
export class ClientRun {
  constructor(
    readonly run: Run,
    readonly name: string,
  ) {}

  /** In the order in which they ended. */
  get requests(): readonly RequestRecord[] {
    return this.run.requests.filter(({ host }) => host === this.name);
  }

  /** null: it made none. */
  get summary(): TrafficSummary | null {
    return summarise(this.requests)[0] ?? null;
  }
}

export class Run {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly untilNs: number;
  readonly world: World;
  readonly trace: readonly LabRecord[];
  readonly frames: FrameLog | null;
  readonly verdicts: readonly Verdict[];
  readonly looks: readonly LookResult[];
  private fingerprint: string | null = null;

  constructor(parts: RunParts) {
    this.scenario = parts.scenario;
    this.seed = parts.seed;
    this.untilNs = parts.untilNs;
    this.world = parts.world;
    this.trace = parts.trace;
    this.frames = parts.frames;
    this.verdicts = parts.verdicts;
    this.looks = parts.looks;
  }

  /** A laboratory whose set-up failed has shown nothing, whatever its expectations say. */
  get outcome(): RunOutcome {
    const outcomes = this.verdicts.map(({ outcome }) => outcome);
    if (failedSetup(this.trace).length > 0 || outcomes.includes('fail')) return 'fail';
    return outcomes.includes('not exercised') ? 'not exercised' : 'pass';
  }

  /** Fingerprint of trace and frames: equal for equal version, scenario and seed. */
  get hash(): string {
    this.fingerprint ??= traceHash(this.trace, this.frames);
    return this.fingerprint;
  }

  /** State changes of VRRP instances, in order. */
  get transitions(): readonly VrrpRecord[] {
    return recordsOf(this.trace, 'vrrp');
  }

  get requests(): readonly RequestRecord[] {
    return recordsOf(this.trace, 'request');
  }

  client(name: string): ClientRun {
    return new ClientRun(this, name);
  }

  /** What a command prints on a host at the end of the run; for one that ends at once, as those that show tables. */
  show(host: string, command: string): string {
    let printed = '';
    this.world.host(host).run(command, ({ stdout, stderr }) => {
      printed = stdout + stderr;
    });
    return printed;
  }
}

/** Set-up commands that did not succeed. */
export function failedSetup(trace: readonly LabRecord[]): readonly CommandRecord[] {
  return recordsOf(trace, 'command').filter(({ origin, exit }) => origin === 'setup' && exit !== 0);
}
