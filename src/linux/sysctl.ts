/**
 * The /proc/sys tree of one host, as far as the simulation obeys it: a key that is not here has no effect here, so it
 * does not exist. Per-interface settings live in plain records, which the network code reads without any lookup; the
 * tree is a view of them. Defaults are those of Linux 6.18 [m0-defaults], with the stock tcp_rmem.
 */

/** net.ipv4.conf.<interface> */
export interface InterfaceConf {
  accept_local: number;
  accept_redirects: number;
  arp_accept: number;
  arp_announce: number;
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

/** net.ipv4.neigh.<interface>; locktime counts hundredths of a second. */
export interface NeighbourConf {
  base_reachable_time_ms: number;
  delay_first_probe_time: number;
  locktime: number;
  mcast_resolicit: number;
  mcast_solicit: number;
  retrans_time_ms: number;
  ucast_solicit: number;
  unres_qlen_bytes: number;
}

const INTERFACE_DEFAULTS: InterfaceConf = {
  accept_local: 0,
  accept_redirects: 1,
  arp_accept: 0,
  arp_announce: 0,
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

type Settings = InterfaceConf | NeighbourConf;

export class Sysctl {
  /** net.ipv4.conf.all: combined with an interface's own by maximum, which for switches is OR. */
  readonly all: InterfaceConf = { ...INTERFACE_DEFAULTS };
  /** Whether this host routes: the value of net.ipv4.ip_forward. */
  forwarding = false;

  private readonly host = new Map<string, string>(Object.entries(HOST_DEFAULTS));
  private readonly numbers = new Map<string, number>();
  private readonly groups = new Map<string, Settings>();
  private readonly interfaceDefault: InterfaceConf = { ...INTERFACE_DEFAULTS };
  private readonly neighbourDefault: NeighbourConf = { ...NEIGHBOUR_DEFAULTS };

  constructor() {
    this.groups.set('net.ipv4.conf.all', this.all);
    this.groups.set('net.ipv4.conf.default', this.interfaceDefault);
    this.groups.set('net.ipv4.neigh.default', this.neighbourDefault);
    for (const [key, value] of this.host) this.numbers.set(key, Number(value));
  }

  /** Settings of a new interface: a copy of `default` as it is now. */
  addInterface(name: string): { conf: InterfaceConf; neigh: NeighbourConf } {
    const conf = { ...this.interfaceDefault };
    const neigh = { ...this.neighbourDefault };
    this.groups.set(`net.ipv4.conf.${name}`, conf);
    this.groups.set(`net.ipv4.neigh.${name}`, neigh);
    return { conf, neigh };
  }

  /** Value of a host-wide numeric key; 0 for one that does not exist. */
  number(key: string): number {
    return this.numbers.get(key) ?? 0;
  }

  /** As `sysctl key` prints it; null when there is no such key. Slashes may stand for dots. */
  text(key: string): string | null {
    const dotted = normalise(key);
    const found = this.find(dotted);
    if (found !== null) return String(found.settings[found.name as keyof Settings]);
    return this.host.get(dotted) ?? null;
  }

  /** Writes a value as the kernel takes it; the reason where it does not. */
  set(key: string, value: string): 'ENOENT' | 'EINVAL' | null {
    const dotted = normalise(key);
    const found = this.find(dotted);
    const text = value.trim().replace(/\s+/g, '\t');
    if (found === null && !this.host.has(dotted)) return 'ENOENT';
    if (!/^-?\d+(\t-?\d+)*$/.test(text)) return 'EINVAL';
    if (found !== null) {
      (found.settings as unknown as Record<string, number>)[found.name] = Number(text);
      if (dotted === 'net.ipv4.conf.all.forwarding') this.setForwarding(Number(text));
      return null;
    }
    this.host.set(dotted, text);
    this.numbers.set(dotted, Number(text));
    if (dotted === 'net.ipv4.ip_forward') this.setForwarding(Number(text));
    return null;
  }

  /** Every key, sorted, as `sysctl -a` walks the tree. */
  keys(): readonly string[] {
    const keys = [...this.host.keys()];
    for (const [group, settings] of this.groups) {
      for (const name of Object.keys(settings)) keys.push(`${group}.${name}`);
    }
    return keys.sort();
  }

  /** Turning the host into a router or back sets every interface's switch and flips accept_redirects of `all`. */
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

function normalise(key: string): string {
  return key.replaceAll('/', '.');
}
