/** Who was MASTER and who held which address when: read off a trace. */
import type { LabRecord } from './records.ts';

/** From `fromNs` (included) to `toNs` (not included; Infinity: to the end). */
export interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface Mastership extends Span {
  readonly host: string;
  readonly instance: string;
}

export interface Possession extends Span {
  readonly host: string;
  readonly device: string;
  readonly ip: number;
}

/** A state that began and has not ended yet is kept by key; ending it makes a span. */
class OpenSpans<T> {
  readonly closed: (T & Span)[] = [];
  private readonly open = new Map<string, { value: T; fromNs: number }>();

  begin(key: string, value: T, fromNs: number): void {
    if (!this.open.has(key)) this.open.set(key, { value, fromNs });
  }

  end(key: string, toNs: number): void {
    const begun = this.open.get(key);
    if (begun === undefined) return;
    this.open.delete(key);
    this.closed.push({ ...begun.value, fromNs: begun.fromNs, toNs });
  }

  endAll(keyStart: string, toNs: number): void {
    for (const key of [...this.open.keys()]) if (key.startsWith(keyStart)) this.end(key, toNs);
  }

  /** All spans by time of beginning. */
  finish(): (T & Span)[] {
    for (const key of [...this.open.keys()]) this.end(key, Number.POSITIVE_INFINITY);
    return this.closed.sort((a, b) => a.fromNs - b.fromNs);
  }
}

/** A master ceases to be one by leaving the state, and by dying with its process or its host. */
export function masterships(trace: readonly LabRecord[]): Mastership[] {
  const spans = new OpenSpans<{ host: string; instance: string }>();
  for (const record of trace) {
    const { host, timeNs } = record;
    if (record.kind === 'vrrp') {
      const { instance, to } = record;
      if (to === 'MASTER') spans.begin(`${host}/${instance}`, { host, instance }, timeNs);
      else spans.end(`${host}/${instance}`, timeNs);
    } else if (record.kind === 'power' && !record.on) {
      spans.endAll(`${host}/`, timeNs);
    } else if (record.kind === 'daemon' && record.name === 'keepalived' && record.event !== 'started') {
      spans.endAll(`${host}/`, timeNs);
    }
  }
  return spans.finish();
}

/** Which interface held which address; addresses of `lo` included. */
export function possessions(trace: readonly LabRecord[]): Possession[] {
  const spans = new OpenSpans<{ host: string; device: string; ip: number }>();
  for (const record of trace) {
    const { host, timeNs } = record;
    if (record.kind === 'address') {
      const { device, ip, length, op } = record;
      const key = `${host}/${device}/${ip}/${length}`;
      if (op === 'add') spans.begin(key, { host, device, ip }, timeNs);
      else spans.end(key, timeNs);
    } else if (record.kind === 'power' && !record.on) {
      spans.endAll(`${host}/`, timeNs);
    }
  }
  return spans.finish();
}

export function isIn(span: Span, timeNs: number): boolean {
  return span.fromNs <= timeNs && timeNs < span.toNs;
}

/** Moments at which more than one host was MASTER of the same instance, in order. */
export function rivalries(spans: readonly Mastership[]): (Span & { instance: string; hosts: string[] })[] {
  const edges = [...new Set(spans.flatMap(({ fromNs, toNs }) => [fromNs, toNs]))].sort((a, b) => a - b);
  const found: (Span & { instance: string; hosts: string[] })[] = [];
  for (const instance of new Set(spans.map((span) => span.instance))) {
    for (let i = 0; i + 1 < edges.length; i++) {
      const fromNs = edges[i] as number;
      const toNs = edges[i + 1] as number;
      const hosts = spans
        .filter((span) => span.instance === instance && isIn(span, fromNs))
        .map((s) => s.host);
      if (hosts.length < 2) continue;
      const last = found.at(-1);
      if (last?.toNs === fromNs && last.hosts.join() === hosts.join()) {
        found[found.length - 1] = { ...last, toNs };
      } else {
        found.push({ fromNs, toNs, instance, hosts });
      }
    }
  }
  return found;
}
