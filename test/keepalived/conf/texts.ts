/** What several tests of the configuration language read. */
import type { ConfigReading } from '../../../src/keepalived/conf/read-config.ts';

export const FILE = '/etc/keepalived/keepalived.conf';

/** A good instance and what is put into it. */
export function instance(...lines: string[]): string {
  return [
    'vrrp_instance V {',
    'interface ens33',
    'virtual_router_id 20',
    'virtual_ipaddress {',
    '192.168.100.20',
    '}',
    ...lines,
    '}',
  ].join('\n');
}

/** Each problem with its line and column. */
export function messagesOf({ problems }: ConfigReading): string[] {
  return problems.map(({ where, message }) => `${where.line}:${where.column} ${message}`);
}
