/**
 * What can happen to a VRRP instance: a closed union. Everything the outside knows better (is the packet
 * genuine, is the interface up, whose address was deleted) is decided before and comes in as data.
 */

/** What was wrong with a packet; the checks are in checks.ts. */
export type RejectionKind =
  | 'ttl'
  | 'version'
  | 'auth-type-unknown'
  | 'auth-type'
  | 'auth-data'
  | 'advert-interval'
  | 'type'
  | 'address-count'
  | 'destination'
  | 'address-missing';

export interface Rejection {
  readonly kind: RejectionKind;
  /** Sender of the packet. */
  readonly from: number;
  /** The line of the log, without the `(VI_1) ` before it. */
  readonly log: string;
}

/**
 * Why an instance cannot take part. An interface that is down swallows the two adverts sent on entering
 * FAULT, and the takeover lasts the whole master-down interval [04-link-down-master]; in the other cases
 * they get out and it lasts the skew time [24-track-interface-fault].
 */
export type FaultCause = 'interface-down' | 'address-gone' | 'tracked';

export interface AdvertEvent {
  readonly kind: 'advert';
  readonly priority: number;
  readonly sourceIp: number;
}

export interface RejectedEvent {
  readonly kind: 'rejected';
  readonly rejection: Rejection;
}

export type VrrpEvent =
  /** The daemon runs; `fault` if it cannot take part from the beginning. */
  | { readonly kind: 'start'; readonly fault: FaultCause | null }
  /** SIGTERM. A kill -9 is no event: the instance is gone. */
  | { readonly kind: 'stop' }
  /** `deadlineNs` has come. At equal times packets and acts of people come first. */
  | { readonly kind: 'deadline' }
  /** An advert of this virtual router that passed all checks. */
  | AdvertEvent
  /** A packet of this virtual router that failed one. Packets of other virtual routers are no event. */
  | RejectedEvent
  /** The first cause of a fault began. Further ones while it lasts do nothing. */
  | { readonly kind: 'fault'; readonly cause: FaultCause }
  /** The last cause of a fault ended. */
  | { readonly kind: 'recovered' }
  /** Somebody deleted a virtual address of this instance. */
  | { readonly kind: 'vipRemoved'; readonly address: number };
