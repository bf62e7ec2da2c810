/** Everything a person can type on a host, by name. What is not here is `command not found`. */
import { ipText } from '../wire/ip-address.ts';
import { arp } from './arp.ts';
import { arping } from './arping.ts';
import type { Command, Process } from './command.ts';
import { cat, echo, falseCommand, hostname, sleep, trueCommand } from './coreutils.ts';
import { curl } from './curl.ts';
import { nameOf, resolveName } from './host-names.ts';
import { ifconfig } from './ifconfig.ts';
import { ip } from './ip.ts';
import { ipvsadm } from './ipvsadm.ts';
import { ping } from './ping.ts';
import { route } from './route.ts';
import { kill, killall, pkill } from './signals.ts';
import { sysctl } from './sysctl.ts';
import { service, systemctl } from './systemctl.ts';

/** The words of a command line go in, its end comes out at once. */
function ipvsadmCommand(process: Process): void {
  const { host, argv, stdin } = process;
  const names = {
    addressOf: (name: string) => resolveName(host, name),
    nameOf: (address: number) => {
      const name = nameOf(host, address);
      return name === ipText(address) ? null : name;
    },
  };
  const { stdout, stderr, exit } = ipvsadm({ ipvs: host.ipvs, names }, argv.slice(1), stdin);
  process.out(stdout);
  process.err(stderr);
  process.exit(exit);
}

const TABLE: Readonly<Record<string, Command>> = {
  arp,
  arping,
  cat,
  curl,
  echo,
  false: falseCommand,
  hostname,
  ifconfig,
  ip,
  ipvsadm: ipvsadmCommand,
  kill,
  killall,
  ping,
  pkill,
  route,
  service,
  sleep,
  sysctl,
  systemctl,
  true: trueCommand,
};

/** Without a prototype: `constructor` is no command. */
export const COMMANDS: Readonly<Record<string, Command>> = Object.assign(Object.create(null), TABLE);
