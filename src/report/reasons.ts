/** Why a VRRP instance did what it did, in a person's words and with the numbers of the moment. */
import { SECOND, secondsText } from '../engine/time.ts';
import type { VrrpRecord } from '../keepalived/records.ts';
import type { MasterReason } from '../vrrp/effect.ts';
import { ipText } from '../wire/ip-address.ts';

/** `nameOf` turns a router's address into the host's name. */
export function reasonText(why: VrrpRecord['why'], nameOf: (ip: number) => string): string {
  switch (why.kind) {
    case 'master-down':
      return masterDownText(why, nameOf);
    case 'priority-zero':
      return `${nameOf(why.from)} resigned with priority 0 at ${secondsText(why.heardNs)} s + ${skewText(why.priority)}`;
    case 'vip-removed':
      return 'skewTimeNs' in why
        ? `gave way only for ${skewText(why.priority)}`
        : `${ipText(why.address)} was deleted`;
    case 'address-owner':
      return 'priority 255: the owner of the address is master at once';
    case 'higher-priority':
      return `hears ${nameOf(why.from)} with priority ${why.priority}, its own is ${why.own}`;
    case 'higher-address':
      return `hears ${nameOf(why.from)} with the same priority ${why.priority} and a higher address`;
    case 'owner-conflict':
      return `hears another owner (priority 255) at ${nameOf(why.from)}`;
    case 'fault':
      return FAULTS[why.cause];
    case 'stop':
      return 'stopped';
    case 'start':
      return 'started';
    case 'recovered':
      return 'the fault is over';
  }
}

const FAULTS = {
  'interface-down': 'its interface has no carrier',
  'address-gone': 'its interface lost its address',
  tracked: 'something it tracks failed',
} as const;

type MasterDown = Extract<MasterReason, { kind: 'master-down' }>;

/** `last advert 9.609 s + 3 × 1 s + (256 − 90)/256 s` */
function masterDownText(why: MasterDown, nameOf: (ip: number) => string): string {
  const wait = `${why.downTimerAdverts} × ${why.advertIntervalNs / SECOND} s + ${skewText(why.priority)}`;
  if (why.discarded !== null) {
    const { count, last } = why.discarded;
    const adverts = count === 1 ? 'an advert' : `${count} adverts`;
    return `heard only ${adverts} of lower priority ${last.priority} from ${nameOf(last.from)} for ${wait}`;
  }
  if (why.lastAdvertNs === null) return `no advert heard for ${wait}`;
  return `last advert ${secondsText(why.lastAdvertNs)} s + ${wait}`;
}

function skewText(priority: number): string {
  return `(256 − ${priority})/256 s`;
}
