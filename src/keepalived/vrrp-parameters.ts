/** What the protocol's machine is told of a configured instance. */
import type { VrrpParameters } from '../vrrp/instance.ts';
import { asciiBytes } from '../wire/bytes.ts';
import { AUTH_NONE, AUTH_PASS } from '../wire/vrrp.ts';
import type { VrrpInstanceConfig } from './conf/model.ts';

export function vrrpParameters(config: VrrpInstanceConfig, sourceIp: number): VrrpParameters {
  return {
    vrid: config.virtualRouterId,
    version: config.version,
    priority: config.priority,
    initialState: config.state,
    advertIntervalNs: config.advertIntervalNs,
    preempt: !config.nopreempt,
    preemptDelayNs: config.preemptDelayNs,
    downTimerAdverts: config.downTimerAdverts,
    authType: config.authType === 'none' ? AUTH_NONE : AUTH_PASS,
    authPass: authData(config.authPass),
    addresses: config.virtualAddresses.map(({ ip }) => ip),
    sourceIp,
    lowerPrioNoAdvert: config.lowerPrioNoAdvert,
    higherPrioSendAdvert: config.higherPrioSendAdvert,
  };
}

/** auth_pass as it stands in a packet: 8 bytes, padded with zeros. */
function authData(pass: string): Uint8Array {
  const data = new Uint8Array(8);
  data.set(asciiBytes(pass).subarray(0, 8));
  return data;
}
