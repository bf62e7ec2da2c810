/**
 * Ports by name: the part of Debian's /etc/services that a laboratory is likely to meet. The first name of a
 * port is the one tools print.
 */
import { TCP, UDP } from '../wire/ipv4.ts';

/** Name, port, protocols. */
const SERVICES: readonly (readonly [string, number, ...number[]])[] = [
  ['echo', 7, TCP, UDP],
  ['discard', 9, TCP, UDP],
  ['daytime', 13, TCP, UDP],
  ['chargen', 19, TCP, UDP],
  ['ftp-data', 20, TCP],
  ['ftp', 21, TCP],
  ['ssh', 22, TCP],
  ['telnet', 23, TCP],
  ['smtp', 25, TCP],
  ['mail', 25, TCP],
  ['time', 37, TCP, UDP],
  ['domain', 53, TCP, UDP],
  ['bootps', 67, UDP],
  ['tftp', 69, UDP],
  ['http', 80, TCP],
  ['www', 80, TCP],
  ['kerberos', 88, TCP, UDP],
  ['pop3', 110, TCP],
  ['pop-3', 110, TCP],
  ['sunrpc', 111, TCP, UDP],
  ['nntp', 119, TCP],
  ['ntp', 123, UDP],
  ['imap2', 143, TCP],
  ['imap', 143, TCP],
  ['snmp', 161, TCP, UDP],
  ['bgp', 179, TCP],
  ['ldap', 389, TCP, UDP],
  ['https', 443, TCP, UDP],
  ['submissions', 465, TCP],
  ['smtps', 465, TCP],
  ['syslog', 514, UDP],
  ['submission', 587, TCP],
  ['ldaps', 636, TCP, UDP],
  ['rsync', 873, TCP],
  ['imaps', 993, TCP],
  ['pop3s', 995, TCP],
  ['openvpn', 1194, TCP, UDP],
  ['ms-sql-s', 1433, TCP],
  ['radius', 1812, TCP, UDP],
  ['nfs', 2049, TCP, UDP],
  ['mysql', 3306, TCP],
  ['ms-wbt-server', 3389, TCP],
  ['sip', 5060, TCP, UDP],
  ['postgresql', 5432, TCP],
  ['amqp', 5672, TCP],
  ['redis', 6379, TCP],
  ['http-alt', 8080, TCP],
  ['webcache', 8080, TCP],
  ['tproxy', 8081, TCP],
];

/** Case matters. */
export function portNamed(name: string, protocol: number): number | null {
  return SERVICES.find(([other, , ...of]) => other === name && of.includes(protocol))?.[1] ?? null;
}

export function portName(port: number, protocol: number): string | null {
  return SERVICES.find(([, other, ...of]) => other === port && of.includes(protocol))?.[0] ?? null;
}
