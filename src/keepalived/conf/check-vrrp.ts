/**
 * keepalived's checks of one instance once everything is read, in its order, and the corrections they make.
 * Source: [110-vrrp-advert-fraction-v3], [124-vrrp-auth-v3], [127-vrrp-nopreempt-master],
 * [129-vrrp-preempt-delay], [c31-strict-with-auth].
 */
import type { Place } from '../../engine/problem.ts';
import { MS, SECOND } from '../../engine/time.ts';
import type { VrrpInstanceConfig } from './model.ts';
import { decimalText } from './numbers.ts';
import type { Pass } from './pass.ts';
import type { Section } from './section.ts';

export type Draft = { -readonly [K in keyof VrrpInstanceConfig]: VrrpInstanceConfig[K] };

/** Of a router that owns the virtual addresses (RFC 3768 §5.3.4). */
export const OWNER_PRIORITY = 255;
export const REFUSES = 'keepalived refuses to start';

const CENTISECOND = 10 * MS;
/** The field of a VRRPv3 advertisement has 12 bits (RFC 5798 §5.2.7). */
const LONGEST_V3 = 4095 * CENTISECOND;

/** Says something about the instance at the place of that keyword. */
type Warn = (text: string, keyword: string, hint?: string) => void;

/** Puts `draft` right; false: keepalived ends here. */
export function checkInstance(pass: Pass, section: Section, draft: Draft): boolean {
  const warn: Warn = (text, keyword, hint) => {
    pass.say('value-corrected', 'warning', `(${draft.name}) ${text}`, section.whereOf(keyword), hint);
  };
  const isEmpty = draft.virtualAddresses.length === 0 && section.addresses.length === 0;
  if (isEmpty && (draft.version === 3 || draft.strict)) {
    const text = `(${draft.name}) No VIP specified; at least one is required`;
    pass.say(
      'no-address',
      'error',
      text,
      section.where,
      `write a virtual_ipaddress block; without it ${REFUSES}`,
    );
    return false;
  }
  if (isEmpty) sayEmpty(pass, section);
  if (draft.strict) checkState(draft, warn);
  checkAuthentication(pass, section.child('authentication')?.where ?? section.where, draft);
  checkPreemption(draft, warn);
  if (draft.strict) checkStrict(section, draft, warn);
  checkAdvertInterval(draft, warn);
  // A second time, as keepalived does.
  if (isEmpty) sayEmpty(pass, section);
  return true;
}

function sayEmpty(pass: Pass, section: Section): void {
  const text = `(${section.name}) No VIP specified; at least one is sensible`;
  const hint = 'write a virtual_ipaddress block: this instance has nothing to fail over';
  pass.say('no-address', 'warning', text, section.where, hint);
}

function checkState(draft: Draft, warn: Warn): void {
  const isOwner = draft.priority === OWNER_PRIORITY;
  if ((draft.state === 'MASTER') === isOwner) return;
  const state = isOwner ? 'MASTER' : 'BACKUP';
  warn('State MASTER must match being address owner', 'state', `state ${state} is used`);
  draft.state = state;
}

function checkAuthentication(pass: Pass, where: Place, draft: Draft): void {
  const say = (text: string, hint: string): void => {
    pass.say('value-corrected', 'warning', `(${draft.name}) ${text}`, where, hint);
  };
  const drop = (text: string): void => {
    say(text, 'there is no authentication');
    draft.authType = 'none';
  };
  if (draft.authType === 'none') {
    // A password without a type is silently none.
  } else if (draft.strict) drop('Strict mode does not support authentication. Ignoring.');
  else if (draft.version === 3) drop('VRRP version 3 does not support authentication. Ignoring.');
  else if (draft.authPass === '') drop('Authentication specified but no password given. Ignoring');
  else if (draft.authType === 'AH' && draft.state === 'MASTER' && draft.priority !== OWNER_PRIORITY) {
    say('Initial state master is incompatible with AH authentication - clearing', 'state BACKUP is used');
    draft.state = 'BACKUP';
  }
  if (draft.authType === 'none') draft.authPass = '';
}

function checkPreemption(draft: Draft, warn: Warn): void {
  const hint = "write 'state BACKUP' on both routers";
  if (draft.nopreempt && draft.priority === OWNER_PRIORITY) {
    warn('nopreempt is incompatible with priority 255. resetting nopreempt', 'nopreempt');
    draft.nopreempt = false;
  } else if (draft.nopreempt && draft.state === 'MASTER') {
    warn('Warning - nopreempt will not work with initial state MASTER - clearing', 'nopreempt', hint);
    draft.nopreempt = false;
  }
  if (draft.preemptDelayNs === 0) return;
  const refused = draft.strict || draft.nopreempt || draft.state === 'MASTER';
  if (draft.strict && draft.state !== 'MASTER') {
    warn('preempt_delay is incompatible with strict mode - resetting', 'preempt_delay');
  }
  if (draft.state === 'MASTER') {
    warn('Warning - preempt delay will not work with initial state MASTER - clearing', 'preempt_delay', hint);
  }
  if (draft.nopreempt) {
    warn('preempt_delay is incompatible with nopreempt mode - resetting', 'preempt_delay');
  }
  if (refused) draft.preemptDelayNs = 0;
}

function checkStrict(section: Section, draft: Draft, warn: Warn): void {
  if (draft.downTimerAdverts !== 3) {
    warn('down_timer_adverts is incompatible with strict mode - resetting', 'down_timer_adverts');
    draft.downTimerAdverts = 3;
  }
  if (draft.accept && draft.version === 2) {
    warn('warning - accept mode for VRRP version 2 does not comply with RFC3768 - resetting', 'accept');
    draft.accept = false;
  }
  if (draft.garpLowerPrioRepeat !== 0) {
    warn('Strict mode requires no repeat garps. resetting', 'garp_lower_prio_repeat');
    draft.garpLowerPrioRepeat = 0;
  }
  if (draft.garpLowerPrioDelayNs !== 0) {
    warn('Strict mode requires no repeat garp delay. resetting', 'garp_lower_prio_delay');
    draft.garpLowerPrioDelayNs = 0;
  }
  if (!draft.lowerPrioNoAdvert) {
    warn('Strict mode requires no lower priority advert. resetting', 'lower_prio_no_advert');
    draft.lowerPrioNoAdvert = true;
  }
  if (draft.higherPrioSendAdvert) {
    warn('strict mode requires higher_prio_send_advert to be clear. resetting', 'higher_prio_send_advert');
    draft.higherPrioSendAdvert = false;
  }
  // An owner accepts what is sent to its own addresses, whatever the mode.
  if (section.boolean('accept') === null && draft.priority === OWNER_PRIORITY) draft.accept = true;
}

function checkAdvertInterval(draft: Draft, warn: Warn): void {
  const interval = draft.advertIntervalNs;
  const shown = decimalText(BigInt(interval) / 1000n);
  if (draft.version === 2) {
    if (interval % SECOND === 0) return;
    const rounded = Math.max(1, Math.round(interval / SECOND));
    const text = `VRRPv2 advertisement interval ${shown}s must be an integer. rounding`;
    warn(text, 'advert_int', `${rounded} s is used; version 3 knows fractions`);
    draft.advertIntervalNs = rounded * SECOND;
  } else if (interval > LONGEST_V3 + CENTISECOND / 2) {
    const seconds = (interval / SECOND).toFixed(2);
    const text =
      `VRRPv3 advertisement interval ${seconds}s is out of range. ` +
      'Must be less than 40.96s. Setting to 40.95s';
    warn(text, 'advert_int');
    draft.advertIntervalNs = LONGEST_V3;
  } else if (interval % CENTISECOND !== 0) {
    const text = `VRRPv3 advertisement interval ${shown}s must be in units of 10ms - rounding`;
    warn(text, 'advert_int');
    draft.advertIntervalNs = Math.round(interval / CENTISECOND) * CENTISECOND;
  }
}
