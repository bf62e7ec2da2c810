/** The timeline: what is done to the laboratory, and when. One map a step; `do` says which keys it has. */
import * as z from 'zod';
import type { Action } from './scenario.ts';
import { duration, line, strictMap } from './words.ts';

export const SERVICES = ['keepalived', 'httpd'] as const;
export const PROTOCOLS = ['vrrp', 'arp', 'icmp', 'tcp', 'udp', 'igmp'] as const;
export const DIRECTIONS = ['both', 'to-host', 'from-host'] as const;

function step<D extends string, S extends z.core.$ZodShape>(name: D, what: string, shape: S) {
  const common = {
    at: duration('When: time since the start of the run'),
    do: z.literal(name).describe(what),
  };
  return strictMap({ ...common, host: line('On which host'), ...shape });
}

const direction = z.enum(DIRECTIONS).describe('As seen from the host');

export const ActionEntry = z.discriminatedUnion('do', [
  step('crash', 'The host loses power', {}),
  step('start', 'Power on, with the set-up commands run again; with service: systemctl start', {
    service: z.enum(SERVICES).optional(),
  }),
  step('stop', 'systemctl stop: SIGTERM, then what the daemon does in order', { service: z.enum(SERVICES) }),
  step('kill', 'kill -9 of all processes of that name', { process: z.enum(SERVICES) }),
  step('run', 'Types a command on the host', { command: line('As typed in a shell') }),
  step('cut', "Pulls the host's cable; with a direction frames are lost in silence and the carrier stays", {
    direction: direction.optional(),
  }),
  step('heal', 'Plugs the cable in and mends every cut', {}),
  step('block', 'Loses the frames of one protocol in silence', {
    protocol: z.enum(PROTOCOLS),
    direction: direction.optional().describe('As seen from the host; default both'),
  }),
  step('unblock', 'Ends the blocks of that protocol at that host', { protocol: z.enum(PROTOCOLS) }),
]);
export type ActionEntry = z.output<typeof ActionEntry>;

/** The action as the laboratory carries it out. */
export function actionOf(entry: ActionEntry): Action {
  const { host } = entry;
  switch (entry.do) {
    case 'crash':
      return { kind: 'crash', host };
    case 'start':
      return entry.service === undefined
        ? { kind: 'power-on', host }
        : { kind: 'start-service', host, service: entry.service };
    case 'stop':
      return { kind: 'stop-service', host, service: entry.service };
    case 'kill':
      return { kind: 'kill-process', host, process: entry.process };
    case 'run':
      return { kind: 'run-command', host, command: entry.command };
    case 'cut':
      return entry.direction === undefined
        ? { kind: 'pull-cable', host }
        : { kind: 'cut-cable', host, direction: entry.direction };
    case 'heal':
      return { kind: 'heal-cable', host };
    case 'block':
      return { kind: 'block-protocol', host, protocol: entry.protocol, direction: entry.direction ?? 'both' };
    case 'unblock':
      return { kind: 'unblock-protocol', host, protocol: entry.protocol };
  }
}
