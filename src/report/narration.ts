/**
 * The story of a run, line by line: what changed, where, and why. A reading of the trace; what did not change anything
 * a person cares about (a log line, a repeated announcement) is left to the trace itself.
 */
import { MS, secondsText } from '../engine/time.ts';
import type { AnnounceRecord, CheckerRecord, VrrpRecord } from '../keepalived/records.ts';
import { masterships, rivalries } from '../lab/history.ts';
import { type ActionRecord, type CommandRecord, type LabRecord, recordsOf } from '../lab/records.ts';
import type { Run } from '../lab/run.ts';
import type { AddressRecord, NeighbourRecord } from '../linux/records.ts';
import { ipText } from '../wire/ip-address.ts';
import type { Mac } from '../wire/mac.ts';
import { actionText } from './action-text.ts';
import { reasonText } from './reasons.ts';
import type { StoryLine } from './story-line.ts';
import { trafficLines } from './traffic-lines.ts';

export function narrate(run: Run): StoryLine[] {
  const narrator = new Narrator(run);
  const told = run.trace.flatMap((record) => narrator.tell(record));
  const lines = [...told, ...rivalLines(run), ...trafficLines(run)];
  // Sorting is stable: lines of one moment stay in the order of the trace.
  return lines.sort((a, b) => a.timeNs - b.timeNs);
}

/** The old master steps down when it hears the new one: for as long as that takes, two are nothing to speak of. */
const BRIEF_NS = 10 * MS;

function rivalLines(run: Run): StoryLine[] {
  return rivalries(masterships(run.trace))
    .filter(({ fromNs, toNs }) => toNs - fromNs > BRIEF_NS)
    .map(({ fromNs, toNs, hosts }) => {
      const last = toNs > run.untilNs ? 'the end' : `${secondsText(toNs)} s`;
      const text = `${hosts.join(' and ')} are MASTER at the same time, until ${last}`;
      return { timeNs: fromNs, host: '', text, aside: null, mood: 'odd', record: 0 };
    });
}

class Narrator {
  private readonly byId = new Map<number, LabRecord>();
  private readonly names = new Map<number, string>();
  private readonly cards = new Map<Mac, string>();
  /** Addresses that drift: announced by any instance. Beliefs about others are nobody's story. */
  private readonly virtual: ReadonlySet<number>;
  private readonly clients: ReadonlySet<string>;

  constructor(run: Run) {
    for (const record of run.trace) this.byId.set(record.id, record);
    for (const { name, interfaces } of run.scenario.lab.hosts) {
      for (const { mac, addresses } of interfaces) {
        this.cards.set(mac, name);
        for (const { ip } of addresses) this.names.set(ip, name);
      }
    }
    this.virtual = new Set(recordsOf(run.trace, 'announce').flatMap(({ addresses }) => addresses));
    this.clients = new Set(run.scenario.traffic.map(({ client }) => client));
  }

  tell(record: LabRecord): StoryLine[] {
    switch (record.kind) {
      case 'vrrp':
        return [this.transition(record)];
      case 'announce':
        return record.why === 'transition' ? [this.takesAddress(record)] : [];
      case 'action':
        return [this.action(record)];
      case 'daemon':
        return record.event === 'refused' ? [line(record, `${record.name} does not start`, 'fault')] : [];
      case 'neighbour':
        return this.belief(record);
      case 'address':
        return this.address(record);
      case 'checker':
        return this.verdict(record);
      case 'carrier':
        return this.carrier(record);
      case 'command':
        return this.command(record);
      default:
        return [];
    }
  }

  private transition(record: VrrpRecord): StoryLine {
    const { instance, from, to, priority, why } = record;
    if (why.kind === 'start' && to === 'BACKUP') {
      return line(record, `keepalived starts, ${instance} enters BACKUP (priority ${priority})`);
    }
    if (from === 'MASTER' && why.kind === 'stop') {
      return line(record, `${instance} resigns with priority 0, keepalived stops`);
    }
    const reason = reasonText(why, (ip) => this.names.get(ip) ?? ipText(ip));
    return line(record, `${`${instance} → ${to}`.padEnd(20)} ${reason}`);
  }

  private takesAddress(record: AnnounceRecord): StoryLine {
    const addresses = record.addresses.map(ipText).join(', ');
    return line(record, `takes ${addresses}, announces it by ${record.rounds} gratuitous ARPs`);
  }

  private action(record: ActionRecord): StoryLine {
    const { text, mood } = actionText(record.action);
    const aside = record.line === null ? null : `(scenario line ${record.line})`;
    return { ...line(record, text, mood), aside };
  }

  /** Whom a host takes for the holder of a virtual address; a client's first opinion counts, others' only changes. */
  private belief(record: NeighbourRecord): StoryLine[] {
    const { host, ip, mac, previousMac, because } = record;
    if (!this.virtual.has(ip)) return [];
    if (previousMac === null && !this.clients.has(host)) return [];
    const was = previousMac === null ? '' : `, was ${this.ownerOf(previousMac)}`;
    if (mac === null) return [line(record, `gives up ${ipText(ip)}: ${because}${was}`, 'odd')];
    return [line(record, `believes ${ipText(ip)} is at ${this.ownerOf(mac)} (${mac})${was}`)];
  }

  /** A virtual address that somebody other than keepalived put on a card, or took off it. */
  private address(record: AddressRecord): StoryLine[] {
    const { device, ip, op, label } = record;
    if (device === 'lo' || !this.virtual.has(ip) || this.isKeepaliveds(record)) return [];
    const verb = op === 'add' ? 'holds' : 'no longer holds';
    return [line(record, `${verb} ${ipText(ip)} as ${label}, whatever VRRP says`, 'odd')];
  }

  private isKeepaliveds(record: AddressRecord): boolean {
    return this.byId.get(record.cause)?.kind === 'vrrp';
  }

  private verdict(record: CheckerRecord): StoryLine[] {
    const { server, up, retries, sinceNs, error, timeNs } = record;
    if (up) return [line(record, `check of ${server} succeeds: it is in the pool`, 'good')];
    const tries = retries === 0 ? 'at once' : `after ${retries} ${retries === 1 ? 'retry' : 'retries'}`;
    const lasted = secondsText(timeNs - sinceNs);
    const why = error === null ? '' : ` (${error})`;
    return [
      line(record, `gives ${server} up ${tries}${why}, ${lasted} s after its first failed check`, 'fault'),
    ];
  }

  private carrier(record: Extract<LabRecord, { kind: 'carrier' }>): StoryLine[] {
    if (record.timeNs === 0 || this.isByPower(record)) return [];
    const what = record.carrier ? 'has its carrier back' : 'loses its carrier';
    return [line(record, `${record.device} ${what}`, record.carrier ? 'plain' : 'fault')];
  }

  private isByPower(record: LabRecord): boolean {
    const cause = this.byId.get(record.cause);
    return cause?.kind === 'power' || (cause?.kind === 'action' && cause.action.kind === 'power-on');
  }

  private command(record: CommandRecord): StoryLine[] {
    const { origin, exit, stdout, stderr } = record;
    const said = (stderr + stdout).trim().split('\n')[0] ?? '';
    if (exit !== 0) {
      const status = `exits ${exit}${said === '' ? '' : `: ${said}`}`;
      return [line(record, `\`${record.line}\` ${status}`, origin === 'setup' ? 'odd' : 'plain')];
    }
    return [];
  }

  private ownerOf(mac: Mac): string {
    return this.cards.get(mac) ?? String(mac);
  }
}

function line(record: LabRecord, text: string, mood: StoryLine['mood'] = 'plain'): StoryLine {
  return { timeNs: record.timeNs, host: record.host, text, aside: null, mood, record: record.id };
}
