/**
 * VRRP version 2 as one pure function: what an instance does with an event, as RFC 3768 §6.4 has it and as
 * keepalived 2.2.7 was recorded doing it. Knows no host, no wire, no clock: its timer is a deadline in the
 * state, effects are data. Not modelled here: addresses and ARP blocks, sync groups, tracking, reload (see
 * instance.ts).
 *
 *                  nothing better heard for Master_Down_Interval
 *   INIT ─start─▶ BACKUP ─────────────────────────────────────────▶ MASTER
 *                 │ ▲  ▲                                            │ │ │
 *           fault │ │  └─── better advert; vipRemoved: advert(0) ───┘ │ │
 *                 ▼ │ recovered                                       │ │
 *                FAULT ◀────────── fault: advert(0) twice ────────────┘ │
 *   INIT ◀─────────────────────────── stop: advert(0) ──────────────────┘    (from BACKUP and FAULT without)
 */
import { InvariantError } from '../engine/invariant.ts';
import { NEVER } from '../engine/time.ts';
import { stepBackup } from './backup.ts';
import type { VrrpEffect } from './effect.ts';
import type { VrrpEvent } from './event.ts';
import { stepFault } from './fault.ts';
import { stepInit } from './init.ts';
import type { VrrpInstance } from './instance.ts';
import { stepMaster } from './master.ts';

/** Changes `vr` and returns what is to be done, in order; then the timer is due at `vr.deadlineNs`. */
export function step(vr: VrrpInstance, event: VrrpEvent, nowNs: number): readonly VrrpEffect[] {
  if (event.kind === 'deadline' && vr.deadlineNs > nowNs) {
    throw new InvariantError(`no timer is due in ${vr.state} at ${nowNs} ns`);
  }
  const effects = stepState(vr, event, nowNs);
  const timed = vr.state === 'BACKUP' || vr.state === 'MASTER';
  if (timed !== (vr.deadlineNs !== NEVER)) {
    throw new InvariantError(`${vr.state} with a deadline at ${vr.deadlineNs} ns`);
  }
  return effects;
}

function stepState(vr: VrrpInstance, event: VrrpEvent, nowNs: number): readonly VrrpEffect[] {
  switch (vr.state) {
    case 'INIT':
      return stepInit(vr, event, nowNs);
    case 'BACKUP':
      return stepBackup(vr, event, nowNs);
    case 'MASTER':
      return stepMaster(vr, event, nowNs);
    case 'FAULT':
      return stepFault(vr, event, nowNs);
  }
}
