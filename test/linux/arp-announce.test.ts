/** With which sender address a host asks: rows of the real kernel. */
import { describe, expect, it } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import { asciiBytes } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { makeNeighbour, setSysctls } from './commands.ts';
import { masked } from './mask.ts';
import { sendDatagram } from './programs.ts';
import { all, compare, type RecordedFrame, type Rows, recording, worldOf } from './recording.ts';

const CLIENT = '02:00:00:00:00:01';

interface AnnounceRow {
  readonly id: string;
  readonly sysctl: Readonly<Record<string, number>>;
  readonly sourceIp: string;
  readonly targetIp: string;
  readonly bindDevice?: string;
  readonly error: string | null;
  readonly frames: readonly { at: string; hex: string }[];
}

interface QueueRow {
  readonly id: string;
  readonly sysctl: Readonly<Record<string, number>>;
  readonly events: readonly { tMs: number; event: string }[];
  readonly frames: readonly RecordedFrame[];
}

describe('arp_announce', { timeout: 60_000 }, () => {
  it.each([
    ['m2a-arp-announce-single-nic', 219],
    ['m2c-arp-announce-two-nics-same-segment', 24],
  ])('%s: all %d rows', (name, count) => {
    const file = recording<Rows<AnnounceRow>>(name);
    const agreement = compare(file.rows, (row) => {
      const bench = worldOf(file, 'rs1');
      setSysctls(bench, 'rs1', row.sysctl);
      const error = sendDatagram(bench.kernel('rs1'), {
        src: ip(row.sourceIp),
        dst: ip(row.targetIp),
        ...(row.bindDevice === undefined ? {} : { device: bench.device('rs1', row.bindDevice) }),
      });
      bench.runMs(5);
      return {
        recorded: [row.error, row.frames.map((frame) => [frame.at, frame.hex])],
        simulated: [
          error,
          bench.frames.filter(({ dir }) => dir === 'tx').map((frame) => [frame.at, frame.hex]),
        ],
      };
    });
    expect(agreement).toEqual(all(count));
  });

  it('m2b: each request looks again at the newest packet waiting, a unicast probe at none', () => {
    const file = recording<Rows<QueueRow>>('m2b-arp-announce-queue-and-probe');
    const lateness: number[] = [];
    const agreement = compare(file.rows, (row) => {
      const bench = worldOf(file, 'rs1');
      setSysctls(bench, 'rs1', row.sysctl);
      const kernel = bench.kernel('rs1');
      if (row.id.startsWith('Nprobe')) {
        makeNeighbour(kernel, bench.device('rs1', 'ens33'), ip('192.168.100.1'), CLIENT, 'STALE');
      }
      for (const { tMs, event } of row.events) {
        const from = /from ([\d.]+)/.exec(event)?.[1] ?? '';
        bench.runUntilMs(tMs);
        sendDatagram(kernel, { src: ip(from), dst: ip('192.168.100.1'), data: asciiBytes('x') });
      }
      bench.runUntilMs(3400);
      const sent = bench.frames.filter(({ dir }) => dir === 'tx');
      // Nominal times: a kernel's timer is never early and at most an eighth and 20 ms late.
      row.frames.forEach(({ tMs }, i) => {
        lateness.push(tMs - (sent[i]?.atNs ?? 0) / MS);
      });
      return {
        recorded: row.frames.map((frame) => masked(frame.hex)),
        simulated: sent.map((frame) => masked(frame.hex)),
      };
    });
    expect(agreement).toEqual(all(4));
    expect(Math.min(...lateness)).toBeGreaterThan(-1);
    expect(Math.max(...lateness)).toBeLessThan(2000 / 8 + 20);
  });
});
