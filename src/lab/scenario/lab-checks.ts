/**
 * What must be true of the machines together: addresses and MACs are unique, gateways reachable, ports known.
 */
import type { Place } from '../../engine/problem.ts';
import { suggestion } from '../../engine/suggestion.ts';
import { ipText, isInPrefix, prefixText } from '../../wire/ip-address.ts';
import type { Mac } from '../../wire/mac.ts';
import type { HostDraft, Layer } from './layers.ts';
import type { Report } from './report.ts';
import { shown } from './words.ts';
import type { Path } from './yaml-source.ts';

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

/** Who has an address or a MAC, and where that is said. */
interface Owner {
  readonly host: string;
  readonly where: Place;
  /** Index of the layer that says it. */
  readonly layer: number;
}

function checkUnique(drafts: readonly HostDraft[], layers: readonly Layer[], report: Report): void {
  const byAddress = new Map<number, Owner>();
  const byMac = new Map<Mac, Owner>();
  for (const { plan, interfacesFrom: from } of drafts) {
    if (from === null) continue;
    const layer = layers.indexOf(from.layer);
    for (const card of plan.interfaces) {
      const isShort = from.path.at(-1) === 'address';
      const cardPath = [...from.path, card.name];
      const addressPath = isShort ? from.path : [...cardPath, 'address'];
      const owner = (path: Path) => ({ host: plan.name, where: from.layer.source.placeOf(path), layer });
      let shared = false;
      card.addresses.forEach(({ ip }, index) => {
        const self = owner([...addressPath, index]);
        const other = byAddress.get(ip);
        shared ||= other !== undefined;
        if (other === undefined) byAddress.set(ip, self);
        else clash('duplicate-address', ipText(ip), other, self, report);
      });
      const self = owner(isShort ? from.path : [...cardPath, 'mac']);
      const other = byMac.get(card.mac);
      if (other === undefined) byMac.set(card.mac, self);
      // Two equal addresses also make two equal default MACs: that is one mistake, not two.
      else if (!shared) clash('duplicate-mac', card.mac.toString(), other, self, report);
    }
  }
}

/** Reported where it was said last: a scenario is blamed, not the lab it changes. */
function clash(code: string, what: string, a: Owner, b: Owner, report: Report): void {
  const [kept, blamed] = a.layer > b.layer ? [b, a] : [a, b];
  const { file, line } = kept.where;
  const message =
    kept.host === blamed.host
      ? `${blamed.host} has ${what} twice`
      : `${blamed.host} has ${what}, which ${kept.host} has already (${file}:${line})`;
  const isMac = code === 'duplicate-mac';
  const hint = isMac ? "by default a MAC ends in the address's last byte: give one of them a mac" : null;
  report.error(blamed.where, code, message, hint);
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
