/**
 * Every (state, event) cell of the machine: what is done, where it ends, when its timer is due, and who
 * says so. Everything happens at 100 s to a router with priority 100 at 192.168.100.100, which is a backup
 * since 97 s or has been master for long; a timer goes off when it is due.
 */
import { MS, NEVER, SECOND } from '../../src/engine/time.ts';
import type { VrrpEvent } from '../../src/vrrp/event.ts';
import type { VrrpInstance, VrrpParameters, VrrpState } from '../../src/vrrp/instance.ts';
import { ip } from '../../src/wire/ip-address.ts';

export const SINCE_NS = 97 * SECOND;
export const NOW_NS = 100 * SECOND;

export interface Cell {
  /** What is particular about it. */
  readonly when?: string;
  readonly given?: Partial<VrrpParameters>;
  readonly prepare?: (vr: VrrpInstance) => void;
  readonly event: VrrpEvent;
  /** As `effectText` writes them; 'throws' for what cannot be. */
  readonly effects: readonly string[] | 'throws';
  /** The state after it, the same where left out. */
  readonly next?: VrrpState;
  /** Its timer is due this much later; 'stands': as before. */
  readonly dueInNs: number | 'stands';
  readonly source: string;
}

const SKEW_NS = 609_375_000;
const MASTER_DOWN_NS = 3 * SECOND + SKEW_NS;

const CLIENT = ip('192.168.100.20');
const LVS2 = ip('192.168.100.111');
const SAME = ip('192.168.100.100');

const advert = (priority: number, sourceIp = LVS2): VrrpEvent => ({ kind: 'advert', priority, sourceIp });
const rejected: VrrpEvent = {
  kind: 'rejected',
  rejection: { kind: 'auth-data', from: LVS2, log: 'received an invalid passwd!' },
};
const start: VrrpEvent = { kind: 'start', fault: null };
const vipRemoved: VrrpEvent = { kind: 'vipRemoved', address: ip('192.168.100.10') };
const linkDown: VrrpEvent = { kind: 'fault', cause: 'interface-down' };

const nothing = (event: VrrpEvent, source: string): Cell => ({
  event,
  effects: [],
  dueInNs: 'stands',
  source,
});
const impossible = (event: VrrpEvent): Cell => ({
  event,
  effects: 'throws',
  dueInNs: 'stands',
  source: 'cannot be',
});

const FAULT_IGNORES = '76-track-interface-backup-only';
const NETLINK = 'netlink repeats itself';
const OVER = 'nothing runs any more';

const INIT: Record<VrrpEvent['kind'], Cell[]> = {
  start: [
    {
      event: start,
      effects: ['clearAddresses', '"Entering BACKUP STATE (init)"', 'enterBackup: start'],
      next: 'BACKUP',
      dueInNs: MASTER_DOWN_NS,
      source: 'RFC 3768 §6.4.1, 01d-cold-start-both-state-backup',
    },
    {
      when: 'state MASTER',
      given: { initialState: 'MASTER' },
      event: start,
      effects: ['clearAddresses', '"Entering BACKUP STATE (init)"', 'enterBackup: start'],
      next: 'BACKUP',
      dueInNs: MASTER_DOWN_NS,
      source: '01-cold-start-both, 37-both-state-master',
    },
    {
      when: 'address owner with state MASTER',
      given: { initialState: 'MASTER', priority: 255 },
      event: start,
      effects: ['clearAddresses'],
      next: 'BACKUP',
      dueInNs: 1000,
      source: 'RFC 3768 §6.4.1, 14-priority-255-owner',
    },
    {
      when: 'address owner with state BACKUP',
      given: { priority: 255 },
      event: start,
      effects: ['clearAddresses', '"Entering BACKUP STATE (init)"', 'enterBackup: start'],
      next: 'BACKUP',
      dueInNs: 3 * SECOND + 3_906_000,
      source: '14b-two-owners-255',
    },
    {
      when: 'without carrier',
      event: { kind: 'start', fault: 'interface-down' },
      effects: ['clearAddresses', '"Entering FAULT STATE (init)"', 'enterFault: interface-down'],
      next: 'FAULT',
      dueInNs: NEVER,
      source: 'a start without carrier is FAULT at once',
    },
  ],
  stop: [nothing({ kind: 'stop' }, OVER)],
  deadline: [impossible({ kind: 'deadline' })],
  advert: [nothing(advert(90), FAULT_IGNORES)],
  rejected: [nothing(rejected, FAULT_IGNORES)],
  fault: [nothing(linkDown, OVER)],
  recovered: [nothing({ kind: 'recovered' }, OVER)],
  vipRemoved: [nothing(vipRemoved, OVER)],
};

const TAKE_OVER = ['-D "Receive advertisement timeout"', 'advert 100 transition', '"Entering MASTER STATE"'];

const BACKUP: Record<VrrpEvent['kind'], Cell[]> = {
  start: [impossible(start)],
  stop: [
    {
      event: { kind: 'stop' },
      effects: ['stopped'],
      next: 'INIT',
      dueInNs: NEVER,
      source: 'RFC 3768 §6.4.2, 63-backup-sigterm',
    },
  ],
  deadline: [
    {
      event: { kind: 'deadline' },
      effects: [...TAKE_OVER, 'becomeMaster: master-down'],
      next: 'MASTER',
      dueInNs: SECOND,
      source: 'RFC 3768 §6.4.2, 01-cold-start-both',
    },
    {
      when: 'after a priority 0',
      prepare: (vr) => {
        vr.downTimer = { since: 'priority-zero', sinceNs: SINCE_NS, from: LVS2 };
      },
      event: { kind: 'deadline' },
      effects: [...TAKE_OVER, 'becomeMaster: priority-zero'],
      next: 'MASTER',
      dueInNs: SECOND,
      source: '02-sigterm-master',
    },
  ],
  advert: [
    {
      when: 'priority 0',
      event: advert(0),
      effects: ['-D "Backup received priority 0 advertisement"'],
      dueInNs: SKEW_NS,
      source: 'RFC 3768 §6.4.2, 02-sigterm-master',
    },
    {
      when: 'priority 0, nopreempt',
      given: { preempt: false },
      event: advert(0),
      effects: ['-D "Backup received priority 0 advertisement"'],
      dueInNs: SKEW_NS,
      source: 'RFC 3768 §6.4.2: before Preempt_Mode is asked',
    },
    {
      when: 'higher',
      event: advert(101),
      effects: [],
      dueInNs: MASTER_DOWN_NS,
      source: 'RFC 3768 §6.4.2, 49-backup-gets-lower-prio',
    },
    {
      when: 'equal, lower address',
      event: advert(100, CLIENT),
      effects: [],
      dueInNs: MASTER_DOWN_NS,
      source: 'RFC 3768 §6.4.2, 13b-equal-priority-late-higher-ip',
    },
    {
      when: 'lower',
      event: advert(90),
      effects: ['"received lower priority (90) advert from 192.168.100.111 - discarding"'],
      dueInNs: 'stands',
      source: 'RFC 3768 §6.4.2, 01b-cold-start-backup-1s-first',
    },
    {
      when: 'lower, nopreempt',
      given: { preempt: false },
      event: advert(90),
      effects: [],
      dueInNs: MASTER_DOWN_NS,
      source: 'RFC 3768 §6.4.2 (Preempt_Mode false), 07-nopreempt',
    },
    {
      when: 'lower, nopreempt that state MASTER has cleared',
      given: { preempt: false, initialState: 'MASTER' },
      event: advert(90),
      effects: ['"received lower priority (90) advert from 192.168.100.111 - discarding"'],
      dueInNs: 'stands',
      source: 'c09-nopreempt-state-master',
    },
    {
      when: 'lower, the first with preempt_delay',
      given: { preemptDelayNs: 5 * SECOND },
      event: advert(90),
      effects: ['-D "start preempt delay (5.000000)"'],
      dueInNs: MASTER_DOWN_NS,
      source: '08-preempt-delay-5',
    },
    {
      when: 'lower, preempt_delay running',
      given: { preemptDelayNs: 5 * SECOND },
      prepare: (vr) => {
        vr.preemptDelayEndsNs = NOW_NS + 1;
      },
      event: advert(90),
      effects: [],
      dueInNs: MASTER_DOWN_NS,
      source: '08-preempt-delay-5',
    },
    {
      when: 'lower, preempt_delay just over',
      given: { preemptDelayNs: 5 * SECOND },
      prepare: (vr) => {
        vr.preemptDelayEndsNs = NOW_NS;
      },
      event: advert(90),
      effects: ['"received lower priority (90) advert from 192.168.100.111 - discarding"'],
      dueInNs: 'stands',
      source: '08-preempt-delay-5',
    },
    {
      when: 'higher, preempt_delay running',
      given: { preemptDelayNs: 5 * SECOND },
      prepare: (vr) => {
        vr.preemptDelayEndsNs = NOW_NS + 1;
      },
      event: advert(110),
      effects: ['-D "stop preempt delay"'],
      dueInNs: MASTER_DOWN_NS,
      source: 'an advert of at least equal priority ends the delay',
    },
    {
      when: 'lower, preempt_delay that state MASTER has cleared',
      given: { preemptDelayNs: 5 * SECOND, initialState: 'MASTER' },
      event: advert(90),
      effects: ['"received lower priority (90) advert from 192.168.100.111 - discarding"'],
      dueInNs: 'stands',
      source: '08c-preempt-delay-state-master',
    },
  ],
  rejected: [
    {
      event: rejected,
      effects: ['"received an invalid passwd!"'],
      dueInNs: 'stands',
      source: '47b-forged-higher-prio-without-auth',
    },
  ],
  fault: [
    {
      event: linkDown,
      effects: ['"Entering FAULT STATE"', 'enterFault: interface-down'],
      next: 'FAULT',
      dueInNs: NEVER,
      source: '05d-link-flap-backup',
    },
  ],
  recovered: [nothing({ kind: 'recovered' }, NETLINK)],
  vipRemoved: [nothing(vipRemoved, 'a backup holds no address')],
};

const answering = (priority: number, address: string): readonly string[] => [
  `"Received advert from ${address} with lower priority ${priority}, ours 100, forcing new election"`,
  'advert 100 answer-lower-priority',
  'gratuitousArps: lower-priority',
  'MASTER_RX_LOWER_PRI',
];

const MASTER: Record<VrrpEvent['kind'], Cell[]> = {
  start: [impossible(start)],
  stop: [
    {
      event: { kind: 'stop' },
      effects: ['advert 0 resign', '-D "sent 0 priority"', 'leaveMaster to INIT: stop', 'stopped'],
      next: 'INIT',
      dueInNs: NEVER,
      source: 'RFC 3768 §6.4.3, 02-sigterm-master',
    },
  ],
  deadline: [
    {
      event: { kind: 'deadline' },
      effects: ['advert 100 periodic'],
      dueInNs: SECOND,
      source: 'RFC 3768 §6.4.3, 01-cold-start-both',
    },
    {
      when: 'late: frozen meanwhile',
      prepare: (vr) => {
        vr.deadlineNs = NOW_NS - 300 * MS;
      },
      event: { kind: 'deadline' },
      effects: ['advert 100 periodic'],
      dueInNs: SECOND,
      source: 'the timer is set anew after the work',
    },
  ],
  advert: [
    {
      when: 'priority 0',
      event: advert(0),
      effects: ['advert 100 answer-priority-zero', '-D "Master received priority 0 message"'],
      dueInNs: SECOND,
      source: 'RFC 3768 §6.4.3, 48-forged-prio-0',
    },
    {
      when: 'higher',
      event: advert(110),
      effects: [
        '"Master received advert from 192.168.100.111 with higher priority 110, ours 100"',
        '"Entering BACKUP STATE"',
        'leaveMaster to BACKUP: higher-priority',
      ],
      next: 'BACKUP',
      dueInNs: MASTER_DOWN_NS,
      source: 'RFC 3768 §6.4.3, 47-forged-higher-prio-with-auth',
    },
    {
      when: 'higher, vrrp_higher_prio_send_advert',
      given: { higherPrioSendAdvert: true },
      event: advert(110),
      effects: [
        'advert 100 before-stepping-down',
        '"Master received advert from 192.168.100.111 with higher priority 110, ours 100"',
        '"Entering BACKUP STATE"',
        'leaveMaster to BACKUP: higher-priority',
      ],
      next: 'BACKUP',
      dueInNs: MASTER_DOWN_NS,
      source: '36c-higher-prio-send-advert',
    },
    {
      when: 'equal, higher address',
      event: advert(100, LVS2),
      effects: [
        '"Master received advert from 192.168.100.111 with same priority 100 ' +
          'but higher IP address than ours"',
        '"Entering BACKUP STATE"',
        'leaveMaster to BACKUP: higher-address',
      ],
      next: 'BACKUP',
      dueInNs: MASTER_DOWN_NS,
      source: 'RFC 3768 §6.4.3',
    },
    {
      when: 'equal, lower address',
      event: advert(100, CLIENT),
      effects: answering(100, '192.168.100.20'),
      dueInNs: SECOND,
      source: '50-master-gets-equal-prio-lower-ip',
    },
    {
      when: 'equal, its own address',
      event: advert(100, SAME),
      effects: ['"WARNING - equal priority advert received from remote host with our IP address."'],
      dueInNs: SECOND,
      source: '50c-master-gets-own-ip-advert: never on Linux',
    },
    {
      when: 'lower',
      event: advert(90),
      effects: answering(90, '192.168.100.111'),
      dueInNs: SECOND,
      source: '36-lower-prio-advert-defaults',
    },
    {
      when: 'lower, vrrp_lower_prio_no_advert',
      given: { lowerPrioNoAdvert: true },
      event: advert(90),
      effects: [
        '"Received advert from 192.168.100.111 with lower priority 90, ours 100"',
        'gratuitousArps: lower-priority',
        'MASTER_RX_LOWER_PRI',
      ],
      dueInNs: 'stands',
      source: 'vrrp_lower_prio_no_advert leaves the send timer alone',
    },
    {
      when: 'two owners, whatever the address',
      given: { priority: 255, initialState: 'MASTER' },
      event: advert(255, CLIENT),
      effects: [
        '"CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, ' +
          'please fix - reducing local priority"',
        '"Master received advert from 192.168.100.20 with higher priority 255, ours 254"',
        '"Entering BACKUP STATE"',
        'leaveMaster to BACKUP: owner-conflict',
      ],
      next: 'BACKUP',
      dueInNs: 3 * SECOND + 7_812_000,
      source: '14d-two-owners-255-both-master',
    },
  ],
  rejected: [
    {
      event: rejected,
      effects: ['"received an invalid passwd!"'],
      dueInNs: SECOND,
      source: '73-bad-adverts-postpone-master',
    },
    {
      when: 'vrrp_lower_prio_no_advert',
      given: { lowerPrioNoAdvert: true },
      event: rejected,
      effects: ['"received an invalid passwd!"'],
      dueInNs: 'stands',
      source: 'vrrp_lower_prio_no_advert leaves the send timer alone',
    },
  ],
  fault: [
    {
      event: linkDown,
      effects: [
        '"Entering FAULT STATE"',
        'advert 0 resign',
        'advert 0 resign',
        '-D "sent 0 priority"',
        'leaveMaster to FAULT: fault',
      ],
      next: 'FAULT',
      dueInNs: NEVER,
      source: '24-track-interface-fault, 04-link-down-master',
    },
  ],
  recovered: [nothing({ kind: 'recovered' }, NETLINK)],
  vipRemoved: [
    {
      event: vipRemoved,
      effects: [
        '"Entering BACKUP STATE"',
        'advert 0 resign',
        '-D "sent 0 priority"',
        'leaveMaster to BACKUP: vip-removed',
      ],
      next: 'BACKUP',
      dueInNs: SKEW_NS,
      source: '57-vip-removed-by-hand',
    },
  ],
};

const FAULT: Record<VrrpEvent['kind'], Cell[]> = {
  start: [impossible(start)],
  stop: [
    {
      event: { kind: 'stop' },
      effects: ['stopped'],
      next: 'INIT',
      dueInNs: NEVER,
      source: 'as in BACKUP, 63-backup-sigterm',
    },
  ],
  deadline: [impossible({ kind: 'deadline' })],
  advert: [nothing(advert(0), FAULT_IGNORES), nothing(advert(110), FAULT_IGNORES)],
  rejected: [nothing(rejected, FAULT_IGNORES)],
  fault: [nothing({ kind: 'fault', cause: 'address-gone' }, 'the host counts causes')],
  recovered: [
    {
      event: { kind: 'recovered' },
      effects: ['"Entering BACKUP STATE"', 'enterBackup: recovered'],
      next: 'BACKUP',
      dueInNs: MASTER_DOWN_NS,
      source: '05-link-down-up-master',
    },
  ],
  vipRemoved: [nothing(vipRemoved, 'FAULT holds no address')],
};

export const CELLS: Record<VrrpState, Record<VrrpEvent['kind'], Cell[]>> = { INIT, BACKUP, MASTER, FAULT };
