/**
 * A laboratory built in code, for regression tests and for programs: which machines, which traffic, what is done to
 * them when, for how long. Makes the same Scenario a file would and runs it the same way.
 */
import { parseDurationNs } from '../engine/time.ts';
import { parseIp } from '../wire/ip-address.ts';
import { Laboratory, type RunOptions } from './laboratory.ts';
import type { Run } from './run.ts';
import { readBuiltInLab } from './scenario/read-scenario.ts';
import type {
  Action,
  BlockedProtocol,
  Direction,
  Lab,
  Scenario,
  Service,
  Traffic,
} from './scenario/scenario.ts';

/** Text with a unit: `'100ms'`, `'3.65s'`, `'2m'`. */
export type Duration = string;

export interface BuilderOptions {
  readonly seed?: string | number;
  /** What stories and failures call it. */
  readonly name?: string;
}

export interface RequestPlan {
  readonly from: string;
  /** Default `http://192.168.100.10/`, the tutorial's service. */
  readonly to?: string;
  readonly every: Duration;
  /** Default: from 5 s, when the tutorial's service stands, to the end of the run. */
  readonly between?: readonly [Duration, Duration];
  /** Default 2 s. */
  readonly timeout?: Duration;
}

/** What can be done to a host while the laboratory runs. */
export interface HostHandle {
  crash(): void;
  powerOn(): void;
  /** Types a line at its shell. */
  run(command: string): void;
  start(service: Service): void;
  stop(service: Service): void;
  /** kill -9 of all its processes. */
  kill(process: Service): void;
  pullCable(): void;
  cutCable(direction: Direction): void;
  healCable(): void;
  block(protocol: BlockedProtocol, direction?: Direction): void;
  unblock(protocol: BlockedProtocol): void;
}

export interface LabHandle {
  host(name: string): HostHandle;
}

const TUTORIAL_SERVICE = 'http://192.168.100.10/';
const TUTORIAL_STANDS_NS = 5e9;
const DEFAULT_TIMEOUT_NS = 2e9;

export class LabBuilder {
  private readonly traffic: Traffic[] = [];
  private readonly acts: { atNs: number; act: (lab: LabHandle) => void }[] = [];

  constructor(
    private readonly lab: Lab,
    private readonly options: BuilderOptions = {},
  ) {}

  /** HTTP requests at a steady rate. */
  requests(plan: RequestPlan): this {
    const url = plan.to ?? TUTORIAL_SERVICE;
    const [from, until] = plan.between ?? [null, null];
    this.traffic.push({
      client: this.checkedHost(plan.from),
      url,
      ...partsOf(url),
      everyNs: durationNs(plan.every),
      fromNs: from === null ? TUTORIAL_STANDS_NS : durationNs(from),
      untilNs: until === null ? null : durationNs(until),
      timeoutNs: plan.timeout === undefined ? DEFAULT_TIMEOUT_NS : durationNs(plan.timeout),
      place: null,
    });
    return this;
  }

  /** Does something at a moment of virtual time. */
  at(time: Duration, act: (lab: LabHandle) => void): this {
    this.acts.push({ atNs: durationNs(time), act });
    return this;
  }

  runFor(time: Duration, options: RunOptions = {}): Run {
    const laboratory = new Laboratory(this.scenario(durationNs(time)), options);
    for (const { atNs, act } of this.acts) laboratory.call(atNs, () => act(this.handleOf(laboratory)));
    return laboratory.finish();
  }

  private scenario(untilNs: number): Scenario {
    const name = this.options.name ?? 'laboratory';
    return {
      name,
      file: name,
      question: 'built in code',
      verdict: null,
      keepalived: '2.2',
      seed: String(this.options.seed ?? 1),
      untilNs,
      lab: this.lab,
      traffic: this.traffic,
      timeline: [],
      expectations: [],
    };
  }

  private handleOf(laboratory: Laboratory): LabHandle {
    return {
      host: (name) => {
        const host = this.checkedHost(name);
        const apply = (action: Action): void =>
          laboratory.faults.apply({ atNs: laboratory.nowNs, action, place: null });
        return {
          crash: () => apply({ kind: 'crash', host }),
          powerOn: () => apply({ kind: 'power-on', host }),
          run: (command) => apply({ kind: 'run-command', host, command }),
          start: (service) => apply({ kind: 'start-service', host, service }),
          stop: (service) => apply({ kind: 'stop-service', host, service }),
          kill: (process) => apply({ kind: 'kill-process', host, process }),
          pullCable: () => apply({ kind: 'pull-cable', host }),
          cutCable: (direction) => apply({ kind: 'cut-cable', host, direction }),
          healCable: () => apply({ kind: 'heal-cable', host }),
          block: (protocol, direction = 'both') =>
            apply({ kind: 'block-protocol', host, protocol, direction }),
          unblock: (protocol) => apply({ kind: 'unblock-protocol', host, protocol }),
        };
      },
    };
  }

  private checkedHost(name: string): string {
    if (this.lab.hosts.some((host) => host.name === name)) return name;
    throw new RangeError(
      `no host is called ${name}; there are ${this.lab.hosts.map((h) => h.name).join(', ')}`,
    );
  }
}

/** The tutorial's five machines. */
export function tutorialLab(options: BuilderOptions = {}): LabBuilder {
  const lab = readBuiltInLab('tutorial');
  if (lab === null) throw new RangeError('the tutorial laboratory cannot be read');
  return new LabBuilder(lab, { name: 'tutorial', ...options });
}

/** Nanoseconds; RangeError for a text without a unit. */
export function durationNs(text: Duration): number {
  const ns = parseDurationNs(text);
  if (ns === null) throw new RangeError(`not a duration with a unit, such as 100ms or 3.65s: ${text}`);
  return ns;
}

function partsOf(url: string): { ip: number; port: number; path: string } {
  const match = /^http:\/\/([\d.]+)(?::(\d{1,5}))?(\/.*)?$/.exec(url);
  const ip = parseIp(match?.[1] ?? '');
  if (match === null || ip === null)
    throw new RangeError(`not a URL of the form http://192.168.100.10/: ${url}`);
  return { ip, port: Number(match[2] ?? 80), path: match[3] ?? '/' };
}
