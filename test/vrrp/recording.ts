/**
 * Reads a recorded case of real keepalived and plays it on an ideal wire: what the outside did at the times
 * it did it, and then lists where the machines did otherwise. Reads of a configuration only what these
 * cases contain.
 */
import { readFileSync } from 'node:fs';
import { MS } from '../../src/engine/time.ts';
import type { FaultCause } from '../../src/vrrp/event.ts';
import type { VrrpParameters } from '../../src/vrrp/instance.ts';
import { advertisementIntervalNs } from '../../src/vrrp/timers.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Ipv4Packet, VRRP, type VrrpPacket } from '../../src/wire/ipv4.ts';
import { AUTH_NONE, AUTH_PASS, Vrrp } from '../../src/wire/vrrp.ts';
import { IdealWire, parametersWith, type Router, type Takeover } from './ideal-wire.ts';

interface Action {
  readonly host: string;
  readonly action: string;
  readonly interface?: string;
  readonly hex?: string;
  readonly addr?: string;
}

export interface RecordedTakeover {
  readonly host: string;
  readonly firstAdvertMs: number;
  readonly rule?: string | null;
  anchorMs?: number | null;
  expectedMs?: number | null;
}

export interface Recording {
  readonly name: string;
  readonly hosts: { name: string; ip: string; conf: string | null }[];
  readonly actions: Action[];
  readonly durationMs: number;
  readonly runs: {
    readonly starts: { host: string; firstNotifyMs: number }[];
    readonly actionsDone: { tMs: number; host: string; action: string }[];
    readonly transitions: { tMs: number; host: string; state: string; priority: number }[];
    readonly takeovers: RecordedTakeover[];
    readonly frames: { tMs: number; from: string; summary: string; hex: string }[];
  }[];
}

export function readRecording(name: string): Recording {
  const file = new URL(`../recordings/vrrp/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}

export function firstRun(recording: Recording): Recording['runs'][number] {
  const run = recording.runs[0];
  if (run === undefined) throw new Error(`${recording.name} has no run`);
  return run;
}

export function parametersOf(conf: string, hostIp: string): VrrpParameters {
  const value = (keyword: string): string | undefined =>
    new RegExp(`\\b${keyword}\\s+(\\S+)`).exec(conf)?.[1];
  const seconds = (keyword: string): number => Number(value(keyword) ?? 0);
  const has = (keyword: string): boolean => new RegExp(`\\b${keyword}\\b`).test(conf);
  const vips = /virtual_ipaddress \{([^}]*)\}/.exec(conf)?.[1] ?? '';
  const authPass = new Uint8Array(8);
  [...(value('auth_pass') ?? '')].slice(0, 8).forEach((letter, index) => {
    authPass[index] = letter.charCodeAt(0);
  });
  return parametersWith({
    vrid: seconds('virtual_router_id'),
    priority: Number(value('priority') ?? 100),
    initialState: value('state') === 'MASTER' ? 'MASTER' : 'BACKUP',
    advertIntervalNs: advertisementIntervalNs(2, Number(value('advert_int') ?? 1)),
    preempt: !has('nopreempt'),
    preemptDelayNs: seconds('preempt_delay') * 1000 * MS,
    downTimerAdverts: Number(value('down_timer_adverts') ?? 3),
    authType: has('auth_pass') ? AUTH_PASS : AUTH_NONE,
    authPass,
    addresses: vips.trim().split(/\s+/).map(ip),
    sourceIp: ip(hostIp),
    lowerPrioNoAdvert: has('vrrp_lower_prio_no_advert'),
    higherPrioSendAdvert: has('vrrp_higher_prio_send_advert'),
  });
}

/** A whole Ethernet frame with a VRRP version 2 packet, lengths and checksums taken as good. */
export function decodeFrame(hex: string): VrrpPacket {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const at = (index: number): number => bytes[index] ?? 0;
  const word = (index: number): number =>
    (at(index) << 24) | (at(index + 1) << 16) | (at(index + 2) << 8) | at(index + 3);
  const vrrp = 34;
  const addresses = Array.from({ length: at(vrrp + 3) }, (_, index) => word(vrrp + 8 + 4 * index));
  const auth = vrrp + 8 + 4 * addresses.length;
  const advert = new Vrrp(
    at(vrrp) >> 4,
    at(vrrp) & 15,
    at(vrrp + 1),
    at(vrrp + 2),
    at(vrrp + 4),
    at(vrrp + 5),
    addresses,
    bytes.slice(auth, auth + 8),
  );
  return new Ipv4Packet(word(26), word(30), at(22), at(15), 1, false, false, VRRP, advert);
}

export function replay(recording: Recording): IdealWire {
  const wire = new IdealWire();
  wire.lateness = { periodicNs: 0.16 * MS, packetNs: MS };
  const run = firstRun(recording);
  const routers = new Map<string, Router>();
  for (const host of recording.hosts) {
    if (host.conf === null) continue;
    routers.set(host.name, wire.add(host.name, parametersOf(host.conf, host.ip)));
  }
  const masterSince = run.takeovers.filter((takeover) => takeover.rule == null);
  for (const start of run.starts) {
    const router = routers.get(start.host) as Router;
    // An address owner's first notify comes after its gratuitous ARPs; its first advert is its start.
    const owner = masterSince.find(
      (master) => master.host === start.host && Math.abs(master.firstAdvertMs - start.firstNotifyMs) < 100,
    );
    wire.at(ns(owner?.firstAdvertMs ?? start.firstNotifyMs), () => wire.start(router));
  }
  const actions = recording.actions.filter(({ action }) => action !== 'start');
  run.actionsDone.forEach((done, index) => {
    const action = actions[index] as Action;
    if (action.action !== done.action) throw new Error(`${recording.name}: actions do not pair up`);
    const conf = recording.hosts.find(({ name }) => name === action.host)?.conf ?? '';
    const untracked = conf.includes('dont_track_primary');
    wire.at(ns(done.tMs), () => act(wire, routers.get(action.host), action, untracked));
  });
  wire.runUntil(recording.durationMs * MS);
  return wire;
}

function ns(ms: number): number {
  return Math.round(ms * MS);
}

function act(wire: IdealWire, router: Router | undefined, action: Action, untracked: boolean): void {
  if (action.action === 'forge') {
    wire.inject(decodeFrame(action.hex ?? ''));
    return;
  }
  if (router === undefined) throw new Error(`${action.action} on a host without keepalived`);
  // The interface of the instance, or one it merely tracks.
  const tracked = action.interface !== undefined && action.interface !== 'ens33';
  switch (action.action) {
    case 'stop':
      wire.happen(router, { kind: 'stop' });
      break;
    case 'kill9':
      wire.kill(router);
      break;
    case 'partition':
    case 'heal':
      router.cut = action.action === 'partition';
      break;
    case 'drop-vrrp-in':
    case 'drop-vrrp-in-end':
      router.deaf = action.action === 'drop-vrrp-in';
      break;
    case 'addr-del':
      wire.happen(router, { kind: 'vipRemoved', address: router.parameters.addresses[0] ?? 0 });
      break;
    case 'link-down': {
      const cause: FaultCause = tracked ? 'tracked' : 'interface-down';
      if (!tracked) router.down = true;
      if (tracked || !untracked) wire.happen(router, { kind: 'fault', cause });
      break;
    }
    case 'link-up':
      if (!tracked) router.down = false;
      if (tracked || !untracked) wire.happen(router, { kind: 'recovered' });
      break;
    default:
      throw new Error(`not played here: ${action.action}`);
  }
}

// ── comparison ──────────────────────────────────────────────────────────────────────────────────────────

/** The process's start is known to 20 ms, its adverts drift by 0.16 ms each. */
const ANCHOR_TOLERANCE_MS = 30;

/** Where the machines did otherwise than was recorded; empty if nowhere. */
export function differences(recording: Recording, wire: IdealWire): string[] {
  const run = firstRun(recording);
  const found: string[] = [];
  for (const { name, conf } of recording.hosts) {
    if (conf === null) continue;
    const of = (list: readonly { host: string; state: string; priority: number }[]): string =>
      list
        .filter(({ host }) => host === name)
        .map(({ state, priority }) => `${state} ${priority}`)
        .join(', ');
    const recorded = of(run.transitions);
    const simulated = of(wire.transitions);
    if (recorded !== simulated) found.push(`${name}: recorded ${recorded}; simulated ${simulated}`);

    const takeovers = wire.takeovers.filter(({ host }) => host === name);
    run.takeovers
      .filter(({ host }) => host === name)
      .forEach((takeover, index) => {
        found.push(...takeoverDifferences(takeover, takeovers[index]));
      });
  }
  return found;
}

function takeoverDifferences(recorded: RecordedTakeover, simulated: Takeover | undefined): string[] {
  const { host, expectedMs, anchorMs, rule } = recorded;
  if (simulated === undefined) return [`${host}: no takeover at ${recorded.firstAdvertMs} ms`];
  const found: string[] = [];
  const anchor = anchorOf(simulated);
  if (rule == null || expectedMs == null || anchorMs == null) {
    if (anchor.rule !== 'owner') found.push(`${host}: ${anchor.rule} instead of an address owner's start`);
    return found;
  }
  if (!rule.startsWith(anchor.rule)) found.push(`${host}: ${anchor.rule} instead of ${rule}`);
  const waitedMs = (simulated.timeNs - anchor.timeNs) / MS;
  if (Math.abs(waitedMs - expectedMs) > 1) found.push(`${host}: ${waitedMs} ms instead of ${expectedMs}`);
  const offMs = anchor.timeNs / MS - anchorMs;
  if (Math.abs(offMs) > ANCHOR_TOLERANCE_MS) found.push(`${host}: anchor ${offMs} ms off ${anchorMs} ms`);
  return found;
}

function anchorOf({ why, timeNs }: Takeover): { rule: string; timeNs: number } {
  switch (why.kind) {
    case 'master-down':
      if (why.since !== 'advert') {
        return { rule: 'master-down timer after own entry to BACKUP', timeNs: why.sinceNs };
      }
      return { rule: 'master-down timer after advert of', timeNs: why.sinceNs };
    case 'priority-zero':
      return { rule: 'skew after priority-0 advert', timeNs: why.heardNs };
    case 'vip-removed':
      return { rule: 'skew after own entry to BACKUP', timeNs: why.sinceNs };
    case 'address-owner':
      return { rule: 'owner', timeNs };
  }
}

// ── adverts ─────────────────────────────────────────────────────────────────────────────────────────────

export interface Advert {
  readonly timeMs: number;
  readonly priority: number;
}

export function recordedAdverts(recording: Recording, host: string): Advert[] {
  return firstRun(recording)
    .frames.filter(({ from, summary }) => from === host && summary.startsWith('VRRP'))
    .map(({ tMs, summary }) => ({ timeMs: tMs, priority: Number(/ prio (\d+) /.exec(summary)?.[1]) }));
}

export function simulatedAdverts(wire: IdealWire, host: string): Advert[] {
  return wire.sent
    .filter((sent) => sent.host === host)
    .map(({ timeNs, priority }) => ({ timeMs: timeNs / MS, priority }));
}
