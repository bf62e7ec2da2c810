/**
 * `ip route`: show, get, flush; what changes the table is in ip-route-change.ts. Tables main and local exist,
 * local for show alone. Not simulated: other tables, routes per source or mark, the route cache's exceptions
 * but for their effect (how long a redirect still holds is not shown), save and restore.
 */
import type { Device } from '../linux/device.ts';
import type { Route } from '../linux/routes.ts';
import { ipText, isInPrefix } from '../wire/ip-address.ts';
import { changeRoute } from './ip-route-change.ts';
import { ROUTE_USAGE, readProto, readScope } from './ip-route-words.ts';
import type { IpRun } from './ip-run.ts';
import { BAD_LINE, BAD_VALUE, begins, type TypedPrefix } from './ip-words.ts';
import { type LocalRoute, localRouteTo, localTable, mainTable } from './route-tables.ts';

export function ipRoute(run: IpRun): void {
  const { words } = run;
  if (!words.more) return show(run);
  const command = words.take();
  if (['list', 'show', 'lst'].some((name) => begins(command, name))) return show(run);
  if (begins(command, 'get')) return get(run);
  if (begins(command, 'add')) return changeRoute(run, 'add');
  if (begins(command, 'change') || command === 'chg') return changeRoute(run, 'change');
  if (begins(command, 'replace')) return changeRoute(run, 'replace');
  if (begins(command, 'delete')) return changeRoute(run, 'delete');
  if (begins(command, 'flush')) return flush(run);
  if (begins(command, 'help')) return usage(run);
  run.unknownCommand(command, 'route', ['prepend', 'append', 'test', 'save', 'restore', 'showdump']);
}

function usage(run: IpRun): void {
  run.process.err(ROUTE_USAGE);
  run.process.exit(BAD_LINE);
}

// ── which routes ───────────────────────────────────────────────────────────────────────────────────────────

interface Selector {
  table: 'main' | 'local' | 'all';
  device: Device | null;
  via: number | null;
  proto: string | null;
  scope: string | null;
  /** Not shorter than this prefix and within it; not longer than that and around it. */
  root: TypedPrefix | null;
  match: TypedPrefix | null;
}

const TABLES: ReadonlyMap<string, Selector['table']> = new Map([
  ['main', 'main'],
  ['254', 'main'],
  ['local', 'local'],
  ['255', 'local'],
  ['all', 'all'],
]);
const OTHER_SELECTORS = [
  'cloned',
  'cached',
  'tos',
  'dsfield',
  'type',
  'iif',
  'oif',
  'realms',
  'from',
  'src',
  'vrf',
];

/** null: complained, or help was asked for. */
function readSelector(run: IpRun): Selector | null {
  const { words, kernel } = run;
  const selector: Selector = {
    table: 'main',
    device: null,
    via: null,
    proto: null,
    scope: null,
    root: null,
    match: null,
  };
  while (words.more) {
    const word = words.take();
    if (begins(word, 'table')) readTable(run, selector);
    else if (word === 'dev') selector.device = words.device(words.value(), kernel);
    else if (word === 'via') selector.via = words.address(words.value());
    else if (begins(word, 'protocol')) selector.proto = readProto(run, words.value());
    else if (begins(word, 'scope')) selector.scope = readScope(run, words.value());
    else if (word === 'cache' || OTHER_SELECTORS.includes(word)) words.notSimulated(word);
    else if (begins(word, 'help')) {
      usage(run);
      return null;
    } else readPrefixes(run, selector, word);
  }
  return run.complained() ? null : selector;
}

function readTable(run: IpRun, selector: Selector): void {
  const { words } = run;
  const name = words.value();
  const table = TABLES.get(name);
  if (table !== undefined) selector.table = table;
  else if (/^\d+$/.test(name) || name === 'cache' || name === 'default') words.notSimulated(`table ${name}`);
  else words.wrong(name, 'table id value is invalid\n');
}

function readPrefixes(run: IpRun, selector: Selector, first: string): void {
  const { words } = run;
  let word = first === 'to' ? words.value() : first;
  const how = begins(word, 'root') ? 'root' : begins(word, 'match') ? 'match' : 'exact';
  if (how !== 'exact' || begins(word, 'exact')) word = words.value();
  const prefix = words.prefix(word);
  if (how !== 'match') selector.root = prefix;
  if (how !== 'root') selector.match = prefix;
}

function selects(selector: Selector, route: Route | LocalRoute): boolean {
  const { root, match, device } = selector;
  const { network, length } = route;
  if (device !== null && (route.device !== device || !hasDevice(route))) return false;
  if (root !== null && (length < root.length || !isInPrefix(network, root.ip, root.length))) return false;
  if (match !== null && (length > match.length || !isInPrefix(match.ip, network, length))) return false;
  const { via, proto, scope } = partsOf(route);
  if (selector.via !== null && via !== selector.via) return false;
  return (
    (selector.proto === null || proto === selector.proto) &&
    (selector.scope === null || scope === selector.scope)
  );
}

// ── show and flush ─────────────────────────────────────────────────────────────────────────────────────────

function show(run: IpRun): void {
  const selector = readSelector(run);
  if (selector === null) return;
  const { kernel, process } = run;
  const main = selector.table === 'local' ? [] : mainTable(kernel);
  const local = selector.table === 'main' ? [] : localTable(kernel);
  for (const route of [...main, ...local]) {
    if (selects(selector, route)) process.out(`${routeText(route, selector)}\n`);
  }
  process.exit(0);
}

/** What selects need not be repeated: iproute2 leaves it out of each line. */
function routeText(route: Route | LocalRoute, selector: Selector): string {
  const { via, proto, scope, src, metric } = partsOf(route);
  let text = route.type === 'unicast' ? '' : `${route.type} `;
  text += `${prefixText(route)} `;
  if (via !== null && selector.via === null) text += `via ${ipText(via)} `;
  if (hasDevice(route) && selector.device === null) text += `dev ${route.device.name} `;
  if (isLocal(route) && selector.table === 'all') text += 'table local ';
  if (proto !== 'boot' && selector.proto === null) text += `proto ${proto} `;
  if (scope !== 'global' && selector.scope === null) text += `scope ${scope} `;
  if (src !== null) text += `src ${ipText(src)} `;
  if (metric !== 0) text += `metric ${metric} `;
  const linkdown = hasDevice(route) && route.type !== 'local' && route.device.up && !route.device.carrier;
  return linkdown ? `${text}linkdown ` : text;
}

function prefixText({ network, length }: { network: number; length: number }): string {
  if (length === 0) return 'default';
  return length === 32 ? ipText(network) : `${ipText(network)}/${length}`;
}

function isLocal(route: Route | LocalRoute): route is LocalRoute {
  return route.type === 'local' || route.type === 'broadcast';
}

/** Routes that lead nowhere have none. */
function hasDevice({ type }: Route | LocalRoute): boolean {
  return type === 'unicast' || type === 'local' || type === 'broadcast';
}

interface Parts {
  readonly via: number | null;
  readonly proto: string;
  readonly scope: string;
  readonly src: number | null;
  readonly metric: number;
}

function partsOf(route: Route | LocalRoute): Parts {
  if (isLocal(route)) {
    const scope = route.type === 'local' ? 'host' : 'link';
    return { via: null, proto: 'kernel', scope, src: route.src, metric: 0 };
  }
  const { gateway, proto, scope, src, metric } = route;
  return { via: gateway, proto, scope, src, metric };
}

function flush(run: IpRun): void {
  if (!run.words.more) return run.fail(BAD_VALUE, '"ip route flush" requires arguments.');
  const selector = readSelector(run);
  if (selector === null) return;
  if (selector.table !== 'main') {
    return run.fail(BAD_LINE, `Error: argument "table ${selector.table}" is not simulated.`);
  }
  for (const route of mainTable(run.kernel)) if (selects(selector, route)) run.kernel.routes.remove(route);
  run.process.exit(0);
}

// ── get ────────────────────────────────────────────────────────────────────────────────────────────────────

const OTHER_KEYS = [
  'from',
  'tos',
  'dsfield',
  'iif',
  'oif',
  'mark',
  'dev',
  'notify',
  'connected',
  'vrf',
  'uid',
];

function get(run: IpRun): void {
  const { words } = run;
  let target: TypedPrefix | null = null;
  while (words.more) {
    const word = words.take();
    if (OTHER_KEYS.includes(word)) words.notSimulated(word);
    else if (begins(word, 'help')) return usage(run);
    else target = words.prefix(word === 'to' ? words.value() : word);
  }
  if (run.complained()) return;
  if (target === null) return run.fail(BAD_VALUE, 'need at least a destination address');
  if (target.given && target.length !== 32) {
    run.process.err(`Warning: /${target.length} as prefix is invalid, only /32 (or none) is supported.\n`);
  }
  answer(run, target.ip);
}

function answer(run: IpRun, dst: number): void {
  const { kernel, process } = run;
  const hop = kernel.routes.lookup(dst);
  if (hop === null) return run.refused('RTNETLINK answers: Network is unreachable');
  const { device, nextHop, type } = hop;
  const src = hop.src === null || hop.src === 0 ? '' : `src ${ipText(hop.src)} `;
  const lines = (start: string, cache: string): void => {
    process.out(`${start}uid 0 \n    cache ${cache}\n`);
    process.exit(0);
  };
  switch (type) {
    case 'unreachable':
      return run.refused('RTNETLINK answers: No route to host');
    case 'prohibit':
      return run.refused('RTNETLINK answers: Permission denied');
    case 'blackhole':
      return run.refused('RTNETLINK answers: Invalid argument');
    case 'local': {
      const source = localRouteTo(kernel, dst)?.src ?? dst;
      return lines(`local ${ipText(dst)} dev lo src ${ipText(source)} `, '<local> ');
    }
    case 'broadcast':
      return lines(`broadcast ${ipText(dst)} dev ${device.name} ${src}`, '<local,brd> ');
    case 'multicast':
      // Linux uses one bit for both: iproute2 takes "multicast" for a failed offload.
      return lines(`multicast ${ipText(dst)} dev ${device.name} ${src}rt_offload_failed `, '<mc> ');
    case 'unicast': {
      const via = nextHop === dst ? '' : `via ${ipText(nextHop)} `;
      const written = kernel.routes.lookupMain(dst)?.gateway ?? dst;
      const cache = nextHop === written ? '' : '<redirected> ';
      return lines(`${ipText(dst)} ${via}dev ${device.name} ${src}`, cache);
    }
  }
}
