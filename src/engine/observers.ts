/**
 * The outermost surface of a run: typed trace records go out over mitt, one event a kind, and '*' for all. A
 * listener cannot change a run: what it throws is collected here and rethrown by the engine when its step is
 * over, and neither the run nor the other listeners notice.
 */
import mitt, { type Emitter } from 'mitt';
import type { TraceRecord } from './trace-record.ts';

type Events = Record<string, TraceRecord>;
export type Observer = (record: TraceRecord) => void;

export class Observers {
  private readonly bus: Emitter<Events> = mitt<Events>();
  private readonly thrown: unknown[] = [];

  /** Calls `observer` for every record of that kind, or of any with '*'; returns what ends it. */
  add(kind: string, observer: Observer): () => void {
    const guarded = (record: TraceRecord): void => {
      try {
        observer(record);
      } catch (error) {
        this.thrown.push(error);
      }
    };
    if (kind === '*') {
      const any = (_kind: string, record: TraceRecord): void => guarded(record);
      this.bus.on('*', any);
      return () => this.bus.off('*', any);
    }
    this.bus.on(kind, guarded);
    return () => this.bus.off(kind, guarded);
  }

  emit(record: TraceRecord): void {
    this.bus.emit(record.kind, record);
  }

  rethrow(): void {
    if (this.thrown.length === 0) return;
    const errors = this.thrown.splice(0);
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'observers threw');
  }
}
