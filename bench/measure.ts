/** CPU time of this process over a piece of work, after a warm-up of a fifth of it: what a shared machine disturbs least. */
export interface Measured {
  readonly units: number;
  readonly cpuNsPerUnit: number;
  readonly wallNsPerUnit: number;
  /** Link hops in a unit; 0 where there is no path. */
  readonly hopsPerUnit: number;
}

/** `work(units)` does so many units; what is made before it is called does not count. `hops` counts hops so far. */
export function measure(units: number, work: (units: number) => void, hops = () => 0): Measured {
  work(Math.ceil(units / 5));
  const hopsBefore = hops();
  const cpu = process.cpuUsage();
  const startedNs = process.hrtime.bigint();
  work(units);
  const wallNs = Number(process.hrtime.bigint() - startedNs);
  const { user, system } = process.cpuUsage(cpu);
  return {
    units,
    cpuNsPerUnit: ((user + system) * 1000) / units,
    wallNsPerUnit: wallNs / units,
    hopsPerUnit: (hops() - hopsBefore) / units,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
