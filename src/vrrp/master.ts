/** MASTER: holds the addresses and says so once every advertisement interval (RFC 3768 §6.4.3). */
import { InvariantError } from '../engine/invariant.ts';
import { NEVER } from '../engine/time.ts';
import { compareIp, ipText } from '../wire/ip-address.ts';
import { detail, type LeaveReason, log, NOTHING, sendAdvert, type VrrpEffect } from './effect.ts';
import type { AdvertEvent, VrrpEvent } from './event.ts';
import { type VrrpInstance, waitAdvertisementInterval, waitMasterDown, waitSkew } from './instance.ts';
import { PRIORITY_OWNER, PRIORITY_STOP } from './timers.ts';

export function stepMaster(vr: VrrpInstance, event: VrrpEvent, nowNs: number): readonly VrrpEffect[] {
  switch (event.kind) {
    case 'deadline':
      // RFC 3768 §6.4.3: the Adver_Timer fires.
      waitAdvertisementInterval(vr, nowNs);
      return [sendAdvert(vr.priority, 'periodic')];

    case 'advert':
      return hear(vr, event, nowNs);

    case 'rejected':
      restartAdverTimer(vr, nowNs);
      return [log(event.rejection.log)];

    case 'stop':
      // RFC 3768 §6.4.3: resign with priority 0; the backups wait their skew only [02-sigterm-master].
      vr.state = 'INIT';
      vr.deadlineNs = NEVER;
      return [...resign(), { kind: 'leaveMaster', to: 'INIT', why: { kind: 'stop' } }, { kind: 'stopped' }];

    case 'fault':
      // Two adverts back to back, of which the log knows one [24-track-interface-fault]; where the
      // interface is down both are lost, yet each takes an IP identification [04-link-down-master].
      vr.state = 'FAULT';
      vr.deadlineNs = NEVER;
      return [
        log('Entering FAULT STATE'),
        sendAdvert(PRIORITY_STOP, 'resign'),
        ...resign(),
        { kind: 'leaveMaster', to: 'FAULT', why: { kind: 'fault', cause: event.cause } },
      ];

    case 'vipRemoved':
      // It gives way, but for the skew time only, and so is back before any router of lower priority comes
      // [57-vip-removed-by-hand].
      enterBackup(vr);
      waitSkew(vr, nowNs, 'vip-removed');
      return [
        log('Entering BACKUP STATE'),
        ...resign(),
        { kind: 'leaveMaster', to: 'BACKUP', why: { kind: 'vip-removed', address: event.address } },
      ];

    // Netlink tells of an interface more often than it changes.
    case 'recovered':
      return NOTHING;

    case 'start':
      throw new InvariantError('a running instance is started again');
  }
}

function hear(vr: VrrpInstance, event: AdvertEvent, nowNs: number): readonly VrrpEffect[] {
  const { priority, sourceIp } = event;
  if (priority === PRIORITY_STOP) {
    // RFC 3768 §6.4.3: an advert at once. No gratuitous ARPs [48-forged-prio-0].
    restartAdverTimer(vr, nowNs);
    return [sendAdvert(vr.priority, 'answer-priority-zero'), detail('Master received priority 0 message')];
  }
  const byAddress = compareIp(sourceIp, vr.sourceIp);
  if (priority < vr.priority) return answer(vr, event, nowNs);
  if (priority > vr.priority || byAddress > 0) return stepDown(vr, event, nowNs);
  if (byAddress === 0) {
    // Never on Linux, whose kernel drops packets with a local source [50c-master-gets-own-ip-advert].
    restartAdverTimer(vr, nowNs);
    return [log('WARNING - equal priority advert received from remote host with our IP address.')];
  }
  if (vr.priority === PRIORITY_OWNER) return stepDown(vr, event, nowNs);
  return answer(vr, event, nowNs);
}

/**
 * A worse master. RFC 3768 §6.4.3 discards its advert; keepalived answers, as RFC 9568 has it, with its own
 * advert and with gratuitous ARPs, each time anew [36-lower-prio-advert-defaults] [44d-six-lost-adverts].
 * Equal priority with a lower address is as bad [50-master-gets-equal-prio-lower-ip].
 */
function answer(vr: VrrpInstance, event: AdvertEvent, nowNs: number): readonly VrrpEffect[] {
  const from = `Received advert from ${ipText(event.sourceIp)} with lower priority ${event.priority}`;
  const text = `${from}, ours ${vr.priority}`;
  const silent = vr.parameters.lowerPrioNoAdvert;
  restartAdverTimer(vr, nowNs);
  return [
    log(silent ? text : `${text}, forcing new election`),
    ...(silent ? NOTHING : [sendAdvert(vr.priority, 'answer-lower-priority')]),
    { kind: 'gratuitousArps', block: 'lower-priority' },
    { kind: 'notifyEvent', event: 'MASTER_RX_LOWER_PRI' },
  ];
}

/** RFC 3768 §6.4.3: a better master. BACKUP for a full interval, no priority 0 [06-partition-heal]. */
function stepDown(vr: VrrpInstance, event: AdvertEvent, nowNs: number): readonly VrrpEffect[] {
  const { priority, sourceIp } = event;
  const effects: VrrpEffect[] = [];
  const higherAddress = compareIp(sourceIp, vr.sourceIp) > 0;
  if (vr.parameters.higherPrioSendAdvert && (priority > vr.priority || higherAddress)) {
    effects.push(sendAdvert(vr.priority, 'before-stepping-down')); // [36c-higher-prio-send-advert]
  }
  let why: LeaveReason = { kind: 'higher-priority', from: sourceIp, priority, own: vr.priority };
  if (priority === PRIORITY_OWNER && vr.priority === PRIORITY_OWNER) {
    // Two owners: whoever hears the other first drops to 254 for good, whatever the addresses
    // [14d-two-owners-255-both-master].
    vr.priority = PRIORITY_OWNER - 1;
    why = { kind: 'owner-conflict', from: sourceIp };
    effects.push(
      log(
        'CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, ' +
          'please fix - reducing local priority',
      ),
    );
  }
  const received = `Master received advert from ${ipText(sourceIp)}`;
  if (priority > vr.priority) {
    effects.push(log(`${received} with higher priority ${priority}, ours ${vr.priority}`));
  } else {
    why = { kind: 'higher-address', from: sourceIp, priority };
    effects.push(log(`${received} with same priority ${priority} but higher IP address than ours`));
  }
  enterBackup(vr);
  waitMasterDown(vr, nowNs, 'stepped-down', sourceIp);
  effects.push(log('Entering BACKUP STATE'), { kind: 'leaveMaster', to: 'BACKUP', why });
  return effects;
}

function enterBackup(vr: VrrpInstance): void {
  vr.state = 'BACKUP';
  vr.preemptDelayEndsNs = null;
}

function resign(): readonly VrrpEffect[] {
  return [sendAdvert(PRIORITY_STOP, 'resign'), detail('sent 0 priority')];
}

/**
 * In no RFC: ANY packet of its virtual router, valid or rejected, answered or not, puts a master's next
 * advert off to one interval from now, so that rejected packets in quick succession silence it
 * [73-bad-adverts-postpone-master] [46-forged-bad-ttl-checksum]. Not with vrrp_lower_prio_no_advert.
 */
function restartAdverTimer(vr: VrrpInstance, nowNs: number): void {
  if (!vr.parameters.lowerPrioNoAdvert) waitAdvertisementInterval(vr, nowNs);
}
