/** INIT: before the start and after the stop (RFC 3768 §6.4.1). Nothing is sent and nothing heard. */
import { InvariantError } from '../engine/invariant.ts';
import { log, NOTHING, type VrrpEffect } from './effect.ts';
import type { FaultCause, VrrpEvent } from './event.ts';
import { type VrrpInstance, waitMasterDown, waitOneUnit } from './instance.ts';
import { PRIORITY_OWNER } from './timers.ts';

export function stepInit(vr: VrrpInstance, event: VrrpEvent, nowNs: number): readonly VrrpEffect[] {
  switch (event.kind) {
    case 'start':
      return start(vr, event.fault, nowNs);

    // In INIT as in FAULT whatever arrives is ignored, before any check [76-track-interface-backup-only].
    case 'advert':
    case 'rejected':
      return NOTHING;

    // A second SIGTERM in the second a daemon takes to end, or news of an interface.
    case 'stop':
    case 'fault':
    case 'recovered':
    case 'vipRemoved':
      return NOTHING;

    case 'deadline':
      throw new InvariantError('a deadline in INIT, where no timer runs');
  }
}

function start(vr: VrrpInstance, fault: FaultCause | null, nowNs: number): readonly VrrpEffect[] {
  const { parameters } = vr;
  // Before anything else: a kill -9 leaves the addresses behind, and the next process removes them
  // [F-scenario-rr: "removing VIPs." is the first line of each start].
  const effects: VrrpEffect[] = [{ kind: 'clearAddresses' }];
  if (fault !== null) {
    // Without carrier at the start: FAULT at once. Seen of keepalived, though in no recording kept here.
    vr.state = 'FAULT';
    effects.push(log('Entering FAULT STATE (init)'));
    effects.push({ kind: 'enterFault', why: { kind: 'fault', cause: fault } });
    return effects;
  }
  vr.state = 'BACKUP';
  if (parameters.priority === PRIORITY_OWNER && parameters.initialState === 'MASTER') {
    // RFC 3768 §6.4.1: the owner of the addresses is master at once. It gets there through BACKUP, but says
    // so neither in the log nor to notify scripts [14-priority-255-owner].
    waitOneUnit(vr, nowNs);
    return effects;
  }
  // RFC 3768 §6.4.1: all others are backups first, with the full master-down interval; `state MASTER` gives
  // no head start [01-cold-start-both] [37-both-state-master], nor does 255 without it
  // [14b-two-owners-255].
  waitMasterDown(vr, nowNs, 'start');
  effects.push(log('Entering BACKUP STATE (init)'));
  effects.push({ kind: 'enterBackup', why: { kind: 'start' } });
  return effects;
}
