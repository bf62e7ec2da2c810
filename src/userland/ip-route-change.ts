/** `ip route add`, `change`, `replace` and `delete`: a route in words, and what the kernel says to it. */
import type { Route, RouteType } from '../linux/routes.ts';
import { isInPrefix } from '../wire/ip-address.ts';
import { ROUTE_USAGE, readProto, readScope } from './ip-route-words.ts';
import type { IpRun } from './ip-run.ts';
import { BAD_LINE, begins, type TypedPrefix } from './ip-words.ts';

type Change = 'add' | 'change' | 'replace' | 'delete';

interface Typed {
  type: RouteType | null;
  to: TypedPrefix | null;
  via: number | null;
  device: string | null;
  src: number | null;
  proto: Route['proto'] | null;
  scope: Route['scope'] | null;
  metric: number | null;
}

const TYPES: readonly RouteType[] = ['unicast', 'unreachable', 'prohibit', 'blackhole'];

const OTHER_WORDS: ReadonlySet<string> = new Set(
  (
    'local nat broadcast brd anycast multicast xresolve throw as from tos dsfield expires mtu ' +
    'hoplimit advmss reordering rtt rttvar rto_min window cwnd initcwnd initrwnd features ' +
    'quickack congctl ssthresh realms onlink nexthop nhid vrf table ttl-propagate encap pref'
  ).split(' '),
);

export function changeRoute(run: IpRun, change: Change): void {
  const typed = readTyped(run);
  if (typed === null) return;
  if (typed.to === null) {
    run.process.err(ROUTE_USAGE);
    return run.process.exit(BAD_LINE);
  }
  if (change === 'delete') return remove(run, typed, typed.to);
  const route = routeOf(run, typed, typed.to);
  if (route === null) return;
  const error = typeof route === 'string' ? route : enter(run, route, change);
  if (error === null) run.process.exit(0);
  else run.refused(error);
}

/** null: complained. */
function readTyped(run: IpRun): Typed | null {
  const { words } = run;
  const typed: Typed = {
    type: null,
    to: null,
    via: null,
    device: null,
    src: null,
    proto: null,
    scope: null,
    metric: null,
  };
  while (words.more) {
    const word = words.take();
    if (word === 'src') typed.src = words.address(words.value());
    else if (word === 'via') typed.via = words.address(words.value());
    else if (word === 'dev' || word === 'oif') typed.device = words.value();
    else if (word === 'scope') typed.scope = readScope(run, words.value());
    else if (['metric', 'priority', 'preference'].some((name) => begins(word, name))) {
      typed.metric = words.unsigned(words.value(), '"metric" value is invalid\n');
    } else if (begins(word, 'protocol')) typed.proto = readProto(run, words.value());
    else if (OTHER_WORDS.has(word)) words.notSimulated(word);
    else readTarget(run, typed, word);
  }
  return run.complained() ? null : typed;
}

function readTarget(run: IpRun, typed: Typed, first: string): void {
  const { words } = run;
  let word = first === 'to' ? words.value() : first;
  const type = TYPES.find((name) => name === word);
  if (type !== undefined) {
    typed.type = type;
    word = words.value();
  }
  if (typed.to !== null) words.garbage('to', word);
  else typed.to = words.prefix(word);
}

/** The route meant; text: what the kernel would answer; null: complained. */
function routeOf(run: IpRun, typed: Typed, to: TypedPrefix): Route | string | null {
  const { kernel, words } = run;
  const type = typed.type ?? 'unicast';
  let device = typed.device === null ? null : words.device(typed.device, kernel);
  if (run.complained()) return null;
  if (type !== 'unicast') device ??= kernel.devices.loopback;
  else if (device === null && typed.via === null) return 'RTNETLINK answers: No such device';
  device ??= deviceTowards(run, typed.via ?? 0);
  if (device === null) return 'Error: Nexthop has invalid gateway.';
  if (typed.src !== null && !kernel.addresses.isLocal(typed.src)) return 'Error: Invalid prefsrc address.';
  const onLink = type === 'unicast' && typed.via === null;
  return {
    type,
    network: to.ip,
    length: to.length,
    device,
    gateway: typed.via,
    src: typed.src,
    metric: typed.metric ?? 0,
    proto: typed.proto ?? 'boot',
    scope: typed.scope ?? (onLink ? 'link' : 'global'),
  };
}

/** The interface whose subnet holds the gateway. */
function deviceTowards(run: IpRun, gateway: number): Route['device'] | null {
  const onLink = run.kernel.routes
    .list()
    .find((route) => route.gateway === null && isInPrefix(gateway, route.network, route.length));
  return onLink?.device ?? null;
}

/** What the kernel answers; null: done. */
function enter(run: IpRun, route: Route, change: Change): string | null {
  const { routes } = run.kernel;
  const present = routes
    .list()
    .find(
      ({ network, length, metric }) =>
        network === route.network && length === route.length && metric === route.metric,
    );
  if (present === undefined && change === 'change') return 'RTNETLINK answers: No such file or directory';
  const displaced = change === 'add' ? undefined : present;
  if (displaced !== undefined) routes.remove(displaced);
  const error = routes.add(route);
  if (error === null) return null;
  if (displaced !== undefined) routes.add(displaced);
  switch (error) {
    case 'EEXIST':
      return 'RTNETLINK answers: File exists';
    case 'EINVAL':
      return 'Error: Invalid prefix for given prefix length.';
    case 'ENETDOWN':
      if (route.gateway === null) return 'Error: Device for nexthop is not up.';
      return 'Error: Nexthop has invalid gateway.';
    default:
      return 'Error: Nexthop has invalid gateway.';
  }
}

/** The first route that agrees with all that was said of it. */
function remove(run: IpRun, typed: Typed, to: TypedPrefix): void {
  const { kernel, words } = run;
  const device = typed.device === null ? null : words.device(typed.device, kernel);
  if (run.complained()) return;
  const agrees = <T>(wanted: T | null, is: T | null): boolean => wanted === null || wanted === is;
  const found = kernel.routes
    .list()
    .find(
      (route) =>
        route.network === to.ip &&
        route.length === to.length &&
        agrees(typed.type, route.type) &&
        agrees(typed.via, route.gateway) &&
        agrees(device, route.device) &&
        agrees(typed.src, route.src) &&
        agrees(typed.proto, route.proto) &&
        agrees(typed.scope, route.scope) &&
        agrees(typed.metric, route.metric),
    );
  if (found === undefined) return run.refused('RTNETLINK answers: No such process');
  kernel.routes.remove(found);
  run.process.exit(0);
}
