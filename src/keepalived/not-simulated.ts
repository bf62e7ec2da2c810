/**
 * What a configuration asks for that would change what is seen and is not simulated: a daemon given such a file refuses
 * to start and says why, instead of pretending.
 */
import type { KeepalivedConfig, VirtualServerConfig, VrrpInstanceConfig } from './conf/model.ts';

/** One phrase each; empty: everything is simulated. */
export function notSimulated(config: KeepalivedConfig): string[] {
  const { global } = config;
  const phrases: string[] = [];
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
