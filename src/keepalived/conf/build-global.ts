/** global_defs with its defaults, and the defaults it gives to vrrp_instance blocks. */
import { SECOND } from '../../engine/time.ts';
import { ip } from '../../wire/ip-address.ts';
import type { GlobalConfig } from './model.ts';
import type { Section } from './section.ts';

const MCAST_GROUP = ip('224.0.0.18');

export function buildGlobal(section: Section | null): GlobalConfig {
  const address = section?.text('smtp_server') ?? null;
  return {
    routerId: section?.text('router_id') ?? null,
    smtpServer: address === null ? null : { address, port: section?.number('smtp_server port') ?? 25 },
    notificationEmail: section?.words ?? [],
    notificationEmailFrom: section?.text('notification_email_from') ?? null,
    mcastGroup: section?.number('vrrp_mcast_group4') ?? MCAST_GROUP,
    startupDelayNs: section?.number('vrrp_startup_delay') ?? 0,
    garpIntervalNs: section?.number('vrrp_garp_interval') ?? 0,
    gnaIntervalNs: section?.number('vrrp_gna_interval') ?? 0,
    scriptSecurity: section?.boolean('enable_script_security') ?? false,
    scriptUser: section?.text('script_user') ?? null,
  };
}

/** What an instance uses where it says nothing itself. */
export interface InstanceDefaults {
  readonly version: 2 | 3;
  readonly strict: boolean;
  readonly garpMasterDelayNs: number;
  readonly garpMasterRepeat: number;
  readonly garpMasterRefreshNs: number;
  readonly garpMasterRefreshRepeat: number;
  readonly garpLowerPrioDelayNs: number;
  readonly garpLowerPrioRepeat: number;
  readonly downTimerAdverts: number;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  readonly skipCheckAdvAddr: boolean;
}

export function instanceDefaults(section: Section | null): InstanceDefaults {
  // vrrp_min_garp asks for as few gratuitous ARPs as there can be [133-vrrp-min-garp].
  const few = section?.boolean('vrrp_min_garp') === true;
  const delay = section?.number('vrrp_garp_master_delay') ?? (few ? 0 : 5);
  const repeat = section?.number('vrrp_garp_master_repeat') ?? (few ? 1 : 5);
  return {
    version: section?.number('vrrp_version') === 3 ? 3 : 2,
    strict: section?.boolean('vrrp_strict') ?? false,
    garpMasterDelayNs: delay * SECOND,
    garpMasterRepeat: repeat,
    garpMasterRefreshNs: (section?.number('vrrp_garp_master_refresh') ?? 0) * SECOND,
    garpMasterRefreshRepeat: section?.number('vrrp_garp_master_refresh_repeat') ?? (few ? 0 : 1),
    garpLowerPrioDelayNs: (section?.number('vrrp_garp_lower_prio_delay') ?? delay) * SECOND,
    garpLowerPrioRepeat: section?.number('vrrp_garp_lower_prio_repeat') ?? repeat,
    downTimerAdverts: section?.number('vrrp_down_timer_adverts') ?? 3,
    lowerPrioNoAdvert: section?.boolean('vrrp_lower_prio_no_advert') ?? false,
    higherPrioSendAdvert: section?.boolean('vrrp_higher_prio_send_advert') ?? false,
    skipCheckAdvAddr: section?.boolean('vrrp_skip_check_adv_addr') ?? false,
  };
}
