/**
 * One workload in a process of its own; prints one JSON line. Also speaks the words of other simulators' benchmark
 * harnesses: `ring N EVENTS`, `hold N EVENTS`, `segment REQUESTS FLOWS`.
 */
import type { Measured } from './measure.ts';
import { calls, hold, ring } from './queue-workloads.ts';
import { bareHops, datagrams, httpRequests } from './segment-workloads.ts';

const [workload = '', first = '0', second = '0'] = process.argv.slice(2);

function run(a: number, b: number): Measured {
  switch (workload) {
    case 'ring':
      return ring(a, b);
    case 'hold':
      return hold(a, b);
    case 'calls':
      return calls(a, b);
    case 'segment':
      return datagrams(a, b);
    case 'http':
      return httpRequests(a, b);
    case 'bare-hops':
      return bareHops(a);
    default:
      throw new Error(`no workload is called ${workload}`);
  }
}

const { units, cpuNsPerUnit, wallNsPerUnit, hopsPerUnit } = run(Number(first), Number(second));
process.stdout.write(
  `${JSON.stringify({
    w: workload,
    units,
    cpu_ns_per_event: cpuNsPerUnit,
    hops: hopsPerUnit,
    cpu_ns_per_hop: hopsPerUnit === 0 ? null : cpuNsPerUnit / hopsPerUnit,
    wall_ns_per_event: wallNsPerUnit,
  })}\n`,
);
