/**
 * The shape of a scenario file and of a lab file: which keys there are and what each holds. One schema reads
 * a file, gives its type, and is what editors get as JSON Schema. What needs more than one value to be judged
 * (hosts that do not exist, times past the end) is checked elsewhere.
 */
import * as z from 'zod';
import { ActionEntry } from './actions.ts';
import { ExpectationEntry } from './expectations.ts';
import {
  bandwidth,
  duration,
  hostAddress,
  httpUrl,
  interval,
  ipAddress,
  keepalivedVersion,
  line,
  lossProbability,
  macAddress,
  seed,
  strictMap,
  text,
} from './words.ts';

const addresses = z
  .union([hostAddress, z.array(hostAddress).min(1)], {
    error: 'an address such as 192.168.100.100/24, or a list of them',
  })
  .describe('Address with prefix length, or a list whose first is the primary one');

const InterfaceEntry = strictMap({ address: addresses, mac: macAddress.optional() });
export type InterfaceEntry = z.output<typeof InterfaceEntry>;

const FileEntry = z.union(
  [line('A file beside this one'), strictMap({ text: text('What the file holds') })],
  {
    error: 'a path beside this file, or { text: … }',
  },
);

const CableEntry = strictMap({
  latency: duration('One way; default 10us').optional(),
  jitter: duration('Up to this much more, by chance').optional(),
  loss: lossProbability.optional(),
  bandwidth: bandwidth.optional(),
}).describe('The cable to the switch');
export type CableEntry = z.output<typeof CableEntry>;

const commands = z.array(line('As typed in a shell'));

export const HostEntry = strictMap({
  address: addresses.optional().describe('Short for one interface, ens33, with this address'),
  interfaces: z
    .record(z.string().regex(/^(?!lo$)[^\s:/]{1,15}$/), InterfaceEntry)
    .optional()
    .describe('By name; all are plugged into the switch'),
  gateway: ipAddress('Default route').optional(),
  files: z
    .record(z.string().regex(/^\/./), FileEntry)
    .optional()
    .describe('By path on the host: a file beside this one, or { text: … }'),
  setup: commands.optional().describe('Commands typed at power-on; replaces those of the lab'),
  also: commands.optional().describe('Commands after those of the lab'),
  cable: CableEntry.optional(),
});
export type HostEntry = z.output<typeof HostEntry>;

const hosts = z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/), HostEntry);

export const SwitchEntry = strictMap({
  name: line('Default sw1').optional(),
  ageing: interval('How long an address is remembered; default 300s').optional(),
  attach: z
    .array(line('Name of a host'))
    .optional()
    .describe('Order in which hosts are plugged in; those not named follow in order of writing'),
});
export type SwitchEntry = z.output<typeof SwitchEntry>;

export const LabFile = strictMap({
  hosts: hosts.describe('The machines'),
  switch: SwitchEntry.optional(),
});

export const TrafficEntry = strictMap({
  from: line('The host that asks'),
  get: httpUrl,
  every: interval('From the start of one request to the start of the next'),
  between: z
    .tuple([duration('First request'), duration('No request from here on')])
    .optional()
    .describe('Default: the whole run'),
  timeout: interval('How long the client waits; default 2s').optional(),
});
export type TrafficEntry = z.output<typeof TrafficEntry>;

export const ScenarioFile = strictMap({
  question: line('The question this scenario answers, in one line'),
  verdict: line('The answer, in one line').optional(),
  lab: line('A built-in lab (tutorial), or the path of a lab file beside this one').optional(),
  keepalived: keepalivedVersion.optional(),
  seed: seed.optional(),
  until: interval('How long to run'),
  hosts: hosts.optional().describe('The machines, or what is different from or added to those of the lab'),
  switch: SwitchEntry.optional(),
  traffic: z.array(TrafficEntry).optional().describe('Who asks for what, how often'),
  timeline: z.array(ActionEntry).optional().describe('What happens, and when'),
  expect: z.array(ExpectationEntry).optional().describe('What must be true of the run'),
});
