/**
 * Where the machines of a scenario come from: the lab it names and, over that, its own `hosts`. Each file is
 * a layer, and a later layer says what is different: interfaces and set-up replace, files and cables are
 * merged, `also` follows.
 */

import { suggestion } from '../../engine/suggestion.ts';
import { SECOND } from '../../engine/time.ts';
import type { CableOptions } from '../../link/cable.ts';
import type { Prefix } from '../../wire/ip-address.ts';
import { Mac } from '../../wire/mac.ts';
import { BUILT_IN_LABS, builtInLab } from './built-in-labs.ts';
import { type FileAccess, pathBeside } from './file-access.ts';
import type { Report } from './report.ts';
import type { HostFile, HostPlan, InterfacePlan, Lab, SwitchPlan } from './scenario.ts';
import type { CableEntry, HostEntry } from './schema.ts';
import { type LabShape, labShape } from './shape.ts';
import { shown } from './words.ts';
import { type Path, readYaml, type YamlSource } from './yaml-source.ts';

/** One file's share of the laboratory, and how to reach the files it names. */
export interface Layer {
  readonly source: YamlSource;
  readonly shape: LabShape;
  readonly access: FileAccess;
}

/** A host with where its parts were said, for problems found later. */
export interface HostDraft {
  readonly plan: HostPlan;
  /** The layer that gave the interfaces, and their path in it; null: no layer did. */
  readonly interfacesFrom: { readonly layer: Layer; readonly path: Path } | null;
  readonly gatewayFrom: Layer | null;
  /** Something of it could not be read: what is missing may have been there. */
  readonly broken: boolean;
}

const SHORT_FORM_INTERFACE = 'ens33';
const DEFAULT_SWITCH: SwitchPlan = { name: 'sw1', ageingNs: 300 * SECOND, attach: [] };
const MAC_BASE = 0x020000000000;

/** The layer of the lab a scenario names; null when there is none to be read, which is reported. */
export function labLayer(name: string, from: YamlSource, access: FileAccess, report: Report): Layer | null {
  const where = from.placeOf(['lab']);
  const builtIn = builtInLab(name);
  if (builtIn === null && !/\/|\.ya?ml$/.test(name)) {
    const hint = suggestion(
      name,
      BUILT_IN_LABS,
      'a lab of your own is named by its path, as in ./lab.yaml; built in',
    );
    report.error(where, 'unknown-lab', `there is no lab ${shown(name)}`, hint);
    return null;
  }
  const file = builtIn?.file ?? pathBeside(from.file, name);
  const files = builtIn?.access ?? access;
  const text = files.read(file);
  if (text === null) {
    report.error(where, 'missing-file', `the lab file ${name} cannot be read`, `looked for it at ${file}`);
    return null;
  }
  return readLayer(text, file, files, report);
}

/** A lab file's text as a layer; null when it is not even YAML. */
export function readLayer(text: string, file: string, access: FileAccess, report: Report): Layer | null {
  const { source, problems } = readYaml(text, file);
  report.add(problems);
  if (source.value === undefined) return null;
  return { source, shape: labShape(source, report), access };
}

/** The hosts of all layers, in order of first mention. */
export function mergedHosts(layers: readonly Layer[], report: Report): HostDraft[] {
  const drafts = new Map<string, HostDraft>();
  for (const layer of layers) {
    for (const [name, entry] of Object.entries(layer.shape.hosts)) {
      const before = drafts.get(name) ?? emptyDraft(name, layer);
      drafts.set(
        name,
        entry === null ? { ...before, broken: true } : withEntry(before, entry, layer, report),
      );
    }
  }
  return [...drafts.values()];
}

/** The switch with every host attached: those named first, the others after them in order. */
export function mergedSwitch(layers: readonly Layer[], hosts: readonly string[]): SwitchPlan {
  let plan = DEFAULT_SWITCH;
  for (const { shape } of layers) {
    plan = {
      name: shape.switch?.name ?? plan.name,
      ageingNs: shape.switch?.ageing ?? plan.ageingNs,
      attach: shape.switch?.attach ?? plan.attach,
    };
  }
  const named = plan.attach.filter((name) => hosts.includes(name));
  return { ...plan, attach: [...named, ...hosts.filter((name) => !named.includes(name))] };
}

export function labOf(drafts: readonly HostDraft[], layers: readonly Layer[]): Lab {
  const hosts = drafts.map((draft) => draft.plan);
  return {
    hosts,
    switch: mergedSwitch(
      layers,
      hosts.map((host) => host.name),
    ),
  };
}

function emptyDraft(name: string, layer: Layer): HostDraft {
  const place = layer.source.placeOfKey(['hosts', name]);
  const plan = { name, interfaces: [], gateway: null, files: {}, setup: [], cable: {}, place };
  return { plan, interfacesFrom: null, gatewayFrom: null, broken: false };
}

function withEntry(before: HostDraft, entry: HostEntry, layer: Layer, report: Report): HostDraft {
  const { plan } = before;
  const path = ['hosts', plan.name];
  const interfaces = interfacesOf(entry, layer.source, path);
  const merged: HostPlan = {
    ...plan,
    interfaces: interfaces ?? plan.interfaces,
    gateway: entry.gateway ?? plan.gateway,
    files: { ...plan.files, ...filesOf(entry, plan.name, layer, report) },
    setup: [...(entry.setup ?? plan.setup), ...(entry.also ?? [])],
    cable: { ...plan.cable, ...cableOf(entry.cable ?? {}) },
  };
  const key = entry.interfaces === undefined ? 'address' : 'interfaces';
  return {
    plan: merged,
    interfacesFrom: interfaces === null ? before.interfacesFrom : { layer, path: [...path, key] },
    gatewayFrom: entry.gateway === undefined ? before.gatewayFrom : layer,
    broken: before.broken,
  };
}

function interfacesOf(entry: HostEntry, source: YamlSource, path: Path): InterfacePlan[] | null {
  if (entry.interfaces !== undefined) {
    return Object.entries(entry.interfaces).map(([name, { address, mac }]) =>
      interfacePlan(name, address, mac, source, [...path, 'interfaces', name, 'address']),
    );
  }
  if (entry.address === undefined) return null;
  return [interfacePlan(SHORT_FORM_INTERFACE, entry.address, undefined, source, [...path, 'address'])];
}

function interfacePlan(
  name: string,
  address: Prefix | readonly Prefix[],
  mac: Mac | undefined,
  source: YamlSource,
  path: Path,
): InterfacePlan {
  const addresses = 'ip' in address ? [address] : address;
  const lastByte = (addresses[0]?.ip ?? 0) & 255;
  return { name, mac: mac ?? Mac.of(MAC_BASE + lastByte), addresses, place: source.placeOf(path) };
}

function filesOf(entry: HostEntry, host: string, layer: Layer, report: Report): Record<string, HostFile> {
  const files: Record<string, HostFile> = {};
  for (const [path, from] of Object.entries(entry.files ?? {})) {
    if (typeof from !== 'string') {
      files[path] = { text: from.text, source: `${host}:${path}` };
      continue;
    }
    const found = pathBeside(layer.source.file, from);
    const text = layer.access.read(found);
    if (text === null) {
      const where = layer.source.placeOf(['hosts', host, 'files', path]);
      report.error(where, 'missing-file', `the file ${from} cannot be read`, `looked for it at ${found}`);
      continue;
    }
    files[path] = { text, source: found };
  }
  return files;
}

function cableOf(entry: CableEntry): CableOptions {
  return {
    ...(entry.latency === undefined ? {} : { latencyNs: entry.latency }),
    ...(entry.jitter === undefined ? {} : { jitterNs: entry.jitter }),
    ...(entry.loss === undefined ? {} : { loss: entry.loss }),
    ...(entry.bandwidth === undefined ? {} : { bitsPerSecond: entry.bandwidth }),
  };
}
