/**
 * One VRRP instance: its parameters (RFC 3768 §6.1, with keepalived's additions) and the state the machine
 * works on. Not modelled: sync groups, tracking weights (the priority changes only in a conflict of
 * owners), vrrp_startup_delay, vrrp_strict, reload on SIGHUP, version 3.
 */
import { assert } from '../engine/invariant.ts';
import { NEVER, US } from '../engine/time.ts';
import type { DownTimerStart, HeardAdvert } from './effect.ts';
import { assertSimulated, masterDownIntervalNs, PRIORITY_OWNER, skewTimeNs } from './timers.ts';

export const VRRP_STATES = ['INIT', 'BACKUP', 'MASTER', 'FAULT'] as const;
export type VrrpState = (typeof VRRP_STATES)[number];

/** As configured. Addresses are int32. */
export interface VrrpParameters {
  /** virtual_router_id, 1…255. */
  readonly vrid: number;
  /** Only 2 is simulated. */
  readonly version: number;
  /** 1…255. */
  readonly priority: number;
  /** `state`: gives no head start but to an address owner. */
  readonly initialState: 'MASTER' | 'BACKUP';
  /** Whole seconds, as `advertisementIntervalNs` makes them. */
  readonly advertIntervalNs: number;
  /** False: `nopreempt`. */
  readonly preempt: boolean;
  /** preempt_delay; 0: none. */
  readonly preemptDelayNs: number;
  /** down_timer_adverts. */
  readonly downTimerAdverts: number;
  /** AUTH_NONE or AUTH_PASS. */
  readonly authType: number;
  /** Exactly 8 bytes, padded with zeros or cut; zeros without authentication. */
  readonly authPass: Uint8Array;
  /** virtual_ipaddress in the order of the file, without excluded ones. */
  readonly addresses: readonly number[];
  /** Where adverts are sent from: the interface's primary address, or mcast_src_ip. */
  readonly sourceIp: number;
  /** vrrp_lower_prio_no_advert. */
  readonly lowerPrioNoAdvert: boolean;
  /** vrrp_higher_prio_send_advert. */
  readonly higherPrioSendAdvert: boolean;
}

/** What the running timer of a BACKUP counts from. */
export interface DownTimer {
  readonly since: DownTimerStart | 'priority-zero' | 'vip-removed' | 'address-owner';
  readonly sinceNs: number;
  /** Sender of the advert it counts from; 0 without one. */
  readonly from: number;
}

export interface VrrpInstance {
  readonly parameters: VrrpParameters;
  state: VrrpState;
  /** Effective priority. */
  priority: number;
  /** The host keeps it up to date when the interface's primary address changes. */
  sourceIp: number;
  preempt: boolean;
  preemptDelayNs: number;
  /** When the running preempt delay ends; null while none has begun. */
  preemptDelayEndsNs: number | null;
  /**
   * The one timer an instance has: Master_Down_Timer in BACKUP, Adver_Timer in MASTER (RFC 3768 §6.2),
   * NEVER in INIT and FAULT. Passed only where the process was kept from running.
   */
  deadlineNs: number;
  downTimer: DownTimer;
  /** Adverts of lower priority since the master-down timer was set. */
  discardedCount: number;
  lastDiscarded: HeardAdvert | null;
}

/** An instance of a process that is about to start, in INIT. */
export function createInstance(parameters: VrrpParameters): VrrpInstance {
  const { vrid, priority, authPass, initialState } = parameters;
  assertSimulated(parameters.version);
  assert(vrid >= 1 && vrid <= 255, `virtual_router_id ${vrid} is not 1…255`);
  assert(priority >= 1 && priority <= PRIORITY_OWNER, `priority ${priority} is not 1…255`);
  assert(authPass.length === 8, `authentication data of ${authPass.length} bytes instead of 8`);
  // `state MASTER` clears nopreempt and preempt_delay, with a warning when the file is read
  // [c09-nopreempt-state-master] [08c-preempt-delay-state-master].
  const startsAsMaster = initialState === 'MASTER';
  return {
    parameters,
    state: 'INIT',
    priority,
    sourceIp: parameters.sourceIp,
    preempt: parameters.preempt || startsAsMaster,
    preemptDelayNs: startsAsMaster ? 0 : parameters.preemptDelayNs,
    preemptDelayEndsNs: null,
    deadlineNs: NEVER,
    downTimer: { since: 'start', sinceNs: 0, from: 0 },
    discardedCount: 0,
    lastDiscarded: null,
  };
}

// ── the timer ───────────────────────────────────────────────────────────────────────────────────────────

export function skewTime(vr: VrrpInstance): number {
  return skewTimeNs(vr.parameters.version, vr.priority);
}

export function masterDownInterval(vr: VrrpInstance): number {
  const { version, downTimerAdverts, advertIntervalNs } = vr.parameters;
  return masterDownIntervalNs(version, downTimerAdverts, advertIntervalNs, vr.priority);
}

export function waitMasterDown(vr: VrrpInstance, nowNs: number, since: DownTimerStart, from = 0): void {
  setDownTimer(vr, masterDownInterval(vr), { since, sinceNs: nowNs, from });
}

export function waitSkew(
  vr: VrrpInstance,
  nowNs: number,
  since: 'priority-zero' | 'vip-removed',
  from = 0,
): void {
  setDownTimer(vr, skewTime(vr), { since, sinceNs: nowNs, from });
}

/** An address owner's way to MASTER: a master-down timer of one TIMER unit [14-priority-255-owner]. */
export function waitOneUnit(vr: VrrpInstance, nowNs: number): void {
  setDownTimer(vr, US, { since: 'address-owner', sinceNs: nowNs, from: 0 });
}

export function waitAdvertisementInterval(vr: VrrpInstance, nowNs: number): void {
  vr.deadlineNs = nowNs + vr.parameters.advertIntervalNs;
}

function setDownTimer(vr: VrrpInstance, waitNs: number, downTimer: DownTimer): void {
  vr.deadlineNs = downTimer.sinceNs + waitNs;
  vr.downTimer = downTimer;
  vr.discardedCount = 0;
  vr.lastDiscarded = null;
}
