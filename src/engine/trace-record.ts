/**
 * What every line of a trace carries, whatever room wrote it. Rooms declare their own records as extensions
 * with a literal `kind`; `lab/trace.ts` unites them.
 */
export interface TraceRecord {
  /** 1, 2, 3 … in order of writing; frames that are traced are numbered along with records. */
  readonly id: number;
  readonly timeNs: number;
  /**
   * Id of the record that led to this one; 0 for a root: the start of the run, a scheduled fault or command.
   */
  readonly cause: number;
  /** Where it happened: a host's name, or '' for the laboratory itself. */
  readonly host: string;
  readonly kind: string;
}

/** A record as a room writes it: the engine adds the number, the moment and the cause. */
export type Unstamped<R extends TraceRecord> = R extends TraceRecord
  ? Omit<R, 'id' | 'timeNs' | 'cause'>
  : never;
