/**
 * What must be true of the machines together: addresses and MACs are unique, gateways reachable, ports known.
 */
import { compareIp, ipText, isInPrefix, prefixText } from '../../wire/ip-address.ts';
import type { HostDraft, Layer } from './layers.ts';
import type { Report } from './report.ts';
import type { InterfacePlan } from './scenario.ts';
import { suggestion } from './suggestion.ts';
import { shown } from './words.ts';

/** `complete`: every layer could be read, so that what is missing is missing indeed. */
export function checkLab(
  drafts: readonly HostDraft[],
  layers: readonly Layer[],
  complete: boolean,
  report: Report,
): void {
  for (const draft of drafts) {
    checkInterfaces(draft, layers, complete, report);
    checkGateway(draft, report);
  }
  checkUnique(drafts, layers, report);
  for (const layer of layers) checkAttach(layer, drafts, complete, report);
  if (drafts.length === 0 && complete) {
    const last = layers.at(-1);
    if (last === undefined) return;
    const hint = 'name a lab (lab: tutorial), or write the machines under hosts:';
    report.error(last.source.placeOf(['hosts']), 'no-hosts', 'there are no hosts', hint);
  }
}

function checkInterfaces(
  draft: HostDraft,
  layers: readonly Layer[],
  complete: boolean,
  report: Report,
): void {
  const { name, interfaces, place } = draft.plan;
  for (const { source, shape } of layers) {
    const entry = Object.hasOwn(shape.hosts, name) ? shape.hosts[name] : undefined;
    if (entry?.address === undefined || entry.interfaces === undefined) continue;
    const where = source.placeOfKey(['hosts', name, 'address']);
    const hint = 'address is short for the interface ens33: move it under interfaces';
    report.error(where, 'two-forms', `${name} has both address and interfaces`, hint);
  }
  if (interfaces.length > 0 || draft.broken || !complete || place === null) return;
  report.error(place, 'missing-key', `${name} has no address`, 'as in address: 192.168.100.100/24');
}

function checkGateway(draft: HostDraft, report: Report): void {
  const { name, gateway, interfaces } = draft.plan;
  if (gateway === null || draft.gatewayFrom === null || interfaces.length === 0) return;
  const own = interfaces.flatMap((card) => card.addresses);
  const where = draft.gatewayFrom.source.placeOf(['hosts', name, 'gateway']);
  if (own.some((address) => address.ip === gateway)) {
    report.error(where, 'bad-gateway', `the gateway ${ipText(gateway)} is ${name} itself`);
  } else if (!own.some((address) => isInPrefix(gateway, address.ip, address.length))) {
    const hint = `${name} reaches ${own.map(prefixText).join(', ')}`;
    report.error(where, 'bad-gateway', `${name} has no address in the network of its gateway`, hint);
  }
}

interface Owner {
  readonly draft: HostDraft;
  readonly card: InterfacePlan;
  /** Index of the layer that gave it. */
  readonly layer: number;
}

function checkUnique(drafts: readonly HostDraft[], layers: readonly Layer[], report: Report): void {
  const byAddress = new Map<string, Owner>();
  const byMac = new Map<string, Owner>();
  for (const draft of drafts) {
    const layer = layers.findIndex((candidate) => candidate === draft.interfacesFrom?.layer);
    for (const card of draft.plan.interfaces) {
      const owner = { draft, card, layer };
      let shared = false;
      const ips = card.addresses.map((address) => address.ip).sort(compareIp);
      for (const ip of ips) {
        const other = byAddress.get(ipText(ip));
        if (other === undefined) byAddress.set(ipText(ip), owner);
        else clash('duplicate-address', ipText(ip), other, owner, report);
        shared ||= other !== undefined;
      }
      const mac = card.mac.toString();
      const other = byMac.get(mac);
      if (other === undefined) byMac.set(mac, owner);
      // Two equal addresses also make two equal default MACs: that is one mistake, not two.
      else if (!shared) clash('duplicate-mac', mac, other, owner, report);
    }
  }
}

/** Reported where it was said last: a scenario is blamed, not the lab it changes. */
function clash(code: string, what: string, a: Owner, b: Owner, report: Report): void {
  const [kept, blamed] = a.layer > b.layer ? [b, a] : [a, b];
  const where = blamed.card.place;
  if (where === null) return;
  const self = kept.draft === blamed.draft;
  const holder = self ? 'twice' : `as ${kept.draft.plan.name} has`;
  const at = kept.card.place === null || self ? '' : ` (${kept.card.place.file}:${kept.card.place.line})`;
  const hint =
    code === 'duplicate-mac'
      ? `by default a MAC ends in the address's last byte: give one of them a mac`
      : null;
  report.error(where, code, `${blamed.draft.plan.name} has ${what} ${holder}${at}`, hint);
}

function checkAttach(layer: Layer, drafts: readonly HostDraft[], complete: boolean, report: Report): void {
  const attach = layer.shape.switch?.attach ?? [];
  const known = drafts.map((draft) => draft.plan.name);
  attach.forEach((name, index) => {
    const where = layer.source.placeOf(['switch', 'attach', index]);
    if (attach.indexOf(name) < index) {
      report.error(where, 'attached-twice', `${name} is attached twice`);
    } else if (complete && !known.includes(name)) {
      report.error(
        where,
        'unknown-host',
        `there is no host ${shown(name)}`,
        suggestion(name, known, 'hosts'),
      );
    }
  });
}
