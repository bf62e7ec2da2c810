/**
 * keepalived's checks of one virtual_server once everything is read, in its order, and what it fills in.
 * Source: [183-vs-minimal], [184-vs-empty], [195-vs-no-port], [221-rs-duplicate], [223-rs-port-mismatch-dr].
 */
import { SECOND } from '../../engine/time.ts';
import type { ForwardingMethod, VirtualServerConfig } from './model.ts';
import type { Pass } from './pass.ts';
import type { Section } from './section.ts';

/** A service whose gaps are not filled yet. */
export interface ServerDraft {
  protocol: VirtualServerConfig['protocol'] | null;
  scheduler: VirtualServerConfig['scheduler'] | null;
  method: ForwardingMethod | null;
  persistenceTimeoutNs: number | null;
  readonly persistenceMask: number;
  quorum: number;
  hysteresis: number;
  readonly alpha: boolean;
  readonly omega: boolean;
  onePacket: boolean;
  realServers: readonly Section[];
}

const PERSISTENCE_NS = 360 * SECOND;
const MAX_UNSIGNED = 2 ** 32 - 1;

type Say = (code: string, text: string, keyword: string, hint: string) => void;

/** Fills in and puts right; false: there is no such service. */
export function checkServer(pass: Pass, section: Section, draft: ServerDraft): boolean {
  const say: Say = (code, text, keyword, hint) => {
    pass.say(code, 'warning', text, section.whereOf(keyword), hint);
  };
  const nameNow = (): string => `${section.name}:${draft.protocol?.toLowerCase() ?? 'none'}:${section.port}`;
  if (draft.realServers.length === 0) {
    const text = `Virtual server ${nameNow()} has no real servers - ignoring`;
    pass.say('no-real-server', 'error', text, section.where, 'write a real_server block');
    return false;
  }
  if (draft.protocol === null) {
    const text = `Virtual server ${nameNow()}: no protocol set - defaulting to UDP`;
    say('missing-keyword', text, 'protocol', "write 'protocol TCP' for a service over TCP");
    draft.protocol = 'UDP';
  }
  const name = nameNow();
  if (draft.onePacket && draft.protocol !== 'UDP') {
    const text = `Virtual server ${name}: one packet scheduling requires UDP - resetting`;
    say('value-corrected', text, 'ops', 'it is off');
    draft.onePacket = false;
  }
  if (section.port === 0 && draft.persistenceTimeoutNs === null) {
    const text = `Virtual server ${name}: zero port only valid for persistent services - setting`;
    say('value-corrected', text, '', 'write a port, or persistence_timeout; 360 s is used');
    draft.persistenceTimeoutNs = PERSISTENCE_NS;
  }
  if (draft.scheduler === null) {
    const text = `Virtual server ${name}: no scheduler set, setting default 'wlc'`;
    say('missing-keyword', text, 'lb_algo', "write 'lb_algo rr', or another scheduler");
    draft.scheduler = 'wlc';
  }
  checkRealServers(pass, section, draft, name);
  checkQuorum(section, draft, name, say);
  checkPorts(pass, section, draft, name);
  return true;
}

/** One real server after the other, and at last the sorry server. */
function checkRealServers(pass: Pass, section: Section, draft: ServerDraft, name: string): void {
  const sorry = section.child('sorry_server');
  const kept: Section[] = [];
  for (const server of draft.realServers) {
    if (kept.some(({ ip, port }) => ip === server.ip && port === server.port)) {
      const text = `VS ${name}: real server ${realName(server, draft)} is duplicated - removing second rs`;
      pass.say('repeated-name', 'error', text, server.where, 'address and port must differ');
      continue;
    }
    kept.push(server);
    needMethod(pass, section, draft, name, server);
    if (sorry !== null && server.ip === sorry.ip && server.port === sorry.port) {
      checkSorryServer(pass, section, draft, name, server, sorry);
    }
  }
  draft.realServers = kept;
  if (sorry !== null) needMethod(pass, section, draft, name, sorry);
  draft.method ??= 'NAT';
}

function needMethod(pass: Pass, section: Section, draft: ServerDraft, name: string, server: Section): void {
  if (draft.method !== null || server.has('method')) return;
  draft.method = 'NAT';
  const text = `Virtual server ${name}: no forwarding method set, setting default NAT`;
  pass.say('missing-keyword', 'warning', text, section.where, "write 'lb_kind DR', NAT or TUN");
}

/** A sorry server that is a real server too fails as that one does. */
function checkSorryServer(
  pass: Pass,
  section: Section,
  draft: ServerDraft,
  name: string,
  server: Section,
  sorry: Section,
): void {
  const inhibit = server.boolean('inhibit_on_failure') ?? section.boolean('inhibit_on_failure') ?? false;
  if (inhibit === (sorry.boolean('inhibit') ?? false)) return;
  const text =
    `Virtual server ${name}: real server ${realName(server, draft)} matches sorry server, ` +
    `but inhibit setting differs, ${inhibit ? 'setting' : 'clearing'} on sorry server`;
  pass.say('value-corrected', 'warning', text, sorry.where);
  sorry.set('inhibit', inhibit, sorry.where);
}

function checkQuorum(section: Section, draft: ServerDraft, name: string, say: Say): void {
  const weights = draft.realServers.map((server) => server.number('weight') ?? section.number('weight') ?? 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (draft.quorum > total) {
    const text =
      `Warning - quorum ${draft.quorum} for ${name} exceeds total weight of real servers ${total}, ` +
      `reducing quorum to ${total}`;
    say('value-corrected', text, 'quorum', 'it could never be reached');
    draft.quorum = total;
  }
  if (draft.hysteresis < draft.quorum) return;
  const lower = draft.quorum === 0 ? MAX_UNSIGNED : draft.quorum - 1;
  const text =
    `Virtual server ${name}: hysteresis ${draft.hysteresis} >= quorum ${draft.quorum}; ` +
    `setting hysteresis to ${lower}`;
  say('value-corrected', text, 'hysteresis', 'it must be smaller than the quorum');
  draft.hysteresis = lower;
}

/** DR and TUN hand packets on as they are, so the port cannot change. */
function checkPorts(pass: Pass, section: Section, draft: ServerDraft, name: string): void {
  const keepsPort = (server: Section): boolean => (server.text('method') ?? draft.method) !== 'NAT';
  for (const server of draft.realServers) {
    if (!keepsPort(server) || server.port === 0 || server.port === section.port) continue;
    const text =
      `WARNING - virtual server ${name} and real server ${realName(server, draft)} ` +
      "ports don't match - resetting";
    pass.say('value-corrected', 'warning', text, server.where, `port ${section.port} is used`);
  }
  const sorry = section.child('sorry_server');
  if (sorry === null || !keepsPort(sorry) || sorry.port === 0 || sorry.port === section.port) return;
  const text = `WARNING - virtual server ${name} and sorry server ports don't match - resetting`;
  pass.say('value-corrected', 'warning', text, sorry.where, `port ${section.port} is used`);
}

function realName(server: Section, draft: ServerDraft): string {
  return `${server.name}:${draft.protocol?.toLowerCase() ?? 'none'}:${server.port}`;
}
