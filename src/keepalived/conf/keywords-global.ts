/**
 * global_defs, and the single words outside any block. Source: keepalived 2.2.7, each keyword stepped
 * through its range; [249-global-smtp-no-arg], [251-global-bools], [253-global-mcast-bad], [255-global-lvs].
 */
import {
  answered,
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
const SIGNED = 2147483647;

/** What the simulated keepalived goes by. */
const MODELLED: readonly Keyword[] = [
  word('router_id', { says: 'routerid name missing - ignoring' }),
  word('notification_email_from', { says: 'emailfrom missing - ignoring' }),
  special('smtp_server', 'smtp-server'),
  word('smtp_helo_name', 'accepted'),
  integer('smtp_connect_timeout', 0, 4294, "smtp_connect_timeout '{v}' must be in [0, 4294] - ignoring", {
    // The word is misspelt in the original.
    zero: { says: 'smtp_conect_timeout must be greater than 0, setting to 1', value: 1 },
  }),
  integer('vrrp_garp_master_delay', 0, 4294, "vrrp_garp_master_delay '{v}' invalid - ignoring"),
  integer('vrrp_garp_master_repeat', 0, UNSIGNED, "vrrp_garp_master_repeat '{v}' invalid - ignoring", {
    zero: { says: 'vrrp_garp_master_repeat must be greater than 0, setting to 1', value: 1 },
  }),
  integer('vrrp_garp_lower_prio_delay', 0, 4294, "vrrp_garp_lower_prio_delay '{v}' invalid - ignoring"),
  integer('vrrp_garp_lower_prio_repeat', 0, SIGNED, "Invalid vrrp_garp_lower_prio_repeat '{v}'"),
  integer('vrrp_garp_master_refresh', 0, UNSIGNED, "Invalid vrrp_garp_master_refresh '{v}' - ignoring", {
    afterRefusal: 0,
  }),
  integer(
    'vrrp_garp_master_refresh_repeat',
    0,
    UNSIGNED,
    "vrrp_garp_master_refresh_repeat '{v}' invalid - ignoring",
    { zero: { says: 'vrrp_garp_master_refresh_repeat must be greater than 0, setting to 1', value: 1 } },
  ),
  decimal('vrrp_garp_interval', 1n, 4_294_967_295n, "vrrp_garp_interval '{v}' is invalid"),
  decimal('vrrp_gna_interval', 1n, 4_294_967_295n, "vrrp_gna_interval '{v}' is invalid"),
  boolean('vrrp_min_garp', 'Invalid value for vrrp_min_garp specified'),
  integer('vrrp_down_timer_adverts', 1, 100, "Invalid vrrp_down_timer_adverts [1:100] '{v}'"),
  integer('vrrp_version', 2, 3, 'VRRP Error: Version must be either 2 or 3', {
    signed: true,
    strict: true,
  }),
  decimal('vrrp_startup_delay', 1000n, 4_294_967_295n, "vrrp_startup_delay '{v}' is invalid"),
  special('vrrp_mcast_group4', 'multicast-group'),
  flag('vrrp_skip_check_adv_addr'),
  flag('vrrp_strict'),
  boolean('vrrp_lower_prio_no_advert', 'Invalid value for vrrp_lower_prio_no_advert specified'),
  boolean('vrrp_higher_prio_send_advert', 'Invalid value for vrrp_higher_prio_send_advert specified'),
  flag('enable_script_security'),
  word('script_user', { says: 'No script username specified' }),
  word('dynamic_interfaces', 'accepted'),
];

/** Nothing that a simulated network could show: process names and priorities, buffers, files of its own. */
const WITHOUT_EFFECT: readonly Keyword[] = [
  ...words('bfd_process_name checker_process_name lvs_process_name vrrp_process_name process_name'),
  ...words('config_save_dir umask'),
  ...words('process_names bfd_no_swap checker_no_swap vrrp_no_swap data_use_instance', 'accepted'),
  ...words('lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs_force', 'accepted'),
  ...words('vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs_force', 'accepted'),
  integer('bfd_rlimit_rttime', 1, UNSIGNED, 'Invalid bfd real-time limit - {v}'),
  integer('checker_rlimit_rttime', 1, UNSIGNED, 'Invalid checker real-time limit - {v}'),
  integer('vrrp_rlimit_rttime', 1, UNSIGNED, 'Invalid vrrp real-time limit - {v}'),
  integer('vrrp_rlimit_rtime', 1, UNSIGNED, 'Invalid vrrp real-time limit - {v}'),
  integer('vrrp_priority', -20, 19, 'Invalid vrrp process priority specified', {
    alone: { says: 'No vrrp process priority specified' },
  }),
  integer('checker_priority', -20, 19, 'Invalid checker process priority specified', {
    alone: { says: 'No checker process priority specified' },
  }),
  integer('bfd_priority', -20, 19, 'Invalid bfd process priority specified', {
    alone: { says: 'No bfd process priority specified' },
  }),
  integer('vrrp_rt_priority', -SIGNED - 1, SIGNED, "vrrp process real-time priority '{v}' invalid", {
    alone: { says: 'No vrrp process real-time priority specified' },
  }),
  integer('checker_rt_priority', -SIGNED - 1, SIGNED, "checker process real-time priority '{v}' invalid", {
    alone: { says: 'No checker process real-time priority specified' },
  }),
  integer('bfd_rt_priority', -SIGNED - 1, SIGNED, "bfd process real-time priority '{v}' invalid", {
    alone: { says: 'No bfd process real-time priority specified' },
  }),
  integer(
    'max_auto_priority',
    -1,
    99,
    "max_auto_priority '{v}' must be in [0, 99] (or -1 to disable) - ignoring",
    {
      alone: 'accepted',
    },
  ),
  integer(
    'min_auto_priority_delay',
    1,
    10_000_000,
    "min_auto_priority_delay '{v}' must be in [1, 10000000] - ignoring",
    {
      signed: true,
      alone: { says: 'min_auto_priority_delay requires delay time' },
    },
  ),
  integer('vrrp_rx_bufs_multiplier', 1, UNSIGNED, 'Invalid vrrp_rx_bufs_multiplier {v}', {
    alone: { says: 'Invalid vrrp_rx_bufs_multiplier' },
    exact: true,
  }),
  integer('vrrp_netlink_cmd_rcv_bufs', 0, UNSIGNED, 'vrrp_netlink_cmd_rcv_bufs size ({v}) invalid', {
    alone: { says: 'vrrp_netlink_cmd_rcv_bufs size missing' },
  }),
  boolean(
    'vrrp_netlink_cmd_rcv_bufs_force',
    "Invalid value '{v}' for global vrrp_netlink_cmd_rcv_bufs_force specified",
  ),
  boolean('checker_log_all_failures', 'Invalid value for checker_log_all_failures specified'),
  integer('random_seed', 0, UNSIGNED, 'random_seed {v} invalid'),
  ...answered({
    bfd_cpu_affinity: 'No bfd cpu_id set specified',
    checker_cpu_affinity: 'No checker cpu_id set specified',
    vrrp_cpu_affinity: 'No vrrp cpu_id set specified',
    lvs_netlink_cmd_rcv_bufs: 'lvs_netlink_cmd_rcv_bufs size missing',
    lvs_netlink_monitor_rcv_bufs: 'lvs_netlink_monitor_rcv_bufs size missing',
    vrrp_netlink_monitor_rcv_bufs: 'vrrp_netlink_monitor_rcv_bufs size missing',
    process_monitor_rcv_bufs: 'process_monitor_rcv_bufs size missing',
    vrrp_rx_bufs_policy: 'vrrp_rx_bufs_policy missing',
    tmp_config_directory: 'tmp_config_directory missing directory name',
  }),
];

const UNSIMULATED = unsimulated(
  list('notification_email', 'words'),
  words('vmac_addr_prefix vmac_prefix vrrp_mcast_group6 nftables_ipvs_priority'),
  words('disable_local_igmp enable_dbus enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2', 'accepted'),
  words('enable_snmp_rfcv3 enable_snmp_vrrp enable_traps fifo_write_vrrp_states_on_reload', 'accepted'),
  words('log_unknown_vrids lvs_flush lvs_flush_on_stop nftables nftables_counters', 'accepted'),
  words('nftables_ifindex nftables_ipvs no_email_faults reload_check_config reload_file', 'accepted'),
  words('reload_repeat smtp_alert_checker vrrp_check_unicast_src vrrp_notify_priority_changes', 'accepted'),
  words('include_check', 'accepted'),
  integer('vrrp_garp_extra_if', 1, 86400, "vrrp_garp_extra_if '{v}' invalid - ignoring", {
    alone: { says: 'vrrp_garp_extra_if specified without time - ignoring' },
  }),
  integer('startup_script_timeout', 1, 1000, "startup_script_timeout '{v}' must be in [1, 1000] - ignoring", {
    alone: { says: 'startup_script_timeout requires value' },
  }),
  integer(
    'shutdown_script_timeout',
    1,
    1000,
    "shutdown_script_timeout '{v}' must be in [1, 1000] - ignoring",
    {
      alone: { says: 'shutdown_script_timeout requires value' },
    },
  ),
  integer('nftables_priority', -SIGNED - 1, SIGNED, "invalid nftables chain priority '{v}'"),
  integer('nftables_ipvs_start_fwmark', 1, UNSIGNED, "invalid ipvs nftables start_fwmark priority '{v}'"),
  boolean('smtp_alert', "Invalid value '{v}' for global smtp_alert specified"),
  boolean('smtp_alert_vrrp', "Invalid value '{v}' for global smtp_alert_vrrp specified"),
  boolean('smtp_alert_checker', "Invalid value '{v}' for global smtp_alert_checker specified"),
  boolean('no_checker_emails', "Invalid value '{v}' for global no_checker_emails specified"),
  boolean('rs_init_notifies', "Invalid value '{v}' for global rs_init_notifies specified"),
  answered({
    dbus_service_name: 'dbus_service_name missing - ignoring',
    default_interface: 'default_interface requires interface name',
    lvs_notify_fifo: 'No lvs_notify_fifo name specified',
    lvs_notify_fifo_script: 'No lvs_notify_fifo_script specified',
    lvs_sync_daemon: 'lvs_sync_daemon requires interface',
    lvs_timeouts: 'lvs_timeouts requires at least one option',
    notify_fifo: 'No notify_fifo name specified',
    notify_fifo_script: 'No notify_fifo_script specified',
    vrrp_notify_fifo: 'No vrrp_notify_fifo name specified',
    vrrp_notify_fifo_script: 'No vrrp_notify_fifo_script specified',
    reload_time_file: 'reload_time_file invalid',
    shutdown_script: 'shutdown script missing',
    startup_script: 'startup script missing',
    snmp_socket: 'SNMP error : snmp socket name missing',
  }),
  says(
    'vrrp_iptables',
    'iptables not supported, using nftables instead. ' +
      "Please replace 'vrrp_iptables and 'vrrp_ipsets' with 'nftables' config option",
  ),
);

export const GLOBAL_DEFS: readonly Keyword[] = [...MODELLED, ...WITHOUT_EFFECT, ...UNSIMULATED];

/** Words that stand outside any block. */
export const TOP_LEVEL_WORDS: readonly Keyword[] = [
  integer('child_wait_time', 0, UNSIGNED, 'Invalid child_wait_time {v}'),
  ...unsimulated(
    word('instance', { says: 'instance name missing - ignoring' }),
    word('net_namespace', { says: 'net_namespace name missing - ignoring' }),
    words('net_namespace_ipvs namespace_with_ipsets linkbeat_use_polling use_pid_dir', 'accepted'),
  ),
];
