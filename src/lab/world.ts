/**
 * A laboratory standing up: hosts on one switch, each by its own cable, powered on and set up. Everything a person may
 * do to it afterwards is in faults.ts.
 */
import { Engine } from '../engine/engine.ts';
import { Cable } from '../link/cable.ts';
import { Nic } from '../link/nic.ts';
import { Switch } from '../link/switch.ts';
import type { CommandResult } from '../userland/command.ts';
import { Host } from '../userland/host.ts';
import { maskOf } from '../wire/ip-address.ts';
import { FrameLog } from './frame-log.ts';
import type { CommandRecord, PowerRecord } from './records.ts';
import type { HostPlan, Lab } from './scenario/scenario.ts';

export interface WorldOptions {
  readonly seed: string;
  /** Keeps every frame at every card: captures and the trace hash need it. Default true. */
  readonly keepFrames?: boolean;
  /** Keeps records in memory; without, they only reach observers. Default true. */
  readonly keepRecords?: boolean;
}

/** A host with what ties it to the segment. */
export class Station {
  constructor(
    readonly plan: HostPlan,
    readonly host: Host,
    /** One an interface, in the plan's order. */
    readonly cables: readonly Cable[],
    readonly nics: readonly Nic[],
  ) {}
}

export class World {
  readonly engine: Engine;
  readonly frames: FrameLog | null;
  readonly switch: Switch;
  /** By host name, in the order of the plan. */
  readonly stations = new Map<string, Station>();

  constructor(lab: Lab, options: WorldOptions) {
    this.engine = new Engine({ seed: options.seed, keepRecords: options.keepRecords ?? true });
    this.frames = (options.keepFrames ?? true) ? new FrameLog(this.engine) : null;
    this.switch = new Switch(this.engine, lab.switch.name);
    this.switch.ageingNs = lab.switch.ageingNs;
    this.switch.tap = this.frames;
    const plans = new Map(lab.hosts.map((plan) => [plan.name, plan]));
    const stations = new Map<string, Station>();
    for (const name of lab.switch.attach) {
      const plan = plans.get(name);
      if (plan !== undefined) stations.set(name, this.attach(plan));
    }
    for (const plan of lab.hosts) {
      this.stations.set(plan.name, stations.get(plan.name) ?? this.attach(plan));
    }
  }

  get hosts(): readonly Host[] {
    return [...this.stations.values()].map(({ host }) => host);
  }

  /** For names that were checked when the scenario was read. */
  station(name: string): Station {
    const station = this.stations.get(name);
    if (station === undefined) throw new RangeError(`no host is called ${name}`);
    return station;
  }

  host(name: string): Host {
    return this.station(name).host;
  }

  /** Powers every host on, in order, and types its set-up commands. */
  start(): void {
    for (const name of this.stations.keys()) {
      // No host's beginning follows from another's.
      this.engine.cause = 0;
      this.powerOn(name);
    }
    this.engine.cause = 0;
  }

  /** As when somebody presses the button: addresses as configured, then the set-up commands one after the other. */
  powerOn(name: string): void {
    const { plan, host } = this.station(name);
    if (host.powered) return;
    const cause = this.engine.recordCause<PowerRecord>({ host: name, kind: 'power', on: true });
    host.powerOn();
    const { kernel } = host;
    for (const card of plan.interfaces) {
      const device = kernel.devices.byName(card.name);
      if (device === null) continue;
      for (const { ip, length } of card.addresses) {
        kernel.addresses.add(device, ip, length, { broadcast: length < 31 ? ip | ~maskOf(length) : null });
      }
    }
    this.addDefaultRoute(plan, host);
    this.setUp(host, plan.setup, 0, cause);
  }

  powerOff(name: string): void {
    const { host } = this.station(name);
    if (!host.powered) return;
    this.engine.recordCause<PowerRecord>({ host: name, kind: 'power', on: false });
    host.powerOff();
  }

  /** Types a line at a host's shell and writes what came of it into the trace. */
  type(
    host: Host,
    origin: CommandRecord['origin'],
    line: string,
    done?: (result: CommandResult) => void,
  ): void {
    host.run(line, (result) => {
      this.engine.record<CommandRecord>({ host: host.name, kind: 'command', origin, line, ...result });
      done?.(result);
    });
  }

  /** Each line follows from the power-on, not from what the line before it did. */
  private setUp(host: Host, lines: readonly string[], index: number, cause: number): void {
    const line = lines[index];
    if (line === undefined) return;
    this.engine.cause = cause;
    this.type(host, 'setup', line, () => this.setUp(host, lines, index + 1, cause));
  }

  private addDefaultRoute(plan: HostPlan, host: Host): void {
    if (plan.gateway === null) return;
    const card = plan.interfaces[0];
    const device = card === undefined ? null : host.kernel.devices.byName(card.name);
    if (device === null) return;
    const route = { type: 'unicast', network: 0, length: 0, device, gateway: plan.gateway } as const;
    host.kernel.routes.add({ ...route, src: null, metric: 0, proto: 'boot', scope: 'global' });
  }

  private attach(plan: HostPlan): Station {
    const nics = plan.interfaces.map(({ name, mac }) => new Nic(this.engine, `${plan.name}:${name}`, mac));
    const cables = nics.map((nic) => this.plug(nic, plan));
    const cards = nics.map((nic, i) => ({ device: plan.interfaces[i]?.name ?? '', nic }));
    const host = new Host(this.engine, plan.name, cards);
    for (const [path, { text }] of Object.entries(plan.files)) host.files.write(path, text);
    return new Station(plan, host, cables, nics);
  }

  private plug(nic: Nic, plan: HostPlan): Cable {
    const port = this.switch.addPort(nic.name);
    const cable = new Cable(this.engine, nic.name, nic, port, plan.cable);
    nic.plug(cable.endA);
    port.plug(cable.endB);
    nic.tap = this.frames;
    cable.aToB.tap = this.frames;
    cable.bToA.tap = this.frames;
    cable.connect();
    return cable;
  }
}
