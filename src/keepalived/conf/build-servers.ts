/**
 * From virtual_server blocks to services: defaults, what a checker inherits from its real server and that
 * from its service, and keepalived's checks in its order. Services by fwmark and group and IPv6 ones are
 * left out.
 * Source: [183-vs-minimal], [195-vs-no-port], [208-vs-timers], [217-vs-default-weight],
 * [223-rs-port-mismatch-dr].
 */
import { SECOND } from '../../engine/time.ts';
import { checkServer, type ServerDraft } from './check-servers.ts';
import type {
  ForwardingMethod,
  RealServerConfig,
  SorryServerConfig,
  TcpCheckConfig,
  VirtualServerConfig,
} from './model.ts';
import type { Pass } from './pass.ts';
import type { Section } from './section.ts';

const DELAY_LOOP_NS = 60 * SECOND;
const CONNECT_TIMEOUT_NS = 5 * SECOND;
const DELAY_BEFORE_RETRY_NS = SECOND;
const RETRY = 1;

export function buildServers(pass: Pass): readonly VirtualServerConfig[] {
  const servers: VirtualServerConfig[] = [];
  for (const section of pass.root.children) {
    if (section.block !== 'virtual_server' || section.beyond) continue;
    const draft = draftOf(section);
    if (!checkServer(pass, section, draft)) continue;
    const { protocol, scheduler, method, realServers, ...others } = draft;
    if (protocol === null || scheduler === null || method === null) continue;
    const { ip, port, where } = section;
    servers.push({
      ...others,
      ip,
      port,
      where,
      protocol,
      scheduler,
      method,
      sorryServer: sorryServer(section, method),
      realServers: realServers.map((server) => realServer(server, section, method)),
    });
  }
  return servers;
}

function draftOf(section: Section): ServerDraft {
  const persistence = section.number('persistence_timeout');
  return {
    protocol: section.text('protocol') as ServerDraft['protocol'],
    scheduler: section.text('scheduler') as ServerDraft['scheduler'],
    method: section.text('method') as ServerDraft['method'],
    persistenceTimeoutNs: persistence === null ? null : persistence * SECOND,
    persistenceMask: section.number('persistence_granularity') ?? -1,
    quorum: section.number('quorum') ?? 1,
    hysteresis: section.number('hysteresis') ?? 0,
    alpha: section.boolean('alpha') ?? false,
    omega: section.boolean('omega') ?? false,
    onePacket: section.boolean('ops') ?? false,
    realServers: section.children.filter(({ block, beyond }) => block === 'real_server' && !beyond),
  };
}

function sorryServer(service: Section, method: ForwardingMethod): SorryServerConfig | null {
  const section = service.child('sorry_server');
  if (section === null) return null;
  const own = (section.text('method') as ForwardingMethod | null) ?? method;
  const { where, ip } = section;
  // Only NAT can change the port.
  const port = own === 'NAT' && section.port !== 0 ? section.port : service.port;
  return { where, ip, port, method: own, inhibitOnFailure: section.boolean('inhibit') ?? false };
}

function realServer(section: Section, service: Section, method: ForwardingMethod): RealServerConfig {
  const own = (section.text('method') as ForwardingMethod | null) ?? method;
  const { where, ip } = section;
  const checkers = section.children.filter(({ unsimulated }) => !unsimulated);
  return {
    where,
    ip,
    port: own !== 'NAT' && section.port !== 0 ? service.port : section.port,
    weight: section.number('weight') ?? service.number('weight') ?? 1,
    method: own,
    inhibitOnFailure: section.boolean('inhibit_on_failure') ?? service.boolean('inhibit_on_failure') ?? false,
    upperThreshold: section.number('uthreshold') ?? 0,
    lowerThreshold: section.number('lthreshold') ?? 0,
    checkers: checkers.map((checker) => tcpCheck(checker, section, service)),
    otherCheckers: section.children.filter(({ unsimulated }) => unsimulated).map(({ keyword }) => keyword),
  };
}

/** The innermost block that says something wins. */
function tcpCheck(checker: Section, server: Section, service: Section): TcpCheckConfig {
  const inherited = (keyword: string): number | null =>
    checker.number(keyword) ?? server.number(keyword) ?? service.number(keyword);
  const delayLoopNs = inherited('delay_loop') ?? DELAY_LOOP_NS;
  return {
    where: checker.where,
    connectIp: checker.number('connect_ip') ?? server.ip,
    connectPort: checker.number('connect_port') ?? server.port,
    bindIp: checker.number('bindto'),
    bindPort: checker.number('bind_port') ?? 0,
    alpha: checker.boolean('alpha') ?? server.boolean('alpha') ?? service.boolean('alpha') ?? false,
    delayLoopNs,
    connectTimeoutNs: inherited('connect_timeout') ?? CONNECT_TIMEOUT_NS,
    retry: inherited('retry') ?? RETRY,
    delayBeforeRetryNs: inherited('delay_before_retry') ?? DELAY_BEFORE_RETRY_NS,
    warmupNs: inherited('warmup') ?? delayLoopNs,
  };
}
