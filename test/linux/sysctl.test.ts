import { describe, expect, it } from 'vitest';
import { Sysctl } from '../../src/linux/sysctl.ts';
import { recording } from './recording.ts';

function host() {
  const sysctl = new Sysctl();
  const lo = sysctl.addInterface('lo');
  const ens33 = sysctl.addInterface('ens33');
  return { sysctl, lo, ens33 };
}

describe('sysctl', () => {
  it('m0-defaults: its keys begin with the recorded values, but for what that machine had changed', () => {
    const { sysctl } = host();
    const { sysctls } = recording<{ sysctls: Readonly<Record<string, string>> }>('m0-defaults');
    const keys = sysctl.keys().filter((key) => !key.startsWith('net.ipv4.vs.'));
    const recorded = keys.filter((key) => sysctls[key.replace('.lo.', '.ens33.')] !== undefined);
    const differing = recorded.filter(
      (key) => sysctl.text(key) !== (sysctls[key.replace('.lo.', '.ens33.')] ?? '').replace(/\s+/g, '\t'),
    );
    expect(differing).toEqual(['net.ipv4.tcp_rmem']);
    expect(recorded.length).toBeGreaterThan(60);
  });

  it('reads and writes by dots or slashes, and trims', () => {
    const { sysctl, ens33 } = host();
    expect(sysctl.set('net/ipv4/conf/ens33/arp_ignore', ' 1\n')).toBeNull();
    expect(sysctl.text('net.ipv4.conf.ens33.arp_ignore')).toBe('1');
    expect(sysctl.number('net.ipv4.conf.ens33.arp_ignore')).toBe(1);
    expect(ens33.conf.arp_ignore).toBe(1);
    expect(sysctl.all.arp_ignore).toBe(0);
  });

  it.each([
    ['net.ipv4.no_such_key', '1', 'ENOENT'],
    ['net.ipv4.conf.ens99.arp_ignore', '1', 'ENOENT'],
    ['net.ipv4.conf.ens33.constructor', '1', 'ENOENT'],
    ['net.ipv4.conf.ens33', '1', 'ENOENT'],
    ['', '1', 'ENOENT'],
    ['net.ipv4.ip_forward', 'yes', 'EINVAL'],
    ['net.ipv4.ip_forward', '', 'EINVAL'],
    ['net.ipv4.ip_forward', '1.5', 'EINVAL'],
    ['net.ipv4.conf.ens33.arp_ignore', '99999999999', 'EINVAL'],
    ['net.ipv4.tcp_syn_retries', '0', 'EINVAL'],
    ['net.ipv4.tcp_syn_retries', '128', 'EINVAL'],
    ['net.ipv4.ip_default_ttl', '256', 'EINVAL'],
    ['net.ipv4.icmp_echo_ignore_all', '2', 'EINVAL'],
    ['net.ipv4.neigh.ens33.locktime', '-1', 'EINVAL'],
  ] as const)('%s = %j: %s', (key, value, error) => {
    const { sysctl } = host();
    const before = sysctl.keys().map((known) => sysctl.text(known));
    expect(sysctl.set(key, value)).toBe(error);
    expect(sysctl.keys().map((known) => sysctl.text(known))).toEqual(before);
  });

  it('an unknown key has no text', () => {
    expect(host().sysctl.text('net.ipv4.no_such_key')).toBeNull();
    expect(host().sysctl.number('net.ipv4.no_such_key')).toBe(0);
  });

  it('ip_forward sets the switch of every interface and turns accept_redirects of `all` round', () => {
    const { sysctl, lo, ens33 } = host();
    expect(sysctl.set('net.ipv4.ip_forward', '1')).toBeNull();
    expect([sysctl.forwarding, lo.conf.forwarding, ens33.conf.forwarding]).toEqual([true, 1, 1]);
    expect(sysctl.text('net.ipv4.conf.all.forwarding')).toBe('1');
    expect(sysctl.text('net.ipv4.conf.default.forwarding')).toBe('1');
    expect(sysctl.text('net.ipv4.conf.all.accept_redirects')).toBe('0');
    expect(sysctl.text('net.ipv4.conf.ens33.accept_redirects')).toBe('1');
    expect(sysctl.set('net.ipv4.conf.all.forwarding', '0')).toBeNull();
    expect([sysctl.forwarding, lo.conf.forwarding, ens33.conf.forwarding]).toEqual([false, 0, 0]);
    expect(sysctl.text('net.ipv4.ip_forward')).toBe('0');
    expect(sysctl.text('net.ipv4.conf.all.accept_redirects')).toBe('1');
  });

  it('one interface may forward alone', () => {
    const { sysctl, lo, ens33 } = host();
    sysctl.set('net.ipv4.conf.ens33.forwarding', '1');
    expect([sysctl.forwarding, lo.conf.forwarding, ens33.conf.forwarding]).toEqual([false, 0, 1]);
  });

  it('`all` and `default` stay apart from the interfaces that are there', () => {
    const { sysctl, ens33 } = host();
    sysctl.settle('ens33');
    sysctl.set('net.ipv4.conf.all.rp_filter', '1');
    sysctl.set('net.ipv4.conf.default.rp_filter', '2');
    expect(ens33.conf.rp_filter).toBe(0);
    expect(sysctl.addInterface('ens34').conf.rp_filter).toBe(2);
  });

  it('an interface follows `default` until it gets an address or the key is written', () => {
    const { sysctl, ens33 } = host();
    const ens34 = sysctl.addInterface('ens34');
    sysctl.set('net.ipv4.conf.ens34.rp_filter', '0');
    sysctl.set('net.ipv4.conf.default.rp_filter', '1');
    sysctl.set('net.ipv4.conf.default.arp_ignore', '2');
    sysctl.set('net.ipv4.neigh.default.locktime', '0');
    expect([ens33.conf.rp_filter, ens34.conf.rp_filter]).toEqual([1, 0]);
    expect([ens33.conf.arp_ignore, ens34.conf.arp_ignore]).toEqual([2, 2]);
    expect([ens33.neigh.locktime, ens34.neigh.locktime]).toEqual([0, 0]);
    sysctl.settle('ens33');
    sysctl.set('net.ipv4.conf.default.arp_ignore', '8');
    sysctl.set('net.ipv4.neigh.default.locktime', '5');
    expect([ens33.conf.arp_ignore, ens34.conf.arp_ignore]).toEqual([2, 8]);
    expect([ens33.neigh.locktime, ens34.neigh.locktime]).toEqual([0, 5]);
  });

  it('keys with several values keep those that are not given', () => {
    const { sysctl } = host();
    expect(sysctl.set('net.ipv4.ip_local_port_range', '1024  2000')).toBeNull();
    expect(sysctl.text('net.ipv4.ip_local_port_range')).toBe('1024\t2000');
    sysctl.set('net.ipv4.ip_local_port_range', '3000');
    expect(sysctl.text('net.ipv4.ip_local_port_range')).toBe('3000\t2000');
    expect(sysctl.number('net.ipv4.tcp_rmem')).toBe(4096);
    sysctl.set('net.ipv4.ip_forward', '1 2 3');
    expect(sysctl.text('net.ipv4.ip_forward')).toBe('1');
  });

  it('lists every key once, sorted', () => {
    const { sysctl } = host();
    const keys = sysctl.keys();
    expect(keys).toEqual([...new Set(keys)].sort());
    expect(keys).toContain('net.ipv4.conf.lo.arp_announce');
    expect(keys.every((key) => sysctl.text(key) !== null)).toBe(true);
  });
});
