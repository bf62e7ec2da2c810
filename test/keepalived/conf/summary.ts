/** A configuration in the shape of `values.summary` in recordings/conf, so that the two can be compared. */
import { SECOND } from '../../../src/engine/time.ts';
import type {
  KeepalivedConfig,
  RealServerConfig,
  VirtualAddress,
  VirtualServerConfig,
  VrrpInstanceConfig,
} from '../../../src/keepalived/conf/model.ts';
import { ipText } from '../../../src/wire/ip-address.ts';

export function summaryOf(config: KeepalivedConfig) {
  const { global, vrrpInstances, virtualServers } = config;
  return {
    routerId: global.routerId,
    smtpServer: global.smtpServer?.address ?? null,
    vrrp: vrrpInstances.map(instance),
    virtualServers: virtualServers.map(virtualServer),
    checkers: virtualServers.flatMap((server) =>
      server.realServers.flatMap((real) => checkers(server, real)),
    ),
  };
}

const AUTH_TYPES = { none: 'none', PASS: 'SIMPLE_PASSWORD', AH: 'IPSEC_AH' };

function instance(config: VrrpInstanceConfig) {
  return {
    name: config.name,
    version: config.version,
    wantState: config.state,
    interface: config.interface,
    vrid: config.virtualRouterId,
    priority: config.priority,
    advertMs: config.advertIntervalNs / 1e6,
    preempt: !config.nopreempt,
    preemptDelay: config.preemptDelayNs / SECOND,
    authType: config.version === 3 ? null : AUTH_TYPES[config.authType],
    authPass: config.authPass === '' ? null : config.authPass,
    garp: {
      delay: config.garpMasterDelayNs / SECOND,
      repeat: config.garpMasterRepeat,
      refresh: config.garpMasterRefreshNs / SECOND,
      refreshRepeat: config.garpMasterRefreshRepeat,
      lowerPrioDelay: config.garpLowerPrioDelayNs / SECOND,
      lowerPrioRepeat: config.garpLowerPrioRepeat,
    },
    vips: config.virtualAddresses.map((address) => vip(address, config.interface)),
    excludedVips: config.excludedAddresses.map((address) => vip(address, config.interface)),
  };
}

function vip({ ip, length, broadcast, device, scope, label }: VirtualAddress, ownDevice: string): string {
  const prefix = length === 32 ? '' : `/${length}`;
  const brd = broadcast === null ? '' : ` brd ${ipText(broadcast)}`;
  const labelled = label === null ? '' : ` label ${label}`;
  return `${ipText(ip)}${prefix}${brd} dev ${device ?? ownDevice} scope ${scope}${labelled}`;
}

function virtualServer(config: VirtualServerConfig) {
  return {
    head: `VS VIP = ${ipText(config.ip)}, VPORT = ${config.port}`,
    protocol: config.protocol,
    scheduler: config.scheduler,
    persistence: config.persistenceTimeoutNs === null ? null : config.persistenceTimeoutNs / SECOND,
    quorum: config.quorum,
    hysteresis: config.hysteresis,
    realServers: config.realServers.map(({ ip, port, weight, method }) => ({
      ip: ipText(ip),
      port,
      weight,
      method: method === 'TUN' ? 'TUN, type = IPIP' : method,
    })),
  };
}

function checkers(service: VirtualServerConfig, server: RealServerConfig) {
  const protocol = service.protocol.toLowerCase();
  const name = (ip: number, port: number): string => `[${ipText(ip)}]:${protocol}:${port}`;
  return server.checkers.map((checker) => ({
    of: `${name(service.ip, service.port)} -> ${name(server.ip, server.port)}`,
    method: 'TCP_CHECK',
    delayLoopUs: checker.delayLoopNs / 1000,
    warmupUs: checker.warmupNs / 1000,
    retries: checker.retry,
    delayBeforeRetryUs: checker.delayBeforeRetryNs / 1000,
    dest: `[${ipText(checker.connectIp)}]:${checker.connectPort}`,
    timeout: checker.connectTimeoutNs / SECOND,
  }));
}
