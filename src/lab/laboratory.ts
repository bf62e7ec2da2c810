/**
 * A scenario being run: the world, its timeline and its traffic on one engine, the looks into it, and at the end the
 * verdict. Step by step for a person or a test that watches, or in one go by `runScenario`.
 */
import type { Observer } from '../engine/observers.ts';
import { SECOND } from '../engine/time.ts';
import type { TraceRecord } from '../engine/trace-record.ts';
import { type Evidence, judge } from './expectations.ts';
import { Faults } from './faults.ts';
import { Inspections, type Look } from './inspections.ts';
import { type LabRecord, recordsOf } from './records.ts';
import { Run } from './run.ts';
import type { Scenario, TimedAction } from './scenario/scenario.ts';
import { HttpTraffic } from './traffic.ts';
import { World } from './world.ts';

export interface RunOptions {
  /** Instead of the scenario's. */
  readonly seed?: string;
  readonly untilNs?: number;
  /** Commands to type at given moments, for reading. */
  readonly looks?: readonly Look[];
  /** False: no capture, no trace of frames; memory then does not grow with them. Default true. */
  readonly keepFrames?: boolean;
  /** False: no record is kept either: no verdict and no story, only observers and counters. Default true. */
  readonly keepRecords?: boolean;
  /** Gets every record as it is written. */
  readonly observe?: Observer;
}

/** What two masters of one segment need at most to notice each other, when nothing says what they are set to. */
const DEFAULT_SETTLING_NS = 4 * SECOND;

export class Laboratory {
  readonly world: World;
  readonly faults: Faults;
  readonly seed: string;
  readonly untilNs: number;
  private readonly inspections: Inspections;

  constructor(
    readonly scenario: Scenario,
    options: RunOptions = {},
  ) {
    this.seed = options.seed ?? scenario.seed;
    this.untilNs = options.untilNs ?? scenario.untilNs;
    this.world = new World(scenario.lab, {
      seed: this.seed,
      keepFrames: options.keepFrames ?? true,
      keepRecords: options.keepRecords ?? true,
    });
    this.faults = new Faults(this.world);
    this.inspections = new Inspections(
      scenario.expectations.map(({ expectation }) => expectation),
      options.looks ?? [],
    );
    const { engine } = this.world;
    if (options.observe !== undefined) engine.observe('*', options.observe);
    this.world.start();
    for (const timed of scenario.timeline) this.schedule(timed);
    for (const plan of scenario.traffic) new HttpTraffic(this.world, plan, this.untilNs).start();
  }

  get nowNs(): number {
    return this.world.engine.nowNs;
  }

  /** Adds an action to the timeline. */
  schedule(timed: TimedAction): void {
    this.call(timed.atNs, () => this.faults.apply(timed));
  }

  /** Calls `act` when virtual time reaches `atNs`, before the timers of that instant. */
  call(atNs: number, act: () => void): void {
    this.world.engine.callAt(atNs, { fire: act }, 0);
  }

  /** Runs to that moment, stopping for the looks on the way. */
  runUntil(untilNs: number): void {
    const { engine } = this.world;
    while (engine.nowNs < untilNs) {
      const lookNs = this.inspections.nextNs ?? Number.POSITIVE_INFINITY;
      engine.runUntil(Math.min(untilNs, lookNs));
      this.inspections.inspectNow(this.world);
    }
  }

  /** Runs to the end and judges. */
  finish(): Run {
    this.runUntil(this.untilNs);
    return this.conclude();
  }

  /** Judges what has been run so far, be it the end or not. */
  conclude(): Run {
    const { world, scenario, seed } = this;
    const untilNs = this.nowNs;
    const trace = world.engine.records as readonly TraceRecord[] as readonly LabRecord[];
    const evidence: Evidence = {
      trace,
      endNs: untilNs,
      wholeSpans: this.faults.wholeSpans(settlingNs(trace)),
      inspections: this.inspections,
    };
    return new Run({
      scenario,
      seed,
      untilNs,
      world,
      trace,
      frames: world.frames,
      verdicts: scenario.expectations.map((stated) => judge(stated, evidence)),
      looks: this.inspections.looks,
    });
  }
}

/** Runs a scenario from beginning to end. */
export function runScenario(scenario: Scenario, options: RunOptions = {}): Run {
  return new Laboratory(scenario, options).finish();
}

/** The longest master-down interval that was seen at work. */
function settlingNs(trace: readonly LabRecord[]): number {
  const intervals = recordsOf(trace, 'vrrp').map(({ why }) =>
    why.kind === 'master-down' ? why.masterDownIntervalNs : 0,
  );
  return Math.max(DEFAULT_SETTLING_NS, ...intervals);
}
