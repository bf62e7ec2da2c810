/** What the tests of this folder read. */
import { readdirSync, readFileSync } from 'node:fs';
import { type FileAccess, filesIn } from '../../../src/lab/scenario/file-access.ts';

export const SCENARIO_FOLDER = new URL('../../../scenarios/', import.meta.url);

export function scenarioFiles(): string[] {
  return readdirSync(SCENARIO_FOLDER).filter((name) => name.endsWith('.yaml'));
}

/** The disk, with paths from the folder of scenarios. */
export const scenarioDisk: FileAccess = {
  read(path) {
    try {
      return readFileSync(new URL(path, SCENARIO_FOLDER), 'utf8');
    } catch {
      return null;
    }
  },
};

/** Every key and every kind of action and expectation, on a laboratory of its own. */
export const VALID = `question: what?
verdict: that.
keepalived: 2.2
seed: abc
until: 30s
hosts:
  lvs1:
    address: 10.0.0.1/24
    gateway: 10.0.0.254
    files:
      /etc/keepalived/keepalived.conf: lvs1/keepalived.conf
      /etc/sysctl.conf: { text: net.ipv4.ip_forward=1 }
    setup: [sysctl -p]
    also: [systemctl start keepalived]
    cable: { latency: 20us, jitter: 1us, loss: 0.5, bandwidth: 1gbit }
  lvs2:
    interfaces:
      ens33: { address: [10.0.0.2/24, 10.0.0.22/32], mac: '02:00:00:00:00:02' }
      ens34: { address: 10.1.0.3/24 }
  web1: { address: 10.0.0.11/24 }
  client: { address: 10.0.0.20/24 }
switch: { name: core, ageing: 60s, attach: [client, web1] }
traffic:
  - from: client
    get: http://10.0.0.9/
    every: 100ms
    between: [5s, 25s]
    timeout: 1s
timeline:
  - { at: 20s, do: start, host: lvs1 }
  - { at: 10s, do: crash, host: lvs1 }
  - { at: 10s, do: start, host: lvs2, service: keepalived }
  - { at: 10s, do: stop, host: lvs2, service: keepalived }
  - { at: 10s, do: kill, host: lvs2, process: keepalived }
  - { at: 11s, do: run, host: web1, command: systemctl stop httpd }
  - { at: 11s, do: cut, host: web1 }
  - { at: 11s, do: cut, host: web1, direction: to-host }
  - { at: 12s, do: heal, host: web1 }
  - { at: 12s, do: block, host: lvs2, protocol: vrrp }
  - { at: 12s, do: block, host: lvs2, protocol: arp, direction: from-host }
  - { at: 13s, do: unblock, host: lvs2, protocol: vrrp }
expect:
  - { master: lvs1, from: 3s, until: 10s, instance: VI_1 }
  - { master: lvs2 }
  - at-most-one-master: always
  - at-most-one-master: while-whole
  - at-most-one-master: { from: 5s, until: 10s }
  - { masters: [lvs1, lvs2], at: 12s }
  - { outage: { client: client, at-most: 3.7s, at-least: 1s } }
  - { requests-lost: { client: client, at-most: 25, at-least: 0 } }
  - { served-by: { web1: 3, lvs2: none }, after: 14s, before: 20s }
  - { served-by: { web1: some, after: 14s, before: 20s } }
  - { alternates: [web1, lvs2], after: 14s }
  - { vip: 10.0.0.9, on: [lvs1, lvs2], at: 12s }
  - { arp: { host: client, ip: 10.0.0.9, at: 14s, is: lvs2 } }
  - { pool: { host: lvs1, servers: [web1], at: 30s } }
  - { output: { host: lvs1, command: ip addr show ens33, at: 12s, contains: 10.0.0.9/32, lacks: down } }
`;

export const VALID_FILES = filesIn({ 'lvs1/keepalived.conf': 'global_defs {\n}\n' });
