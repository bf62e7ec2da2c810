/**
 * From vrrp_instance blocks to instances, with defaults resolved and checked. Not here: sync groups and
 * tracking. An instance that cannot be makes keepalived end [56-same-vrid-live, 56b-no-vrid-live,
 * 56c-unknown-interface-live].
 * Source: [091-vrrp-master-default-priority], [099-vrrp-vrid-missing-then-good], [132-vrrp-garp-global].
 */
import { SECOND } from '../../engine/time.ts';
import { type InstanceDefaults, instanceDefaults } from './build-global.ts';
import { checkInstance, type Draft, OWNER_PRIORITY, REFUSES } from './check-vrrp.ts';
import type { VrrpInstanceConfig } from './model.ts';
import type { Pass } from './pass.ts';
import type { Section } from './section.ts';

export function buildInstances(pass: Pass): readonly VrrpInstanceConfig[] {
  if (pass.interfaceMissing !== null) {
    const text = 'Non-existent interface specified in configuration';
    pass.say('no-such-interface', 'error', text, pass.interfaceMissing, REFUSES);
    pass.report.usable = false;
    return [];
  }
  const sections = pass.root.children.filter(({ block }) => block === 'vrrp_instance');
  const defaults = instanceDefaults(pass.globalDefs);
  const drafts: Draft[] = [];
  for (const section of sections) {
    const draft = draftOf(pass, section, defaults);
    if (draft === null) return refused(pass);
    drafts.push(draft);
  }
  for (const [index, section] of sections.entries()) {
    if (!checkInstance(pass, section, drafts[index] as Draft)) return refused(pass);
  }
  if (shareRouterId(pass, sections, drafts)) return refused(pass);
  return drafts.filter((_, index) => sections[index]?.family !== 6);
}

function refused(pass: Pass): readonly VrrpInstanceConfig[] {
  pass.report.usable = false;
  return [];
}

/** The instance as written; null when something is missing without which there is none. */
function draftOf(pass: Pass, section: Section, defaults: InstanceDefaults): Draft | null {
  const { name, where } = section;
  const fail = (text: string, keyword: string): null => {
    const hint = `write ${keyword}; without it keepalived refuses to start`;
    pass.say('missing-keyword', 'error', `(${name}) ${text}`, where, hint);
    return null;
  };
  const virtualRouterId = section.number('virtual_router_id');
  if (virtualRouterId === null) {
    return fail(
      'the virtual router id must be set',
      "'virtual_router_id N', 1 to 255, the same on both routers",
    );
  }
  const interfaceName = section.text('interface');
  if (interfaceName === null) return fail('Unknown interface!', "'interface NAME'");
  const state = section.text('state');
  // MASTER without a priority is taken for the owner of the address.
  const priority = section.number('priority') ?? (state === 'MASTER' ? OWNER_PRIORITY : 100);
  const isMaster = state === 'MASTER' || (state === null && priority === OWNER_PRIORITY);
  const strict = section.boolean('strict_mode') ?? defaults.strict;
  const version = section.number('version') ?? (section.family === 6 ? 3 : defaults.version);
  const seconds = (keyword: string, otherwise: number): number => {
    const value = section.number(keyword);
    return value === null ? otherwise : value * SECOND;
  };
  const auth = section.child('authentication');
  const authType = auth?.text('auth_type');
  return {
    where,
    name,
    version: version === 3 ? 3 : 2,
    state: isMaster ? 'MASTER' : 'BACKUP',
    interface: interfaceName,
    virtualRouterId,
    priority,
    advertIntervalNs: section.number('advert_int') ?? SECOND,
    authType: authType === 'PASS' || authType === 'AH' ? authType : 'none',
    authPass: auth?.text('auth_pass') ?? '',
    virtualAddresses: section.addresses,
    excludedAddresses: section.excludedAddresses,
    nopreempt: section.boolean('nopreempt') ?? false,
    preemptDelayNs: section.number('preempt_delay') ?? 0,
    garpMasterDelayNs: seconds('garp_master_delay', defaults.garpMasterDelayNs),
    garpMasterRepeat: section.number('garp_master_repeat') ?? defaults.garpMasterRepeat,
    garpMasterRefreshNs: seconds('garp_master_refresh', defaults.garpMasterRefreshNs),
    garpMasterRefreshRepeat: section.number('garp_master_refresh_repeat') ?? defaults.garpMasterRefreshRepeat,
    garpLowerPrioDelayNs: seconds('garp_lower_prio_delay', strict ? 0 : defaults.garpLowerPrioDelayNs),
    garpLowerPrioRepeat:
      section.number('garp_lower_prio_repeat') ?? (strict ? 0 : defaults.garpLowerPrioRepeat),
    downTimerAdverts: section.number('down_timer_adverts') ?? defaults.downTimerAdverts,
    lowerPrioNoAdvert: section.boolean('lower_prio_no_advert') ?? (strict || defaults.lowerPrioNoAdvert),
    higherPrioSendAdvert:
      section.boolean('higher_prio_send_advert') ?? (!strict && defaults.higherPrioSendAdvert),
    skipCheckAdvAddr: section.boolean('skip_check_adv_addr') ?? defaults.skipCheckAdvAddr,
    strict,
    accept: section.boolean('accept') ?? !strict,
    mcastSrcIp: section.number('mcast_src_ip'),
    dontTrackPrimary: section.boolean('dont_track_primary') ?? false,
  };
}

/** Two instances of one number on one interface could not tell each other's packets apart. */
function shareRouterId(
  pass: Pass,
  sections: readonly Section[],
  drafts: readonly VrrpInstanceConfig[],
): boolean {
  let shared = false;
  for (const [i, one] of drafts.entries()) {
    for (const [j, other] of drafts.entries()) {
      if (j <= i || one.virtualRouterId !== other.virtualRouterId || one.interface !== other.interface)
        continue;
      const family = sections[i]?.family === 6 ? 6 : 4;
      if ((sections[j]?.family === 6 ? 6 : 4) !== family) continue;
      const at = sections[j]?.whereOf('virtual_router_id') ?? other.where;
      const text =
        `${one.name} and ${other.name} both use VRID ${one.virtualRouterId} ` +
        `with IPv${family} on interface ${one.interface}`;
      pass.say('repeated-router-id', 'error', text, at, REFUSES);
      shared = true;
    }
  }
  return shared;
}
