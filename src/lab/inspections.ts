/**
 * Looks into the living world at given moments, from outside: they are no events, draw nothing and send nothing, so a
 * run with them is the run without. Only a command that itself talks to the network (ping, curl) takes part.
 */
import type { CommandResult } from '../userland/command.ts';
import { ipText } from '../wire/ip-address.ts';
import { type Finding, sameSet } from './expectations.ts';
import type { Expectation } from './scenario/scenario.ts';
import type { World } from './world.ts';

type Inspected = Extract<Expectation, { kind: 'arp' | 'pool' | 'output' }>;

/** A command to be typed at a moment for a person to read. */
export interface Look {
  readonly host: string;
  readonly command: string;
  readonly atNs: number;
}

export interface LookResult extends Look {
  /** null: the command had not ended when the run did. */
  readonly result: CommandResult | null;
}

interface Inspection {
  readonly atNs: number;
  readonly inspect: (world: World) => void;
}

export class Inspections {
  private readonly findings = new Map<Expectation, Finding>();
  private readonly seen: { look: Look; result: CommandResult | null }[] = [];
  private readonly pending: Inspection[] = [];

  constructor(expectations: readonly Expectation[], looks: readonly Look[]) {
    for (const expected of expectations) {
      if (expected.kind === 'arp' || expected.kind === 'pool' || expected.kind === 'output') {
        this.pending.push({ atNs: expected.atNs, inspect: (world) => this.inspect(expected, world) });
      }
    }
    for (const look of looks) {
      this.pending.push({ atNs: look.atNs, inspect: (world) => this.look(look, world) });
    }
    this.pending.sort((a, b) => a.atNs - b.atNs);
  }

  /** When the next one is due; null: none is left. */
  get nextNs(): number | null {
    return this.pending[0]?.atNs ?? null;
  }

  /** Does all that are due at this moment. */
  inspectNow(world: World): void {
    while (this.pending[0] !== undefined && this.pending[0].atNs <= world.engine.nowNs) {
      this.pending.shift()?.inspect(world);
    }
  }

  finding(expectation: Expectation): Finding | undefined {
    return this.findings.get(expectation);
  }

  get looks(): readonly LookResult[] {
    return this.seen.map(({ look, result }) => ({ ...look, result }));
  }

  private look(look: Look, world: World): void {
    const entry: { look: Look; result: CommandResult | null } = { look, result: null };
    this.seen.push(entry);
    world.host(look.host).run(look.command, (result) => {
      entry.result = result;
    });
  }

  private inspect(expected: Inspected, world: World): void {
    switch (expected.kind) {
      case 'arp':
        this.findings.set(expected, findNeighbour(expected, world));
        return;
      case 'pool':
        this.findings.set(expected, findPool(expected, world));
        return;
      case 'output':
        this.findings.set(expected, { outcome: 'fail', found: 'the command had not ended' });
        world.host(expected.host).run(expected.command, (result) => {
          this.findings.set(expected, findOutput(expected, result));
        });
    }
  }
}

function findNeighbour(expected: Extract<Inspected, { kind: 'arp' }>, world: World): Finding {
  const { kernel } = world.host(expected.host);
  const known = kernel.neighbours.list().find(({ ip, mac }) => ip === expected.ip && mac !== null);
  if (known === undefined) return { outcome: 'fail', found: `no entry for ${ipText(expected.ip)}` };
  return sameSet([ownerOf(known.mac, world)], [expected.owner]);
}

function findPool(expected: Extract<Inspected, { kind: 'pool' }>, world: World): Finding {
  const servers = world
    .host(expected.host)
    .ipvs.services.flatMap(({ destinations }) => destinations.map(({ ip }) => hostWith(ip, world)));
  return sameSet(servers, expected.servers);
}

function findOutput(expected: Extract<Inspected, { kind: 'output' }>, result: CommandResult): Finding {
  const text = result.stdout + result.stderr;
  const has = expected.contains === null || text.includes(expected.contains);
  const lacks = expected.lacks === null || !text.includes(expected.lacks);
  return has && lacks ? { outcome: 'pass', found: null } : { outcome: 'fail', found: text.trim() };
}

/** The host a MAC belongs to; the MAC itself if to none. */
export function ownerOf(mac: { toString(): string } | null, world: World): string {
  for (const { plan, nics } of world.stations.values()) {
    if (nics.some((nic) => nic.mac === mac)) return plan.name;
  }
  return String(mac);
}

function hostWith(ip: number, world: World): string {
  for (const { plan } of world.stations.values()) {
    if (plan.interfaces.some(({ addresses }) => addresses.some((address) => address.ip === ip)))
      return plan.name;
  }
  return ipText(ip);
}
