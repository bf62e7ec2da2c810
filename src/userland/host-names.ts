/** Host names as a program on a host finds them: /etc/hosts, and localhost. There is no DNS here. */
import { IP_LOOPBACK, ipText, parseIp } from '../wire/ip-address.ts';
import type { Host } from './host.ts';

/** The address of a name, or of a dotted quad; null: nobody knows it. */
export function resolveName(host: Host, name: string): number | null {
  const address = parseIp(name);
  if (address !== null) return address;
  for (const { ip, names } of hostsFile(host)) if (names.includes(name)) return ip;
  return name === 'localhost' ? IP_LOOPBACK : null;
}

/** The first name /etc/hosts has for an address, or its dotted quad. */
export function nameOf(host: Host, ip: number): string {
  const known = hostsFile(host).find((entry) => entry.ip === ip)?.names[0];
  return known ?? (ip === IP_LOOPBACK ? 'localhost' : ipText(ip));
}

function hostsFile(host: Host): { ip: number; names: string[] }[] {
  const text = host.files.read('/etc/hosts');
  if (text === null) return [];
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const ip = parseIp(address);
    return ip === null || names.length === 0 ? [] : [{ ip, names }];
  });
}
