/** The laboratory as a whole: what can be done to it, what it keeps, and that looking at it changes nothing. */
import { describe, expect, test } from 'vitest';
import { type LabHandle, tutorialLab } from '../../src/lab/builder.ts';
import type { FrameLog } from '../../src/lab/frame-log.ts';
import type { RunOptions } from '../../src/lab/laboratory.ts';
import { type LabRecord, recordsOf } from '../../src/lab/records.ts';
import type { World } from '../../src/lab/world.ts';

const S = 1e9;

function run(seconds: number, acts: Record<string, (lab: LabHandle) => void> = {}, options: RunOptions = {}) {
  const builder = tutorialLab().requests({ from: 'client', every: '100ms' });
  for (const [time, act] of Object.entries(acts)) builder.at(time, act);
  return builder.runFor(`${seconds}s`, options);
}

/** Frames of all cables: what was sent was delivered, dropped with a reason, or is still on its way. */
function balance(world: World) {
  const totals = { sent: 0, delivered: 0, dropped: 0 };
  for (const { cables } of world.stations.values()) {
    for (const { aToB, bToA } of cables) {
      for (const lane of [aToB, bToA]) {
        totals.sent += lane.sent;
        totals.delivered += lane.delivered;
        for (const count of lane.dropped.values()) totals.dropped += count;
      }
    }
  }
  return totals;
}

describe('faults', () => {
  test('a pulled cable: lvs1 is in FAULT at once, its addresses gone; plugged in, it starts over', () => {
    const { transitions } = run(30, {
      '10s': ({ host }) => host('lvs1').pullCable(),
      '20s': ({ host }) => host('lvs1').healCable(),
    });
    const told = transitions.map(({ timeNs, host, to }) => `${(timeNs / S).toFixed(3)} ${host} ${to}`);
    expect(told).toEqual([
      '0.000 lvs1 BACKUP',
      '0.000 lvs2 BACKUP',
      '3.609 lvs1 MASTER',
      '10.000 lvs1 FAULT',
      '13.258 lvs2 MASTER',
      '20.000 lvs1 BACKUP',
      '23.609 lvs1 MASTER',
      '23.609 lvs2 BACKUP',
    ]);
  });

  test('a cut in one direction: lvs1 is heard no more and yet hears, so it steps down for nobody', () => {
    const cut = run(25, { '10s': ({ host }) => host('lvs1').cutCable('from-host') });
    expect(cut.transitions.at(-1)).toMatchObject({ host: 'lvs2', to: 'MASTER' });
    expect(cut.transitions.filter(({ host, to }) => host === 'lvs1' && to === 'BACKUP')).toHaveLength(1);
  });

  test('ARP blocked: a known neighbour is used on, an unknown one is not found', () => {
    const blocked = run(12, { '1s': ({ host }) => host('client').block('arp') });
    const [request] = blocked.requests;
    expect(request).toMatchObject({ outcome: 'timeout' });
    expect(blocked.show('client', 'ip neigh')).toMatch(/192\.168\.100\.10 dev ens33 +(INCOMPLETE|FAILED)/);
  });

  test('a service stopped and started, a process killed', () => {
    const served = run(20, {
      '8s': ({ host }) => host('web1').stop('httpd'),
      '9s': ({ host }) => host('web1').start('httpd'),
      '12s': ({ host }) => host('lvs2').kill('keepalived'),
      '13s': ({ host }) => host('lvs2').start('keepalived'),
    });
    const refused = served.requests.filter(({ error }) => error === 'ECONNREFUSED');
    expect(refused).toHaveLength(5);
    const daemons = recordsOf(served.trace, 'daemon').filter(({ host }) => host === 'lvs2');
    expect(daemons.map(({ event }) => event)).toEqual(['started', 'killed', 'started']);
  });

  test('a host without power answers to nothing and runs no command', () => {
    const dead = run(8, { '6s': ({ host }) => host('web1').crash() });
    expect(dead.show('web1', 'ip addr')).toBe('web1 is powered off\n');
    expect(dead.world.host('web1').kernel.alive).toBe(false);
  });
});

describe('what a run keeps', () => {
  const acts = {
    '7s': ({ host }: LabHandle) => host('web2').cutCable('both'),
    '8s': ({ host }: LabHandle) => host('lvs1').crash(),
  };

  test('every frame is accounted for', () => {
    const { world } = run(20, acts);
    const { sent, delivered, dropped } = balance(world);
    expect(sent).toBeGreaterThan(1000);
    expect(dropped).toBeGreaterThan(10);
    expect(delivered + dropped).toBe(sent);
  });

  test('every record and frame has a cause that came before it', () => {
    const { trace, frames } = run(20, acts);
    for (const { id, cause } of [...trace, ...(frames as FrameLog)]) expect(cause).toBeLessThan(id);
  });

  test("lvs2's takeover goes back to the last advert of lvs1", () => {
    const { trace, frames } = run(20, acts);
    const takeover = recordsOf(trace, 'vrrp').at(-1);
    const byId = new Map([...trace, ...(frames as FrameLog)].map((entry) => [entry.id, entry]));
    const advert = byId.get(takeover?.cause ?? 0);
    expect(advert).toMatchObject({ nic: 'lvs2:ens33', direction: 1 });
    expect(byId.get(advert?.cause ?? 0)).toMatchObject({ nic: 'lvs1:ens33', direction: 0 });
  });

  test('without a trace nothing is kept, and the world goes the same way', () => {
    const full = run(20, acts);
    const bare = run(20, acts, { keepFrames: false, keepRecords: false });
    expect(bare.trace).toEqual([]);
    expect(bare.frames).toBeNull();
    expect(bare.world.engine.eventCount).toBe(full.world.engine.eventCount);
  });
});

test('looks and listeners change nothing', () => {
  const { hash } = run(15);
  const looks = [{ host: 'lvs1', command: 'ipvsadm -Lnc', atNs: 7 * S }];
  const looked = run(15, {}, { looks, observe: () => {} });
  expect(looked.looks[0]?.result?.stdout).toContain('IPVS connection entries');
  expect(looked.hash).toBe(hash);
});

test('a listener that throws is heard after the step, and the run can go on', () => {
  const laboratory = () =>
    run(
      5,
      {},
      {
        observe: ({ kind }) => {
          if (kind === 'announce') throw new Error('the listener is confused');
        },
      },
    );
  expect(laboratory).toThrow('the listener is confused');
});

test('no host begins because of another: every set-up goes back to its own power-on', () => {
  const { trace } = run(1);
  const byId = new Map(trace.map((record) => [record.id, record]));
  // A kernel gives lo its address by itself, before anybody presses the button.
  const isLoopback = (record: LabRecord): boolean => record.kind === 'address' && record.device === 'lo';
  const begun = trace
    .filter(({ timeNs, kind }) => timeNs === 0 && kind !== 'power')
    .filter((r) => r.cause !== 0 || !isLoopback(r));
  expect(new Set(begun.map(({ host }) => host)).size).toBe(5);
  for (const record of begun) {
    let root = record;
    while (root.cause !== 0) root = byId.get(root.cause) ?? expect.fail(`no record ${root.cause}`);
    expect([root.kind, root.host]).toEqual(['power', record.host]);
  }
});
