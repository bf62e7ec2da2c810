/**
 * virtual_server, real_server and the checkers. Source: keepalived 2.2.7, each keyword stepped through its
 * range; [207-vs-delay-loop], [209-vs-timers-bad], [220-rs-weights], [227-tcp-check-full],
 * [228-tcp-check-nb-get-retry].
 */
import {
  answered,
  block,
  boolean,
  decimal,
  flag,
  integer,
  type Keyword,
  oneWord,
  special,
  unsimulated,
  word,
  words,
} from './keyword.ts';

const UNSIGNED = 4294967295;
const SIGNED = 2147483647;
/** The longest time, in microseconds: 584,542 years. */
const ANY = 18_446_744_073_709_551_614n;
const TIMEOUT = 4_294_967_295n;

export const VIRTUAL_SERVER: readonly Keyword[] = [
  block('real_server', 'real-server'),
  decimal('delay_loop', 1n, ANY, "virtual server delay loop '{v}' invalid - ignoring"),
  decimal('connect_timeout', 1n, TIMEOUT, 'virtual server connect_timeout {v} invalid - ignoring'),
  integer('retry', 1, UNSIGNED, 'retry value invalid - {v}', { strict: true }),
  decimal('delay_before_retry', 0n, ANY, "virtual server delay before retry '{v}' invalid - ignoring"),
  decimal('warmup', 0n, ANY, "virtual server warmup '{v}' invalid - ignoring"),
  special('lb_algo', 'scheduler'),
  special('lvs_sched', 'scheduler'),
  special('lb_kind', 'forwarding-method'),
  special('lvs_method', 'forwarding-method'),
  special('protocol', 'protocol'),
  integer('persistence_timeout', 1, 2_678_400, 'persistence_timeout invalid', {
    strict: true,
    bare: 360,
  }),
  special('persistence_granularity', 'granularity'),
  integer('quorum', 1, UNSIGNED, 'Quorum {v} must be in [1, 4294967295]. Setting to 1.', {
    afterRefusal: 1,
  }),
  integer('hysteresis', 0, UNSIGNED, 'Hysteresis {v} must be in [0, 4294967295] - ignoring'),
  integer('weight', 1, SIGNED, 'Virtual server weight {v} is outside range 1-2147483647'),
  flag('alpha'),
  flag('omega'),
  flag('ops'),
  flag('inhibit_on_failure'),
  special('sorry_server', 'sorry-server'),
  special('sorry_server_inhibit', 'sorry-server-option', 'accepted'),
  special('sorry_server_lvs_method', 'sorry-server-option', 'accepted'),
  special('ip_family', 'ip-family'),
  word('virtualhost', { says: 'virtual server virtualhost missing' }),
  oneWord('snmp_name', 'virtual server snmp_name missing or extra parameters'),
  ...unsimulated(
    boolean('smtp_alert', 'Invalid virtual_server smtp_alert parameter {v}'),
    special('sh-port', 'scheduler-flag', 'accepted'),
    special('sh-fallback', 'scheduler-flag', 'accepted'),
    special('mh-port', 'scheduler-flag', 'accepted'),
    special('mh-fallback', 'scheduler-flag', 'accepted'),
    special('hashed', 'scheduler-flag', 'accepted'),
    words('flag-1 flag-2 flag-3 ha_suspend', 'accepted'),
    words('persistence_engine quorum_up quorum_down'),
  ),
];

export const REAL_SERVER: readonly Keyword[] = [
  integer('weight', 0, SIGNED, 'Real server weight {v} is outside range 0-2147483647'),
  special('lvs_method', 'forwarding-method'),
  decimal('delay_loop', 1n, ANY, "real server delay_loop '{v}' invalid - ignoring"),
  decimal('connect_timeout', 1n, TIMEOUT, 'real server connect_timeout {v} invalid - ignoring'),
  integer('retry', 1, UNSIGNED, 'retry value invalid - {v}', { strict: true }),
  decimal('delay_before_retry', 0n, ANY, "real server delay_before_retry '{v}' invalid - ignoring"),
  decimal('warmup', 0n, ANY, "real server warmup '{v}' invalid - ignoring"),
  integer('lthreshold', 0, UNSIGNED, "Invalid real_server lthreshold '{v}' - ignoring"),
  integer('uthreshold', 0, UNSIGNED, "Invalid real_server uthreshold '{v}' - ignoring"),
  boolean('alpha', 'Invalid alpha parameter {v}'),
  boolean('inhibit_on_failure', 'Invalid inhibit_on_failure parameter {v}'),
  word('virtualhost', { says: 'real server virtualhost missing' }),
  oneWord('snmp_name', 'real server snmp_name missing or extra parameters'),
  block('TCP_CHECK'),
  ...unsimulated(
    boolean('smtp_alert', 'Invalid real_server smtp_alert parameter {v}'),
    words('notify_up notify_down'),
    block('HTTP_GET'),
    block('SSL_GET', 'none', 'HTTP_GET'),
    block('SMTP_CHECK'),
    block('DNS_CHECK'),
    block('MISC_CHECK'),
    block('UDP_CHECK'),
    block('PING_CHECK'),
    block('FILE_CHECK'),
    block('BFD_CHECK'),
  ),
];

/** In every checker. */
const CHECK: readonly Keyword[] = [
  integer('retry', 0, UNSIGNED, "Invalid retry connection value '{v}'"),
  decimal('delay_before_retry', 0n, ANY, "Invalid delay_before_retry connection value '{v}'"),
  decimal('warmup', 0n, ANY, "Invalid warmup connection value '{v}'"),
  decimal('delay_loop', 1n, ANY, "delay_loop '{v}' is invalid - ignoring"),
  boolean('alpha', 'Invalid alpha parameter {v}'),
  boolean('log_all_failures', 'Invalid log_all_failures parameter {v}'),
];

/** In every checker that connects. */
const CONNECTION: readonly Keyword[] = [
  special('connect_ip', 'check-address'),
  integer('connect_port', 1, 65535, "Invalid checker connect_port '{v}'"),
  special('bindto', 'check-address'),
  integer('bind_port', 1, 65535, "Invalid checker bind_port '{v}'"),
  word('bind_if'),
  decimal('connect_timeout', 1n, TIMEOUT, 'connect_timeout {v} invalid - ignoring'),
  integer('fwmark', 0, UNSIGNED, "Invalid fwmark connection value '{v}'"),
];

export const TCP_CHECK: readonly Keyword[] = [...CHECK, ...CONNECTION];

export const HTTP_GET: readonly Keyword[] = [
  ...CHECK,
  ...CONNECTION,
  block('url'),
  integer('nb_get_retry', 0, UNSIGNED, "Invalid nb_get_retry value '{v}'"),
  ...answered({
    http_protocol: 'Missing http_protocol version',
    virtualhost: 'HTTP_GET virtualhost name missing',
  }),
  boolean('fast_recovery', 'Invalid fast_recovery parameter {v}'),
  boolean('enable_sni', 'Invalid enable_sni parameter {v}'),
];

export const URL: readonly Keyword[] = [
  ...words('digest path'),
  word('virtualhost', { says: 'Missing HTTP_GET virtualhost name' }),
  ...words('regex regex_max_offset regex_min_offset regex_no_match regex_options regex_stack', 'accepted'),
  word('status_code', 'accepted'),
];

export const SMTP_CHECK: readonly Keyword[] = [
  ...CHECK,
  ...CONNECTION,
  block('host'),
  word('helo_name', { says: 'SMTP_CHECK helo name missing' }),
];

export const DNS_CHECK: readonly Keyword[] = [...CHECK, ...CONNECTION, ...words('name type')];

export const MISC_CHECK: readonly Keyword[] = [
  ...CHECK,
  integer('misc_timeout', 0, 4294, "Invalid misc_timeout value '{v}'"),
  word('user', { says: "No user specified for misc checker script '{name}'" }),
  ...words('misc_dynamic misc_path', 'accepted'),
];

export const UDP_CHECK: readonly Keyword[] = [
  ...CHECK,
  ...CONNECTION,
  integer('min_reply_length', 0, 65535, 'UDP_CHECK min length {v} not valid - must be between 0 & 65535'),
  integer('max_reply_length', 0, 65535, 'UDP_CHECK max length {v} not valid - must be between 0 & 65535'),
  word('payload', { says: 'UDP_CHECK payload requires a payload' }),
  word('require_reply', 'accepted'),
];

export const PING_CHECK: readonly Keyword[] = [...CHECK, ...CONNECTION];

export const FILE_CHECK: readonly Keyword[] = [
  word('track_file'),
  word('weight', { says: 'track file weight missing' }),
];

export const BFD_CHECK: readonly Keyword[] = [
  word('name', { says: '({name}) BFD_CHECK - No or too many names specified - skipping checker' }),
  boolean('alpha', 'Invalid alpha parameter {v}'),
];

export const SSL: readonly Keyword[] = answered({
  ca: 'SSL cafile missing',
  certificate: 'SSL certfile missing',
  key: 'SSL keyfile missing',
  password: 'SSL password missing',
});
