/** What keepalived writes into the trace. */
import type { TraceRecord } from '../engine/trace-record.ts';
import type { BackupReason, FaultReason, LeaveReason, MasterReason } from '../vrrp/effect.ts';
import type { VrrpState } from '../vrrp/instance.ts';

/** A VRRP instance changed its state, and why. */
export interface VrrpRecord extends TraceRecord {
  readonly kind: 'vrrp';
  readonly instance: string;
  readonly from: VrrpState;
  readonly to: VrrpState;
  /** Effective priority. */
  readonly priority: number;
  readonly why: MasterReason | LeaveReason | BackupReason | FaultReason;
}

/** A notification as scripts and the FIFO get it: state BACKUP, MASTER, FAULT, STOP or MASTER_RX_LOWER_PRI. */
export interface NotifyRecord extends TraceRecord {
  readonly kind: 'notify';
  readonly instance: string;
  readonly state: string;
  readonly priority: number;
}

/** A block of gratuitous ARPs went out for the addresses of an instance. */
export interface AnnounceRecord extends TraceRecord {
  readonly kind: 'announce';
  readonly instance: string;
  readonly addresses: readonly number[];
  readonly rounds: number;
  readonly why: 'transition' | 'repetition' | 'lower-priority' | 'refresh';
}

/** A line of the daemon's log, as syslog would get it. */
export interface LogRecord extends TraceRecord {
  readonly kind: 'log';
  /** `Keepalived`, `Keepalived_vrrp` or `Keepalived_healthcheckers`. */
  readonly process: string;
  readonly pid: number;
  readonly line: string;
}

/** A checker changed its mind about a real server, or held its first opinion. */
export interface CheckerRecord extends TraceRecord {
  readonly kind: 'checker';
  readonly service: string;
  readonly server: string;
  readonly serverIp: number;
  readonly up: boolean;
  /** Tries it took; 0 with `up`. */
  readonly retries: number;
  /** When the first of them began. */
  readonly sinceNs: number;
  readonly error: string | null;
}

export interface DaemonRecord extends TraceRecord {
  readonly kind: 'daemon';
  readonly name: string;
  readonly event: 'started' | 'stopped' | 'killed' | 'refused';
}

export type KeepalivedRecord =
  | VrrpRecord
  | NotifyRecord
  | AnnounceRecord
  | LogRecord
  | CheckerRecord
  | DaemonRecord;
