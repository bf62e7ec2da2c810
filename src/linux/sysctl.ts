/**
 * The /proc/sys tree of one host, as far as the simulation obeys it: a key that is not here has no effect
 * here, so it does not exist. Per-interface settings live in plain records, which the network code reads
 * without any lookup; the tree is a view of them. Defaults are those of Linux 6.18 [m0-defaults], with the
 * stock tcp_rmem.
 */

/** net.ipv4.conf.<interface> */
export interface InterfaceConf {
  accept_local: number;
  accept_redirects: number;
  arp_accept: number;
  arp_announce: number;
  arp_evict_nocarrier: number;
  arp_filter: number;
  arp_ignore: number;
  arp_notify: number;
  drop_gratuitous_arp: number;
  forwarding: number;
  promote_secondaries: number;
  proxy_arp: number;
  rp_filter: number;
  secure_redirects: number;
  send_redirects: number;
}

/** net.ipv4.neigh.<interface>; locktime and proxy_delay count hundredths of a second. */
export interface NeighbourConf {
  base_reachable_time_ms: number;
  delay_first_probe_time: number;
  locktime: number;
  mcast_resolicit: number;
  mcast_solicit: number;
  proxy_delay: number;
  retrans_time_ms: number;
  ucast_solicit: number;
  unres_qlen_bytes: number;
}

const INTERFACE_DEFAULTS: InterfaceConf = {
  accept_local: 0,
  accept_redirects: 1,
  arp_accept: 0,
  arp_announce: 0,
  arp_evict_nocarrier: 1,
  arp_filter: 0,
  arp_ignore: 0,
  arp_notify: 0,
  drop_gratuitous_arp: 0,
  forwarding: 0,
  promote_secondaries: 0,
  proxy_arp: 0,
  rp_filter: 0,
  secure_redirects: 1,
  send_redirects: 1,
};

const NEIGHBOUR_DEFAULTS: NeighbourConf = {
  base_reachable_time_ms: 30_000,
  delay_first_probe_time: 5,
  locktime: 100,
  mcast_resolicit: 0,
  mcast_solicit: 3,
  proxy_delay: 80,
  retrans_time_ms: 1000,
  ucast_solicit: 3,
  unres_qlen_bytes: 212_992,
};

const HOST_DEFAULTS: Readonly<Record<string, string>> = {
  'net.ipv4.icmp_echo_ignore_all': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.icmp_ratelimit': '1000',
  'net.ipv4.icmp_ratemask': '6168',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_forward': '0',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.tcp_fin_timeout': '60',
  'net.ipv4.tcp_retries2': '15',
  'net.ipv4.tcp_rmem': '4096\t131072\t6291456',
  'net.ipv4.tcp_syn_linear_timeouts': '4',
  'net.ipv4.tcp_syn_retries': '6',
  'net.ipv4.tcp_synack_retries': '5',
  'net.ipv4.vs.conn_reuse_mode': '1',
  'net.ipv4.vs.expire_nodest_conn': '0',
  'net.ipv4.vs.expire_quiescent_template': '0',
  'net.ipv4.vs.sloppy_tcp': '0',
};

/**
 * What the kernel refuses beyond, where that is less than an int; of net.ipv4.neigh nothing may be negative.
 */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  'net.ipv4.icmp_echo_ignore_all': [0, 1],
  'net.ipv4.icmp_echo_ignore_broadcasts': [0, 1],
  'net.ipv4.ip_default_ttl': [1, 255],
  'net.ipv4.tcp_retries2': [0, 255],
  'net.ipv4.tcp_syn_linear_timeouts': [0, 127],
  'net.ipv4.tcp_syn_retries': [1, 127],
  'net.ipv4.tcp_synack_retries': [0, 255],
};
const ANY_INT = [-(2 ** 31), 2 ** 31 - 1] as const;
const NOT_NEGATIVE = [0, 2 ** 31 - 1] as const;

type Settings = InterfaceConf | NeighbourConf;

export class Sysctl {
  /** net.ipv4.conf.all: combined with an interface's own by maximum, which for switches is OR. */
  readonly all: InterfaceConf = { ...INTERFACE_DEFAULTS };
  /** Whether this host routes: the value of net.ipv4.ip_forward. */
  forwarding = false;
  /** The value of net.ipv4.ip_default_ttl. */
  ttl = 64;

  private readonly host = new Map<string, string>(Object.entries(HOST_DEFAULTS));
  private readonly numbers = new Map<string, number>();
  private readonly groups = new Map<string, Settings>();
  private readonly interfaceDefault: InterfaceConf = { ...INTERFACE_DEFAULTS };
  private readonly neighbourDefault: NeighbourConf = { ...NEIGHBOUR_DEFAULTS };
  /** Of each new interface the keys that follow `default`: until written, or until it gets an address. */
  private readonly following = new Map<Settings, Set<string>>();

  constructor() {
    this.groups.set('net.ipv4.conf.all', this.all);
    this.groups.set('net.ipv4.conf.default', this.interfaceDefault);
    this.groups.set('net.ipv4.neigh.default', this.neighbourDefault);
    for (const [key, value] of this.host) this.numbers.set(key, Number.parseInt(value, 10));
  }

  /** Settings of a new interface: a copy of `default` as it is now. */
  addInterface(name: string): { conf: InterfaceConf; neigh: NeighbourConf } {
    const conf = { ...this.interfaceDefault };
    const neigh = { ...this.neighbourDefault };
    this.groups.set(`net.ipv4.conf.${name}`, conf);
    this.groups.set(`net.ipv4.neigh.${name}`, neigh);
    for (const settings of [conf, neigh]) this.following.set(settings, new Set(Object.keys(settings)));
    return { conf, neigh };
  }

  /**
   * An interface got an address: what is written to `default` no longer concerns it (ipv4_devconf_setall).
   */
  settle(name: string): void {
    for (const tree of ['conf', 'neigh']) {
      const settings = this.groups.get(`net.ipv4.${tree}.${name}`);
      if (settings !== undefined) this.following.delete(settings);
    }
  }

  /** Value of a numeric key, the first if it has several; 0 for one that does not exist. */
  number(key: string): number {
    return this.numbers.get(key) ?? Number(this.text(key) ?? 0);
  }

  /** As `sysctl key` prints it; null when there is no such key. Slashes may stand for dots. */
  text(key: string): string | null {
    const known = this.host.get(key);
    if (known !== undefined) return known;
    const dotted = normalise(key);
    const found = this.find(dotted);
    if (found !== null) return String(found.settings[found.name as keyof Settings]);
    return this.host.get(dotted) ?? null;
  }

  /** Writes a value as the kernel takes it; the reason where it does not. */
  set(key: string, value: string): 'ENOENT' | 'EINVAL' | null {
    const dotted = normalise(key);
    const found = this.find(dotted);
    if (found === null && !this.host.has(dotted)) return 'ENOENT';
    // What follows the numbers and a blank is not looked at: `1    ##a remark` is 1.
    const text = /^-?\d+(\t-?\d+)*(?=\t|$)/.exec(value.trim().replace(/\s+/g, '\t'))?.[0];
    if (text === undefined) return 'EINVAL';
    const range = RANGES[dotted] ?? (dotted.startsWith('net.ipv4.neigh.') ? NOT_NEGATIVE : ANY_INT);
    const values = text.split('\t').map(Number);
    if (values.some((number) => number < range[0] || number > range[1])) return 'EINVAL';
    const [first = 0] = values;
    if (found === null) this.setHost(dotted, values);
    else this.setSetting(found.settings, found.name, first);
    if (dotted === 'net.ipv4.conf.all.forwarding' || dotted === 'net.ipv4.ip_forward')
      this.setForwarding(first);
    return null;
  }

  /** Of a key with several values those given are set, what is beyond is not heard. */
  private setHost(dotted: string, values: readonly number[]): void {
    const old = (this.host.get(dotted) ?? '').split('\t');
    this.host.set(dotted, old.map((value, i) => values[i] ?? value).join('\t'));
    this.numbers.set(dotted, values[0] ?? 0);
    if (dotted === 'net.ipv4.ip_default_ttl') this.ttl = values[0] ?? 0;
  }

  private setSetting(settings: Settings, name: string, value: number): void {
    assign(settings, name, value);
    this.following.get(settings)?.delete(name);
    if (name === 'forwarding') return;
    const ofNeighbours = settings === this.neighbourDefault;
    if (settings !== this.interfaceDefault && !ofNeighbours) return;
    for (const [follower, names] of this.following) {
      if ('locktime' in follower === ofNeighbours && names.has(name)) assign(follower, name, value);
    }
  }

  /** Every key, sorted, as `sysctl -a` walks the tree. */
  keys(): readonly string[] {
    const keys = [...this.host.keys()];
    for (const [group, settings] of this.groups) {
      for (const name of Object.keys(settings)) keys.push(`${group}.${name}`);
    }
    return keys.sort();
  }

  /**
   * Turning the host into a router or back sets every interface's switch and flips accept_redirects of `all`.
   */
  private setForwarding(value: number): void {
    const on = value !== 0;
    this.forwarding = on;
    this.host.set('net.ipv4.ip_forward', String(value));
    this.numbers.set('net.ipv4.ip_forward', value);
    this.all.accept_redirects = on ? 0 : 1;
    for (const settings of this.groups.values()) {
      if ('forwarding' in settings) settings.forwarding = value;
    }
  }

  private find(dotted: string): { settings: Settings; name: string } | null {
    const dot = dotted.lastIndexOf('.');
    const name = dotted.slice(dot + 1);
    const settings = this.groups.get(dotted.slice(0, dot));
    return settings !== undefined && Object.hasOwn(settings, name) ? { settings, name } : null;
  }
}

function assign(settings: Settings, name: string, value: number): void {
  (settings as unknown as Record<string, number>)[name] = value;
}

function normalise(key: string): string {
  return key.replaceAll('/', '.');
}
