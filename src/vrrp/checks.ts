/**
 * The checks of a received version 2 advert, in keepalived 2.2.7's order; the first that fails decides.
 * RFC 3768 §7.1 asks for the same in another order, and leaves the comparison of the addresses to choice.
 * Not modelled: length and checksum (a packet that has them wrong never becomes a record), authentication
 * headers, unicast peers, vrrp_skip_check_adv_addr. The log lines are keepalived's own as far as
 * known: no recording has them.
 */
import { SECOND } from '../engine/time.ts';
import { ipText, isMulticast } from '../wire/ip-address.ts';
import type { VrrpPacket } from '../wire/ipv4.ts';
import { ADVERTISEMENT, AUTH_NONE, AUTH_PASS, type Vrrp } from '../wire/vrrp.ts';
import type { AdvertEvent, RejectedEvent, Rejection, RejectionKind } from './event.ts';
import type { VrrpParameters } from './instance.ts';

/** RFC 3768 §5.2.3: a packet that crossed a router has less. */
const REQUIRED_TTL = 255;
/** IP authentication header: a type keepalived knows, not simulated. */
const AUTH_AH = 2;

/**
 * What a packet is to an instance: an event, or null if it is of another virtual router, which keepalived
 * passes over before anything else; it does not even restart a master's send timer [72-forged-other-vrid].
 */
export function arrivalEvent(
  packet: VrrpPacket,
  parameters: VrrpParameters,
): AdvertEvent | RejectedEvent | null {
  if (packet.payload.vrid !== parameters.vrid) return null;
  const rejection = checkAdvert(packet, parameters);
  if (rejection !== null) return { kind: 'rejected', rejection };
  return { kind: 'advert', priority: packet.payload.priority, sourceIp: packet.src };
}

/** Why an instance must not listen to a packet of its virtual router; null: it may. */
export function checkAdvert(packet: VrrpPacket, parameters: VrrpParameters): Rejection | null {
  const advert = packet.payload;
  const reject = (kind: RejectionKind, log: string): Rejection => ({ kind, from: packet.src, log });

  if (packet.ttl !== REQUIRED_TTL) {
    return reject('ttl', `invalid TTL/HL. Received ${packet.ttl} and expect ${REQUIRED_TTL}`);
  }
  if (advert.version !== parameters.version) {
    return reject('version', `wrong version. Received ${advert.version} and expect ${parameters.version}`);
  }
  if (advert.authType !== AUTH_NONE && advert.authType !== AUTH_PASS && advert.authType !== AUTH_AH) {
    return reject('auth-type-unknown', `Invalid auth type: ${advert.authType}`);
  }
  if (advert.authType !== parameters.authType) {
    return reject('auth-type', `received a ${advert.authType} auth, expecting ${parameters.authType}!`);
  }
  if (parameters.authType === AUTH_PASS && !isSame(advert.authData, parameters.authPass)) {
    return reject('auth-data', 'received an invalid passwd!');
  }
  if (advert.advertInterval * SECOND !== parameters.advertIntervalNs) {
    const mine = parameters.advertIntervalNs / SECOND;
    return reject(
      'advert-interval',
      `advertisement interval mismatch mine=${mine} sec rcv'd=${advert.advertInterval} sec`,
    );
  }
  if (advert.type !== ADVERTISEMENT) {
    return reject('type', `Invalid packet type. ${advert.type} and expect ${ADVERTISEMENT}`);
  }
  const received = advert.addresses.length;
  const expected = parameters.addresses.length;
  if (received !== expected) {
    return reject(
      'address-count',
      `received an unexpected ip number count ${received}, expected ${expected}!`,
    );
  }
  if (!isMulticast(packet.dst)) {
    return reject('destination', 'Expected multicast packet but received unicast packet');
  }
  const missing = missingAddress(advert, parameters);
  if (missing !== undefined) {
    const which = `ip address associated with VRID ${parameters.vrid}`;
    return reject('address-missing', `${which} not present in MASTER advert : ${ipText(missing)}`);
  }
  return null;
}

/** The order of addresses does not matter. */
function missingAddress(advert: Vrrp, parameters: VrrpParameters): number | undefined {
  return parameters.addresses.find((address) => !advert.addresses.includes(address));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
