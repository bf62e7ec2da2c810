/** What the laboratory itself writes into the trace, and the union of all that any room writes. */
import type { TraceRecord } from '../engine/trace-record.ts';
import type { IpvsRecord } from '../ipvs/records.ts';
import type { KeepalivedRecord } from '../keepalived/records.ts';
import type { Errno } from '../linux/errno.ts';
import type { LinuxRecord } from '../linux/records.ts';
import type { Action } from './scenario/scenario.ts';

export interface PowerRecord extends TraceRecord {
  readonly kind: 'power';
  readonly on: boolean;
}

/** The timeline did something to the world. `line` of the scenario file; null when it was made in code. */
export interface ActionRecord extends TraceRecord {
  readonly kind: 'action';
  readonly action: Action;
  readonly line: number | null;
}

/** A command line ended. */
export interface CommandRecord extends TraceRecord {
  readonly kind: 'command';
  readonly origin: 'setup' | 'timeline';
  readonly line: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A request of the traffic came to its end. `host` is the client. */
export interface RequestRecord extends TraceRecord {
  readonly kind: 'request';
  readonly url: string;
  /** 1, 2, 3 … of its traffic. */
  readonly number: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly outcome: 'answered' | 'failed' | 'timeout';
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** The host whose web server answered; null without an answer. */
  readonly server: string | null;
  readonly error: Errno | null;
}

export type LabRecord =
  | LinuxRecord
  | IpvsRecord
  | KeepalivedRecord
  | PowerRecord
  | ActionRecord
  | CommandRecord
  | RequestRecord;

/** The records of one kind, in order. */
export function recordsOf<K extends LabRecord['kind']>(
  trace: readonly LabRecord[],
  kind: K,
): Extract<LabRecord, { kind: K }>[] {
  return trace.filter((record): record is Extract<LabRecord, { kind: K }> => record.kind === kind);
}
