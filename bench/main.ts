/**
 * `npm run bench [-- --rounds N] [-- --json]`: every workload in a fresh process, round by round beside its floor, so that
 * what the machine is doing meanwhile hits both. The ratio is the number to quote; nanoseconds are this machine's.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.ts';

interface Workload {
  readonly name: string;
  readonly unit: string;
  readonly args: readonly string[];
  readonly floor: { readonly name: string; readonly args: readonly string[] };
}

const CALLS = { name: '64 closures called in turn', args: ['calls', '64', '20000000'] };
const BARE_HOPS = { name: '6 closures a request', args: ['bare-hops', '3000000'] };

const WORKLOADS: readonly Workload[] = [
  { name: 'queue: ring of 64', unit: 'event', args: ['ring', '64', '4000000'], floor: CALLS },
  { name: 'queue: hold 1,000', unit: 'event', args: ['hold', '1000', '4000000'], floor: CALLS },
  { name: 'datagram via DR', unit: 'request', args: ['segment', '300000', '64'], floor: BARE_HOPS },
  { name: 'HTTP via DR', unit: 'request', args: ['http', '20000', '1'], floor: BARE_HOPS },
];

interface Measurement {
  readonly cpu_ns_per_event: number;
  readonly hops: number;
}

function measured(args: readonly string[]): Measurement {
  const child = fileURLToPath(new URL('./child.js', import.meta.url));
  const output = execFileSync(process.execPath, [child, ...args], { encoding: 'utf8' });
  return JSON.parse(output);
}

function flag(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : (process.argv[at + 1] ?? '');
}

const rounds = Number(flag('--rounds') ?? 5);
const asJson = process.argv.includes('--json');
const rows: string[][] = [
  ['workload', 'ns a unit', 'per second', 'hops per second', 'floor', 'times the floor'],
];

for (const { name, unit, args, floor } of WORKLOADS) {
  const own: number[] = [];
  const ratios: number[] = [];
  const floors: number[] = [];
  let hops = 0;
  for (let round = 0; round < rounds; round++) {
    const floorNs = measured(floor.args).cpu_ns_per_event;
    const { cpu_ns_per_event: ns, hops: hopsNow } = measured(args);
    hops = hopsNow;
    own.push(ns);
    floors.push(floorNs);
    ratios.push(ns / floorNs);
    process.stderr.write(process.stderr.isTTY ? `\r${name}: round ${round + 1} of ${rounds}   ` : '');
  }
  const result = {
    workload: name,
    unit,
    cpuNs: median(own),
    perSecond: 1e9 / median(own),
    hops,
    hopsPerSecond: hops === 0 ? null : (hops * 1e9) / median(own),
    floor: floor.name,
    floorNs: median(floors),
    ratio: median(ratios),
    rounds,
  };
  if (asJson) process.stdout.write(`${JSON.stringify(result)}\n`);
  rows.push([
    `${name} (${unit})`,
    result.cpuNs.toFixed(0),
    millions(result.perSecond),
    result.hopsPerSecond === null ? '' : millions(result.hopsPerSecond),
    `${floor.name}: ${result.floorNs.toFixed(1)} ns`,
    result.ratio.toFixed(1),
  ]);
}

if (!asJson) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  process.stdout.write(`${process.stderr.isTTY ? '\r' : ''}${text.join('\n')}\n`);
  process.stdout.write(
    `CPU time, medians of ${rounds} rounds, each workload in a fresh process beside its floor\n`,
  );
}

function millions(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : `${(value / 1e3).toFixed(0)} k`;
}
