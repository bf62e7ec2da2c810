/**
 * vrrp_instance and the blocks around it. Source: keepalived 2.2.7, each keyword stepped through its range;
 * [094-vrrp-priority-bad], [131-vrrp-garp-bad], [150-track-interface-errors], [153-vrrp-bool-forms].
 */
import {
  answered,
  block,
  boolean,
  decimal,
  flag,
  integer,
  type Keyword,
  list,
  says,
  special,
  unsimulated,
  word,
  words,
} from './keyword.ts';

const UNSIGNED = 4294967295;
const NOTIFY = 'notify notify_backup notify_fault notify_master notify_stop';

export const VRRP_INSTANCE: readonly Keyword[] = [
  special('state', 'state'),
  special('interface', 'interface'),
  integer('virtual_router_id', 1, 255, "({name}): VRID '{v}' not valid - must be between 1 & 255", {
    strict: true,
  }),
  integer('priority', 1, 255, '({name}) Priority not valid! must be between 1 & 255. Using default 100', {
    strict: true,
    afterRefusal: 100,
  }),
  decimal(
    'advert_int',
    10_000n,
    255_000_000n,
    '({name}) Advert interval ({v}) not valid! Must be > 0 - ignoring',
  ),
  special('version', 'version'),
  block('authentication'),
  list('virtual_ipaddress', 'addresses'),
  list('virtual_ipaddress_excluded', 'addresses'),
  flag('nopreempt'),
  flag('preempt', 'nopreempt', false),
  decimal('preempt_delay', 0n, 1_000_000_000n, '({name}) Preempt_delay not valid! must be between 0-1000', {
    afterRefusal: 0,
  }),
  integer('garp_master_delay', 0, 4294, "({name}): garp_master_delay '{v}' invalid - ignoring"),
  integer('garp_master_repeat', 0, UNSIGNED, "({name}): garp_master_repeat '{v}' invalid - ignoring", {
    zero: { says: '({name}): garp_master_repeat must be greater than 0, setting to 1', value: 1 },
  }),
  integer('garp_lower_prio_delay', 0, 4294, "({name}): garp_lower_prio_delay '{v}' invalid - ignoring"),
  integer('garp_lower_prio_repeat', 0, 2147483647, "({name}): Invalid garp_lower_prio_repeat '{v}'"),
  integer('garp_master_refresh', 0, UNSIGNED, "({name}): Invalid garp_master_refresh '{v}' - ignoring", {
    afterRefusal: 0,
  }),
  integer(
    'garp_master_refresh_repeat',
    0,
    UNSIGNED,
    "({name}): garp_master_refresh_repeat '{v}' invalid - ignoring",
    { zero: { says: '({name}): garp_master_refresh_repeat must be greater than 0, setting to 1', value: 1 } },
  ),
  special('mcast_src_ip', 'source-address'),
  flag('dont_track_primary'),
  integer('down_timer_adverts', 1, 100, "({name}): Invalid down_timer_adverts [1:100] '{v}'"),
  boolean('skip_check_adv_addr', '({name}) invalid skip_check_adv_addr {v} specified'),
  boolean('strict_mode', '({name}) invalid strict_mode {v} specified'),
  boolean('lower_prio_no_advert', '({name}) invalid lower_prio_no_advert {v} specified'),
  boolean('higher_prio_send_advert', '({name}) invalid higher_prio_send_advert {v} specified'),
  flag('accept'),
  flag('no_accept', 'accept', false),
  // Without effect on the network.
  integer('debug', 0, 4, "({name}) Debug value '{v}' not valid; must be between 0-4"),
  integer('kernel_rx_buf_size', 0, UNSIGNED, '({name}) invalid kernel_rx_buf_size specified', {
    alone: { says: '({name}) invalid kernel_rx_buf_size specified' },
    exact: true,
  }),
  ...unsimulated(
    boolean('smtp_alert', 'Invalid vrrp_instance smtp_alert parameter {v}'),
    boolean('notify_priority_changes', "({name}) Invalid value '{v}' for notify_priority_changes specified"),
    integer('garp_extra_if', 0, 86400, "({name}): garp_extra_if '{v}' invalid - ignoring", {
      alone: { says: '({name}): garp_extra_if specified without time - ignoring' },
    }),
    integer('unicast_ttl', 0, 255, "({name}): TTL '{v}' not valid - must be between 0 & 255"),
    words(`${NOTIFY} notify_master_rx_lower_pri mcast_dst_ip unicast_src_ip vrf`),
    words('check_unicast_src notify_deleted old_unicast_checksum promote_secondaries', 'accepted'),
    words('track_src_ip unicast_fault_no_peer use_ipvlan use_vmac use_vmac_addr vmac_xmit_base', 'accepted'),
    says(
      'linkbeat_use_polling',
      "({name}) 'linkbeat_use_polling' in vrrp instance deprecated - use linkbeat_interfaces block",
    ),
    word('native_ipv6', { says: '({name}) Cannot specify native_ipv6 with IPv4 addresses' }),
    list('track_bfd', 'ignored'),
    list('track_file', 'ignored'),
    list('track_interface', 'ignored'),
    list('track_process', 'ignored'),
    list('track_script', 'ignored'),
    list('unicast_peer', 'ignored'),
    list('virtual_routes', 'ignored'),
    list('virtual_rules', 'ignored'),
  ),
];

export const AUTHENTICATION: readonly Keyword[] = [
  special('auth_type', 'auth-type'),
  special('auth_pass', 'auth-pass'),
];

export const VRRP_SCRIPT: readonly Keyword[] = [
  ...words('fall interval rise timeout user weight'),
  ...words('init_fail script', 'accepted'),
];

export const VRRP_SYNC_GROUP: readonly Keyword[] = [
  list('group', 'ignored'),
  ...words(NOTIFY),
  ...words('notify_priority_changes smtp_alert sync_group_tracking_weight', 'accepted'),
  says(
    'global_tracking',
    '({name}) global_tracking is deprecated. Use track_interface/script/file on the sync group',
  ),
  list('track_bfd', 'ignored'),
  list('track_file', 'ignored'),
  list('track_interface', 'ignored'),
  list('track_process', 'ignored'),
  list('track_script', 'ignored'),
];

export const TRACK_FILE: readonly Keyword[] = [
  ...answered({
    file: 'track file file name missing',
    weight: 'No weight specified for track file {name} - ignoring',
  }),
  word('init_file', 'accepted'),
];

export const VRRP_TRACK_PROCESS: readonly Keyword[] = [
  ...words('delay fork_delay process quorum quorum_max terminate_delay'),
  word('weight', { says: 'No weight specified for track process {name} - ignoring' }),
  ...words('full_command param_match', 'accepted'),
];

export const TRACK_GROUP: readonly Keyword[] = [list('group', 'ignored')];

export const GARP_GROUP: readonly Keyword[] = [
  ...words('garp_interval gna_interval interface'),
  list('interfaces', 'ignored'),
];

export const BFD_INSTANCE: readonly Keyword[] = [
  ...words('hoplimit idle_tx max_hops min_rx min_tx multiplier source_ip ttl weight'),
  ...words('checker neighbor_ip neighbour_ip passive vrrp', 'accepted'),
];
