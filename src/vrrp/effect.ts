/**
 * What a VRRP instance wants done, in the order in which keepalived 2.2.7 does it, each with a reason that
 * a machine can read. The host carries effects out: it knows the interface, the frames, the notify scripts
 * and the log. The send timer needs no effect: it is `deadlineNs` of the instance, to be armed anew after
 * every step.
 */
import type { FaultCause } from './event.ts';

/** An advert that was heard. */
export interface HeardAdvert {
  readonly timeNs: number;
  readonly from: number;
  readonly priority: number;
}

/** What the master-down interval that ran out counted from. */
export type DownTimerStart = 'start' | 'recovered' | 'advert' | 'stepped-down';

export type MasterReason =
  /**
   * Nothing worth waiting for was heard: since its own start, since its recovery from a fault, since the
   * last advert it accepted, or since the one it stepped down to.
   */
  | {
      readonly kind: 'master-down';
      readonly since: DownTimerStart;
      readonly sinceNs: number;
      /** The advert the interval counts from; null after a start or a recovery. */
      readonly lastAdvertNs: number | null;
      readonly lastAdvertFrom: number | null;
      readonly downTimerAdverts: number;
      readonly advertIntervalNs: number;
      readonly priority: number;
      readonly skewTimeNs: number;
      readonly masterDownIntervalNs: number;
      /** Adverts of lower priority heard meanwhile and not respected: the takeover is a preemption. */
      readonly discarded: { readonly count: number; readonly last: HeardAdvert } | null;
    }
  /** The master said that it stops; the skew time alone was waited. */
  | {
      readonly kind: 'priority-zero';
      readonly heardNs: number;
      readonly from: number;
      readonly priority: number;
      readonly skewTimeNs: number;
    }
  /** Its address had been deleted by hand; it gave way for the skew time only. */
  | {
      readonly kind: 'vip-removed';
      readonly sinceNs: number;
      readonly priority: number;
      readonly skewTimeNs: number;
    }
  /** Priority 255 and `state MASTER`: at once. */
  | { readonly kind: 'address-owner' };

export type FaultReason = { readonly kind: 'fault'; readonly cause: FaultCause };

export type LeaveReason =
  | {
      readonly kind: 'higher-priority';
      readonly from: number;
      readonly priority: number;
      readonly own: number;
    }
  /** Equal priority, higher address. */
  | { readonly kind: 'higher-address'; readonly from: number; readonly priority: number }
  /** Two routers with 255: this one gave up its own and has 254 now. */
  | { readonly kind: 'owner-conflict'; readonly from: number }
  | { readonly kind: 'vip-removed'; readonly address: number }
  | FaultReason
  | { readonly kind: 'stop' };

export type BackupReason = { readonly kind: 'start' } | { readonly kind: 'recovered' };

/** `garp_master_refresh` looks at 'periodic' adverts only. */
export type AdvertReason =
  | 'transition'
  | 'periodic'
  | 'answer-lower-priority'
  | 'answer-priority-zero'
  | 'before-stepping-down'
  | 'resign';

export type VrrpEffect =
  /** A line of the log, without the `(VI_1) ` before it. `detail`: only with -D. */
  | { readonly kind: 'log'; readonly text: string; readonly detail: boolean }
  /** Removes virtual addresses an earlier process left behind, logging `removing VIPs.` */
  | { readonly kind: 'clearAddresses' }
  /** Notify BACKUP. Only after a start or a fault: a master becomes a backup by `leaveMaster`. */
  | { readonly kind: 'enterBackup'; readonly why: BackupReason }
  /** Notify FAULT. A master gets there by `leaveMaster`. */
  | { readonly kind: 'enterFault'; readonly why: FaultReason }
  /** Sent from `sourceIp` of the instance even where the kernel no longer has it. */
  | { readonly kind: 'sendAdvert'; readonly priority: number; readonly why: AdvertReason }
  /**
   * Adds the addresses (`setting VIPs.`), sends the first block of gratuitous ARPs, notifies MASTER, and
   * sends the second block `garp_master_delay` later.
   */
  | { readonly kind: 'becomeMaster'; readonly why: MasterReason }
  /** Removes the addresses (`removing VIPs.`) and notifies BACKUP or FAULT; to INIT `stopped` follows. */
  | { readonly kind: 'leaveMaster'; readonly to: 'BACKUP' | 'FAULT' | 'INIT'; readonly why: LeaveReason }
  /** `garp_lower_prio_repeat` rounds now and again `garp_lower_prio_delay` later. */
  | { readonly kind: 'gratuitousArps'; readonly block: 'lower-priority' }
  | { readonly kind: 'notifyEvent'; readonly event: 'MASTER_RX_LOWER_PRI' }
  /** Notify STOP. */
  | { readonly kind: 'stopped' };

export const NOTHING: readonly VrrpEffect[] = Object.freeze([]);

export function log(text: string): VrrpEffect {
  return { kind: 'log', text, detail: false };
}

export function detail(text: string): VrrpEffect {
  return { kind: 'log', text, detail: true };
}

export function sendAdvert(priority: number, why: AdvertReason): VrrpEffect {
  return { kind: 'sendAdvert', priority, why };
}
