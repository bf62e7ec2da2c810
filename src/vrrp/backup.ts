/** BACKUP: listens, and takes over when nothing better was heard for long enough (RFC 3768 §6.4.2). */
import { InvariantError } from '../engine/invariant.ts';
import { NEVER, US } from '../engine/time.ts';
import { ipText } from '../wire/ip-address.ts';
import { detail, log, type MasterReason, NOTHING, sendAdvert, type VrrpEffect } from './effect.ts';
import type { AdvertEvent, FaultCause, VrrpEvent } from './event.ts';
import { stopWithoutAdvert } from './fault.ts';
import {
  masterDownInterval,
  skewTime,
  type VrrpInstance,
  waitAdvertisementInterval,
  waitMasterDown,
  waitSkew,
} from './instance.ts';
import { PRIORITY_STOP } from './timers.ts';

export function stepBackup(vr: VrrpInstance, event: VrrpEvent, nowNs: number): readonly VrrpEffect[] {
  switch (event.kind) {
    case 'deadline':
      return becomeMaster(vr, nowNs);
    case 'advert':
      return hear(vr, event, nowNs);

    case 'rejected':
      // Logged, and nothing else: the timer keeps what is left of it [47b-forged-higher-prio-without-auth].
      // A master is not so indifferent.
      return [log(event.rejection.log)];

    case 'stop':
      return stopWithoutAdvert(vr);
    case 'fault':
      return enterFault(vr, event.cause);

    // A backup has no address to lose; netlink tells of an interface more often than it changes.
    case 'vipRemoved':
    case 'recovered':
      return NOTHING;

    case 'start':
      throw new InvariantError('a running instance is started again');
  }
}

/** RFC 3768 §6.4.2: Master_Down_Timer fires. The advert precedes the address [01-cold-start-both]. */
function becomeMaster(vr: VrrpInstance, nowNs: number): readonly VrrpEffect[] {
  const why = masterReason(vr);
  vr.state = 'MASTER';
  waitAdvertisementInterval(vr, nowNs);
  return [
    detail('Receive advertisement timeout'),
    sendAdvert(vr.priority, 'transition'),
    log('Entering MASTER STATE'),
    { kind: 'becomeMaster', why },
  ];
}

function masterReason(vr: VrrpInstance): MasterReason {
  const { since, sinceNs, from } = vr.downTimer;
  const { priority } = vr;
  const skewTimeNs = skewTime(vr);
  switch (since) {
    case 'address-owner':
      return { kind: 'address-owner' };
    case 'priority-zero':
      return { kind: 'priority-zero', heardNs: sinceNs, from, priority, skewTimeNs };
    case 'vip-removed':
      return { kind: 'vip-removed', sinceNs, priority, skewTimeNs };
  }
  const { downTimerAdverts, advertIntervalNs } = vr.parameters;
  const heardOne = since === 'advert' || since === 'stepped-down';
  const last = vr.lastDiscarded;
  return {
    kind: 'master-down',
    since,
    sinceNs,
    lastAdvertNs: heardOne ? sinceNs : null,
    lastAdvertFrom: heardOne ? from : null,
    downTimerAdverts,
    advertIntervalNs,
    priority,
    skewTimeNs,
    masterDownIntervalNs: masterDownInterval(vr),
    discarded: last === null ? null : { count: vr.discardedCount, last },
  };
}

function hear(vr: VrrpInstance, event: AdvertEvent, nowNs: number): readonly VrrpEffect[] {
  const { priority, sourceIp } = event;
  if (priority === PRIORITY_STOP) {
    // RFC 3768 §6.4.2: the master resigns; wait only the skew, so that the best backup is first
    // [02-sigterm-master]. Neither nopreempt nor a preempt delay changes that.
    waitSkew(vr, nowNs, 'priority-zero', sourceIp);
    return [detail('Backup received priority 0 advertisement')];
  }
  // RFC 3768 §6.4.2. Equal counts as better, whatever the addresses [13b-equal-priority-late-higher-ip];
  // with Preempt_Mode false everybody does [07-nopreempt].
  const better = priority >= vr.priority;
  if (better || !vr.preempt || isDelayed(vr, nowNs)) {
    waitMasterDown(vr, nowNs, 'advert', sourceIp);
    return better ? endPreemptDelay(vr) : beginPreemptDelay(vr, nowNs);
  }
  // RFC 3768 §6.4.2: discarded. The deadline stands, so a better router takes over one master-down interval
  // after its own start or the last advert it accepted [01b-cold-start-backup-1s-first].
  vr.discardedCount++;
  vr.lastDiscarded = { timeNs: nowNs, from: sourceIp, priority };
  return [log(`received lower priority (${priority}) advert from ${ipText(sourceIp)} - discarding`)];
}

// ── preempt_delay, not in RFC 3768 ──────────────────────────────────────────────────────────────────────

/** An advert that comes exactly when the delay ends comes after it [08-preempt-delay-5]. */
function isDelayed(vr: VrrpInstance, nowNs: number): boolean {
  return vr.preemptDelayNs > 0 && (vr.preemptDelayEndsNs === null || vr.preemptDelayEndsNs > nowNs);
}

/** The delay begins with the first advert of lower priority, not with the start [08-preempt-delay-5]. */
function beginPreemptDelay(vr: VrrpInstance, nowNs: number): readonly VrrpEffect[] {
  if (vr.preemptDelayNs === 0 || vr.preemptDelayEndsNs !== null) return NOTHING;
  vr.preemptDelayEndsNs = nowNs + vr.preemptDelayNs;
  const delayUs = Math.floor(vr.preemptDelayNs / US);
  const fraction = String(delayUs % 1_000_000).padStart(6, '0');
  return [detail(`start preempt delay (${Math.floor(delayUs / 1_000_000)}.${fraction})`)];
}

function endPreemptDelay(vr: VrrpInstance): readonly VrrpEffect[] {
  if (vr.preemptDelayEndsNs === null) return NOTHING;
  vr.preemptDelayEndsNs = null;
  return [detail('stop preempt delay')];
}

// ── leaving ─────────────────────────────────────────────────────────────────────────────────────────────

/** FAULT without a word on the wire [05d-link-flap-backup]. */
function enterFault(vr: VrrpInstance, cause: FaultCause): readonly VrrpEffect[] {
  vr.state = 'FAULT';
  vr.deadlineNs = NEVER;
  return [log('Entering FAULT STATE'), { kind: 'enterFault', why: { kind: 'fault', cause } }];
}
