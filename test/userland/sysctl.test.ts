/** `sysctl`, beside what procps-ng 4.0.2 printed on Linux 6.18; the file is full of what a file can hold. */
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

const FILE = `# comment
; another
net.ipv4.ip_forward=1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.ens33.send_redirects = 0
-net.ipv4.foo = 1
net.ipv4.bar = 1
garbage line

   net.ipv4.conf.all.arp_ignore   =   1   
net.ipv4.conf.all.arp_announce =
net.ipv4.conf.*.arp_filter = 0
net.ipv4.conf.lo.arp_filter = 1
=3
net/ipv4/conf/all/rp_filter = 0
`;

test('shows, sets and loads as the real one', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  bench.host('lvs1').files.write('/etc/sysctl.conf', FILE);
  replay(bench, 'lvs1', TRANSCRIPT);
});

test('-p alone reads /etc/sysctl.conf, and the kernel obeys', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  const { files, kernel } = bench.host('lvs1');
  files.write('/etc/sysctl.conf', 'net.ipv4.ip_forward = 1\n');
  expect(bench.text('lvs1', 'sysctl -p')).toBe('net.ipv4.ip_forward = 1\n');
  expect(kernel.sysctl.forwarding).toBe(true);
});

test('a folder of the tree is shown whole, -b without newlines, --dry-run changes nothing', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  expect(bench.text('lvs1', 'sysctl net.ipv4.neigh.ens33')).toBe(
    bench.text('lvs1', "sysctl -a -r '^net.ipv4.neigh.ens33'"),
  );
  expect(bench.text('lvs1', 'sysctl -b net.ipv4.ip_forward')).toBe('0');
  expect(bench.text('lvs1', 'sysctl --dry-run -w net.ipv4.ip_forward=7')).toBe('net.ipv4.ip_forward = 7\n');
  expect(bench.text('lvs1', 'sysctl -n net.ipv4.ip_forward')).toBe('0\n');
});

test('usage, and what is not simulated', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  expect(bench.run('lvs1', 'sysctl')).toMatchObject({ exit: 1, stdout: '' });
  expect(bench.run('lvs1', 'sysctl -z')).toMatchObject({
    exit: 0,
    stderr: "sysctl: invalid option -- 'z'\n",
  });
  expect(bench.text('lvs1', 'sysctl --system')).toBe('sysctl: not simulated: --system\n=> 1\n');
});

const TRANSCRIPT = `$ sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 0
$ sysctl -n net.ipv4.ip_forward
0
$ sysctl -w net.ipv4.ip_forward=1
net.ipv4.ip_forward = 1
$ sysctl net.ipv4.ip_forward=0
net.ipv4.ip_forward = 0
$ sysctl net/ipv4/ip_forward
net.ipv4.ip_forward = 0
$ sysctl net.ipv4.foo
sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory
=> 1
$ sysctl -w net.ipv4.foo=1
sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory
=> 1
$ sysctl -w net.ipv4.ip_forward
sysctl: command line(0): invalid syntax, continuing...
=> 1
$ sysctl -w net.ipv4.ip_forward = 1
sysctl: command line(0): invalid syntax, continuing...
=> 1
$ sysctl net.ipv4.ip_forward = 1
net.ipv4.ip_forward = 0
sysctl: cannot stat /proc/sys/1: No such file or directory
=> 2
$ sysctl -w net.ipv4.ip_forward=abc
sysctl: setting key "net.ipv4.ip_forward": Invalid argument
=> 1
$ sysctl -w 'net.ipv4.ip_forward = 1'
net.ipv4.ip_forward = 1
$ sysctl -q -w net.ipv4.ip_forward=1
$ sysctl -n -w net.ipv4.ip_forward=1
1
$ sysctl -N net.ipv4.ip_forward
net.ipv4.ip_forward
$ sysctl -e net.ipv4.foo
$ sysctl -e -w net.ipv4.foo=1
$ sysctl -w 'net.ipv4.ip_local_port_range=1024   2000'
net.ipv4.ip_local_port_range = 1024   2000
$ sysctl net.ipv4.ip_local_port_range
net.ipv4.ip_local_port_range = 1024	2000
$ sysctl -n net.ipv4.ip_local_port_range
1024	2000
$ sysctl -w net.ipv4.conf.ens33=1
sysctl: setting key "net.ipv4.conf.ens33": Invalid argument
$ sysctl net.ipv4.conf.ens33.arp
sysctl: cannot stat /proc/sys/net/ipv4/conf/ens33/arp: No such file or directory
=> 1
$ sysctl -w net.ipv4.conf.nope.arp_ignore=1
sysctl: cannot stat /proc/sys/net/ipv4/conf/nope/arp_ignore: No such file or directory
=> 1
$ sysctl net.ipv4.ip_forward net.ipv4.foo net.ipv4.ip_default_ttl
net.ipv4.ip_forward = 1
net.ipv4.ip_default_ttl = 64
sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory
=> 1
$ sysctl net.ipv4.ip_forward=
sysctl: setting key "net.ipv4.ip_forward": Invalid argument
=> 1
$ sysctl foo=
sysctl: cannot stat /proc/sys/foo: No such file or directory
=> 1
$ sysctl =1
sysctl: Path is not under /proc/sys/: /proc/sys/
=> 1
$ sysctl -w net.ipv4.ip_default_ttl=0
sysctl: setting key "net.ipv4.ip_default_ttl": Invalid argument
=> 1
$ sysctl -a -r 'ens33.arp_a[cn]'
net.ipv4.conf.ens33.arp_accept = 0
net.ipv4.conf.ens33.arp_announce = 0
$ sysctl -N -a -r 'lo.arp_acc'
net.ipv4.conf.lo.arp_accept
$ sysctl -p /nonexistent
sysctl: cannot open "/nonexistent": No such file or directory
=> 1
$ sysctl -p /etc/sysctl.conf
net.ipv4.ip_forward = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.ens33.send_redirects = 0
net.ipv4.conf.all.arp_ignore = 1
net.ipv4.conf.all.arp_filter = 0
net.ipv4.conf.default.arp_filter = 0
net.ipv4.conf.ens33.arp_filter = 0
net.ipv4.conf.lo.arp_filter = 1
net.ipv4.conf.all.rp_filter = 0
sysctl: /etc/sysctl.conf(9): invalid syntax, continuing...
sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory
sysctl: cannot stat /proc/sys/net/ipv4/bar: No such file or directory
sysctl: setting key "net.ipv4.conf.all.arp_announce": Invalid argument
sysctl: Path is not under /proc/sys/: /proc/sys/
=> 1
$ sysctl -n -p /etc/sysctl.conf
1
0
0
0
1
0
0
0
1
0
sysctl: /etc/sysctl.conf(9): invalid syntax, continuing...
sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory
sysctl: cannot stat /proc/sys/net/ipv4/bar: No such file or directory
sysctl: setting key "net.ipv4.conf.all.arp_announce": Invalid argument
sysctl: Path is not under /proc/sys/: /proc/sys/
=> 1
$ sysctl -q -p /etc/sysctl.conf
sysctl: /etc/sysctl.conf(9): invalid syntax, continuing...
sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory
sysctl: cannot stat /proc/sys/net/ipv4/bar: No such file or directory
sysctl: setting key "net.ipv4.conf.all.arp_announce": Invalid argument
sysctl: Path is not under /proc/sys/: /proc/sys/
=> 1
$ sysctl -e -p /etc/sysctl.conf
net.ipv4.ip_forward = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.ens33.send_redirects = 0
net.ipv4.conf.all.arp_ignore = 1
net.ipv4.conf.all.arp_filter = 0
net.ipv4.conf.default.arp_filter = 0
net.ipv4.conf.ens33.arp_filter = 0
net.ipv4.conf.lo.arp_filter = 1
net.ipv4.conf.all.rp_filter = 0
sysctl: /etc/sysctl.conf(9): invalid syntax, continuing...
sysctl: setting key "net.ipv4.conf.all.arp_announce": Invalid argument
sysctl: Path is not under /proc/sys/: /proc/sys/
=> 1
$ cat /proc/sys/net/ipv4/conf/ens33/send_redirects
0
$ cat /proc/sys/net/ipv4/foo
cat: /proc/sys/net/ipv4/foo: No such file or directory
=> 1
$ echo 1 > /proc/sys/net/ipv4/conf/lo/arp_ignore
$ sysctl net.ipv4.conf.lo.arp_ignore
net.ipv4.conf.lo.arp_ignore = 1
`;
