/** The log of both directors through the tutorial's whole course, as keepalived 2.2.7 with -D wrote it. */
import { expect, test } from 'vitest';
import { SECOND } from '../../src/engine/time.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { IdealWire, parametersWith } from './ideal-wire.ts';

const BEGIN = ['removing VIPs.', 'Entering BACKUP STATE (init)'];
const TAKE_OVER = ['Receive advertisement timeout', 'Entering MASTER STATE', 'setting VIPs.'];
const HEAR_LOWER = 'received lower priority (90) advert from 192.168.100.111 - discarding';
const GIVE_WAY = [
  'Master received advert from 192.168.100.100 with higher priority 100, ours 90',
  'Entering BACKUP STATE',
  'removing VIPs.',
];

// Lines of gratuitous ARPs are left out; how many adverts are discarded in a row depends on the machine's
// load.
const LVS1 = [
  ...[...BEGIN, ...TAKE_OVER],
  ...[...BEGIN, HEAR_LOWER, ...TAKE_OVER, 'sent 0 priority', 'removing VIPs.'],
  ...[...BEGIN, HEAR_LOWER, ...TAKE_OVER],
  ...[...BEGIN, HEAR_LOWER, ...TAKE_OVER],
];
const LVS2 = [
  ...[...BEGIN, ...TAKE_OVER, ...GIVE_WAY],
  ...['Backup received priority 0 advertisement', ...TAKE_OVER, ...GIVE_WAY],
  ...[...TAKE_OVER, ...GIVE_WAY],
];

test('[F-scenario-rr]', () => {
  const wire = new IdealWire();
  const lvs1 = wire.add('lvs1', parametersWith({ initialState: 'MASTER' }));
  const lvs2 = wire.add('lvs2', parametersWith({ priority: 90, sourceIp: ip('192.168.100.111') }));
  const at = (seconds: number, act: () => void): void => wire.at(Math.round(seconds * SECOND), act);
  at(3.088, () => wire.start(lvs1));
  at(3.265, () => wire.start(lvs2));
  at(27.083, () => {
    wire.kill(lvs1);
    lvs1.down = true;
  });
  at(42.551, () => {
    lvs1.down = false;
    wire.start(lvs1);
  });
  at(151.35, () => wire.happen(lvs1, { kind: 'stop' }));
  at(163.605, () => wire.start(lvs1));
  at(177.057, () => wire.kill(lvs1));
  at(190.467, () => wire.start(lvs1));
  wire.runUntil(200 * SECOND);

  const logOf = (name: string): string[] =>
    wire.logs
      .filter(({ host }) => host === name)
      .map(({ text }) => text)
      .filter((text, index, all) => text !== HEAR_LOWER || all[index - 1] !== HEAR_LOWER);
  expect(logOf('lvs1')).toEqual(LVS1);
  expect(logOf('lvs2')).toEqual(LVS2);
});
