import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { HeapQueue } from '../../src/engine/heap-queue.ts';
import { assert, InvariantError } from '../../src/engine/invariant.ts';
import { MAX_TIME_NS, MS, SECOND } from '../../src/engine/time.ts';
import type { TraceRecord } from '../../src/engine/trace-record.ts';

interface NoteRecord extends TraceRecord {
  readonly kind: 'note';
  readonly text: string;
}

interface OtherRecord extends TraceRecord {
  readonly kind: 'other';
}

function note(engine: Engine, text: string): number {
  return engine.record<NoteRecord>({ host: 'a', kind: 'note', text });
}

function call(engine: Engine, timeNs: number, then: (arg: number) => void, arg = 0): void {
  engine.callAt(timeNs, { fire: then }, arg);
}

describe('clock', { timeout: 60_000 }, () => {
  it('jumps from event to event and ends where it was told to', () => {
    const engine = new Engine();
    const seen: number[] = [];
    for (const atNs of [30, 10, 20]) call(engine, atNs, () => seen.push(engine.nowNs));
    engine.runUntil(25);
    expect(seen).toEqual([10, 20]);
    expect(engine.nowNs).toBe(25);
    expect(engine.pendingEvents).toBe(1);
    engine.runUntil(30);
    expect(seen).toEqual([10, 20, 30]);
    expect(engine.eventCount).toBe(3);
  });

  it('runs what is due at the very end, also what that schedules for the same instant', () => {
    const engine = new Engine();
    const seen: string[] = [];
    call(engine, 10, () => {
      seen.push('a');
      call(engine, 10, () => seen.push('b'));
      call(engine, 11, () => seen.push('c'));
    });
    engine.runUntil(10);
    expect(seen).toEqual(['a', 'b']);
  });

  it('gives the argument back and keeps equal times in order of scheduling', () => {
    const engine = new Engine();
    const seen: number[] = [];
    for (const arg of [3, 1, 2]) call(engine, 5, (given) => seen.push(given), arg);
    engine.runUntil(5);
    expect(seen).toEqual([3, 1, 2]);
  });

  it('steps one event at a time', () => {
    const engine = new Engine();
    const seen: number[] = [];
    call(engine, 10, () => seen.push(1));
    call(engine, 20, () => seen.push(2));
    expect(engine.step()).toBe(true);
    expect([seen, engine.nowNs]).toEqual([[1], 10]);
    expect(engine.step()).toBe(true);
    expect(engine.step()).toBe(false);
    expect([seen, engine.nowNs]).toEqual([[1, 2], 20]);
  });

  it('stops after the running event and can be continued', () => {
    const engine = new Engine();
    const seen: number[] = [];
    call(engine, 10, () => {
      engine.stop();
      seen.push(10);
    });
    call(engine, 10, () => seen.push(11));
    engine.runUntil(100);
    expect([seen, engine.nowNs]).toEqual([[10], 10]);
    engine.runUntil(100);
    expect([seen, engine.nowNs]).toEqual([[10, 11], 100]);
  });

  it('refuses to run back, to schedule into the past, beyond 104 days or at no time at all', () => {
    const engine = new Engine();
    engine.runUntil(SECOND);
    expect(() => engine.runUntil(0)).toThrow(InvariantError);
    expect(() => call(engine, SECOND - 1, () => undefined)).toThrow(InvariantError);
    expect(() => call(engine, MAX_TIME_NS + 1, () => undefined)).toThrow(InvariantError);
    expect(() => call(engine, Number.NaN, () => undefined)).toThrow(InvariantError);
    expect(engine.pendingEvents).toBe(0);
  });

  it('ends a loop that never leaves its instant', () => {
    const engine = new Engine();
    const again = (): void => call(engine, engine.nowNs, again);
    call(engine, 7, again);
    expect(() => engine.runUntil(8)).toThrow(/endless loop at one instant/);
  });

  it('does the same on the reference heap', () => {
    const run = (engine: Engine): string[] => {
      const seen: string[] = [];
      const draw = engine.random('a/test');
      const spawn = (depth: number): void => {
        seen.push(`${engine.nowNs}/${depth}`);
        if (depth === 0) return;
        for (let i = 0; i < 3; i++) {
          call(engine, engine.nowNs + Math.floor(draw() ** 4 * 3 * MS), spawn, depth - 1);
        }
      };
      call(engine, 0, spawn, 7);
      engine.runUntil(SECOND);
      return seen;
    };
    const near = run(new Engine());
    expect(near).toHaveLength(3280);
    expect(run(new Engine({ queue: new HeapQueue() }))).toEqual(near);
  });
});

describe('causes', () => {
  it('a record follows from what was running when its event was scheduled', () => {
    const engine = new Engine();
    call(engine, 10, () => {
      const id = engine.recordCause<NoteRecord>({ host: 'a', kind: 'note', text: 'root' });
      call(engine, 20, () => note(engine, 'child'));
      engine.deliverAt(30, { receive: () => note(engine, 'delivered') }, {}, id + 100);
      engine.timer({ alive: true }, () => note(engine, 'timer')).armAt(40);
    });
    call(engine, 15, () => note(engine, 'unrelated'));
    engine.runUntil(100);
    const byText = (engine.records as NoteRecord[]).map(({ text, cause, timeNs }) => [text, cause, timeNs]);
    expect(byText).toEqual([
      ['root', 0, 10],
      ['unrelated', 0, 15],
      ['child', 1, 20],
      ['delivered', 101, 30],
      ['timer', 1, 40],
    ]);
  });

  it('numbers records and frames in one sequence', () => {
    const engine = new Engine();
    expect([note(engine, 'a'), engine.nextRecordId(), note(engine, 'b')]).toEqual([1, 2, 3]);
  });
});

describe('observers', () => {
  it('hear their kind, or all, until they leave', () => {
    const engine = new Engine({ keepRecords: false });
    const notes: string[] = [];
    const all: string[] = [];
    const leave = engine.observe('note', (record) => notes.push((record as NoteRecord).text));
    engine.observe('*', (record) => all.push(record.kind));
    note(engine, 'one');
    engine.record<OtherRecord>({ host: 'a', kind: 'other' });
    leave();
    note(engine, 'two');
    expect(notes).toEqual(['one']);
    expect(all).toEqual(['note', 'other', 'note']);
    expect(engine.records).toEqual([]);
  });

  it('one that throws disturbs neither the run nor the others, and is heard of when the step is over', () => {
    const quiet = new Engine();
    const loud = new Engine();
    const heard: string[] = [];
    loud.observe('note', () => {
      throw new Error('bad listener');
    });
    loud.observe('note', (record) => heard.push((record as NoteRecord).text));
    for (const engine of [quiet, loud]) {
      call(engine, 10, () => {
        note(engine, 'before');
        call(engine, 20, () => note(engine, 'after'));
        note(engine, 'same event');
      });
    }
    quiet.runUntil(100);
    expect(() => loud.runUntil(100)).toThrow(AggregateError);
    expect(() => loud.runUntil(100)).toThrow('bad listener');
    loud.runUntil(100);
    expect(heard).toEqual(['before', 'same event', 'after']);
    expect(loud.records).toEqual(quiet.records);
    expect(loud.nowNs).toBe(quiet.nowNs);
  });
});

describe('invariants', () => {
  it('say when, with which seed, and what came before', () => {
    const engine = new Engine({ seed: 'abc' });
    call(engine, 3 * MS, () => {
      for (let i = 0; i < 20; i++) note(engine, `line ${i}.`);
      assert(1 + 1 === 3, 'arithmetic');
    });
    let caught: unknown = null;
    try {
      engine.runUntil(SECOND);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InvariantError);
    const { message } = caught as InvariantError;
    expect(message).toContain('arithmetic\n  at 3000000 ns of the run with seed "abc"');
    expect(message).toContain('"line 19."');
    expect(message).toContain('"line 12."');
    expect(message).not.toContain('"line 11."');
  });

  it('hold their tongue while they hold', () => {
    expect(() => assert(true, 'fine')).not.toThrow();
  });
});
