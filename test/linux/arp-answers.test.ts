/** Which ARP requests a host answers, and with what: rows of the real kernel. */
import { describe, expect, it } from 'vitest';
import { setSysctls } from './commands.ts';
import { all, compare, type Rows, recording, worldOf } from './recording.ts';

interface ArpRow {
  readonly id: string;
  readonly sysctl: Readonly<Record<string, number>>;
  readonly stimulus: string;
  readonly responses: readonly { hex: string }[];
  readonly defaultRoute?: boolean;
}

/** A world of its own for each row: a request from the probe's ens33, and all that comes back to it. */
function answers(file: Rows<ArpRow>, row: ArpRow, lines: readonly string[]) {
  const bench = worldOf({ ...file, setup: lines }, 'rs1');
  setSysctls(bench, 'rs1', row.sysctl);
  bench.runMs(10);
  bench.inject('probe:ens33', row.stimulus);
  bench.runMs(5);
  return { recorded: row.responses.map(({ hex }) => hex), simulated: bench.seen('probe:ens33', 'rx') };
}

describe('ARP requests answered', { timeout: 60_000 }, () => {
  it.each([
    ['m1a-arp-reply-single-nic', 1008],
    ['m1b-arp-ignore-all-vs-iface', 75],
    ['m1d-arp-flux-two-nics-same-segment', 340],
    ['m1f-arp-reply-vip-slash24-on-lo', 133],
  ])('%s: all %d rows', (name, count) => {
    const file = recording<Rows<ArpRow>>(name);
    expect(compare(file.rows, (row) => answers(file, row, file.setup))).toEqual(all(count));
  });

  it('m1c-arp-reply-rp_filter-arp_filter: all 152 rows, the default route only where a row has it', () => {
    const file = recording<Rows<ArpRow>>('m1c-arp-reply-rp_filter-arp_filter');
    const without = file.setup.filter((line) => !line.includes('route add default'));
    expect(file.setup.length - without.length).toBe(1);
    expect(compare(file.rows, (row) => answers(file, row, row.defaultRoute ? file.setup : without))).toEqual(
      all(152),
    );
  });

  it('m1e-arp-reply-two-segments: all 448 rows, proxy ARP among them', () => {
    const file = recording<Rows<ArpRow>>('m1e-arp-reply-two-segments');
    const setup = [...file.setup, 'rs1: sysctl -w net.ipv4.neigh.ens33.proxy_delay=0'];
    expect(compare(file.rows, (row) => answers(file, row, setup))).toEqual(all(448));
  });
});

interface ValidationRow {
  readonly id: string;
  readonly stimulus: string;
  readonly reply: readonly string[];
  readonly neighAfter: readonly { dst: string; lladdr?: string; state: readonly string[] }[];
}

describe('ARP requests as frames', () => {
  it('m1g-arp-request-validation: all 17 rows', () => {
    const file = recording<Rows<ValidationRow>>('m1g-arp-request-validation');
    const agreement = compare(file.rows, (row) => {
      const bench = worldOf(file, 'rs1');
      bench.inject('probe:ens33', row.stimulus);
      bench.runMs(5);
      const known = bench.kernel('rs1').neighbours.list();
      return {
        recorded: [row.reply, row.neighAfter.map(({ lladdr, state }) => [lladdr, state.join()])],
        simulated: [bench.seen('probe:ens33', 'rx'), known.map(({ mac, state }) => [mac, state])],
      };
    });
    expect(agreement).toEqual(all(17));
  });
});
