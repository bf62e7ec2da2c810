/**
 * What a configuration asks for that would change what is seen and is not simulated: a daemon given such a file refuses
 * to start and says why, instead of pretending.
 */
import type { Problem } from '../engine/problem.ts';
import type { KeepalivedConfig, VirtualServerConfig, VrrpInstanceConfig } from './conf/model.ts';

/**
 * Keywords without which another router would be master, or packets would go another way. Those that only tell somebody
 * something (notify scripts, mail, SNMP) may be passed over with the reader's warning.
 */
const DECISIVE: ReadonlySet<string> = new Set([
  'unicast_peer',
  'use_vmac',
  'use_ipvlan',
  'vmac_xmit_base',
  'vrrp_sync_group',
  'track_script',
  'track_interface',
  'track_file',
  'track_process',
  'track_bfd',
  'virtual_routes',
  'virtual_rules',
  'static_ipaddress',
  'static_routes',
  'static_rules',
  'interface_up_down_delays',
  'garp_group',
  'virtual_server_group',
  'lvs_sync_daemon',
  'lvs_timeouts',
]);

/** One phrase each; empty: everything is simulated. `problems` are the reader's. */
export function notSimulated(config: KeepalivedConfig, problems: readonly Problem[]): string[] {
  const { global } = config;
  const phrases = problems
    .filter(({ code }) => code === 'keyword-not-simulated')
    .map(({ message, where }) => ({ keyword: /^'([^']+)'/.exec(message)?.[1] ?? '', line: where.line }))
    .filter(({ keyword }) => DECISIVE.has(keyword))
    .map(({ keyword, line }) => `${keyword} (line ${line})`);
  if (global.startupDelayNs > 0) phrases.push('vrrp_startup_delay');
  if (global.garpIntervalNs > 0) phrases.push('vrrp_garp_interval');
  return [
    ...phrases,
    ...config.vrrpInstances.flatMap(instancePhrases),
    ...config.virtualServers.flatMap(serverPhrases),
  ];
}

function instancePhrases(instance: VrrpInstanceConfig): string[] {
  const phrases: string[] = [];
  if (instance.version !== 2) phrases.push(`VRRP version ${instance.version}`);
  if (instance.authType === 'AH') phrases.push('auth_type AH');
  if (instance.strict) phrases.push('vrrp_strict');
  if (instance.skipCheckAdvAddr) phrases.push('vrrp_skip_check_adv_addr');
  return phrases.map((phrase) => `${phrase} (vrrp_instance ${instance.name})`);
}

function serverPhrases(server: VirtualServerConfig): string[] {
  const phrases: string[] = [];
  if (server.protocol === 'SCTP') phrases.push('protocol SCTP');
  if (server.scheduler !== 'rr') phrases.push(`lb_algo ${server.scheduler}`);
  if (server.persistenceTimeoutNs !== null) phrases.push('persistence_timeout');
  if (server.onePacket) phrases.push('ops');
  if (server.sorryServer !== null) phrases.push('sorry_server');
  for (const { method, inhibitOnFailure, otherCheckers } of server.realServers) {
    if (method !== 'DR') phrases.push(`lb_kind ${method}`);
    if (inhibitOnFailure) phrases.push('inhibit_on_failure');
    phrases.push(...otherCheckers);
  }
  return [...new Set(phrases)].map((phrase) => `${phrase} (virtual_server)`);
}
