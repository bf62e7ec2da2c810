/** The advert an instance sends (RFC 3768 §5); its 8 bytes of authentication data are always there. */
import { SECOND } from '../engine/time.ts';
import { ADVERTISEMENT, Vrrp } from '../wire/vrrp.ts';
import type { VrrpInstance } from './instance.ts';

/** `priority` as the effect `sendAdvert` has it: the instance's own, or 0. */
export function advertOf(vr: VrrpInstance, priority: number): Vrrp {
  const { version, vrid, authType, advertIntervalNs, addresses, authPass } = vr.parameters;
  const seconds = advertIntervalNs / SECOND;
  return new Vrrp(version, ADVERTISEMENT, vrid, priority, authType, seconds, addresses, authPass);
}
