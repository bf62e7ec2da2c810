/**
 * FAULT: the instance cannot take part, because its interface is down, has no address, or something it
 * tracks failed. Not a state of RFC 3768, where such a router is simply in Initialize.
 */
import { InvariantError } from '../engine/invariant.ts';
import { NEVER } from '../engine/time.ts';
import { log, NOTHING, type VrrpEffect } from './effect.ts';
import type { VrrpEvent } from './event.ts';
import { type VrrpInstance, waitMasterDown } from './instance.ts';

export function stepFault(vr: VrrpInstance, event: VrrpEvent, nowNs: number): readonly VrrpEffect[] {
  switch (event.kind) {
    case 'recovered':
      // BACKUP at once for a full interval, whatever the configured state [05-link-down-up-master].
      vr.state = 'BACKUP';
      vr.preemptDelayEndsNs = null;
      waitMasterDown(vr, nowNs, 'recovered');
      return [log('Entering BACKUP STATE'), { kind: 'enterBackup', why: { kind: 'recovered' } }];

    case 'stop':
      return stopWithoutAdvert(vr);

    // Whatever arrives is ignored, before any check, priority 0 too [76-track-interface-backup-only].
    case 'advert':
    case 'rejected':
      return NOTHING;

    // Further causes are the host's to count; the addresses are gone already.
    case 'fault':
    case 'vipRemoved':
      return NOTHING;

    case 'deadline':
      throw new InvariantError('a deadline in FAULT, where no timer runs');
    case 'start':
      throw new InvariantError('a running instance is started again');
  }
}

/**
 * SIGTERM to one who is not master: RFC 3768 §6.4.2 cancels the timer; nobody is told [63-backup-sigterm].
 */
export function stopWithoutAdvert(vr: VrrpInstance): readonly VrrpEffect[] {
  vr.state = 'INIT';
  vr.deadlineNs = NEVER;
  return [{ kind: 'stopped' }];
}
