/**
 * `ip neighbour`: show, add, change, replace, delete, flush. Entries are set REACHABLE, STALE or PERMANENT by
 * hand; the other states come about by themselves here and are not simulated as a command, nor are proxy
 * entries.
 */

import { SECOND } from '../engine/time.ts';
import type { Device } from '../linux/device.ts';
import type { Neighbour, NudState } from '../linux/neighbour.ts';
import { ipText, isInPrefix } from '../wire/ip-address.ts';
import { Mac } from '../wire/mac.ts';
import type { IpRun } from './ip-run.ts';
import { BAD_LINE, BAD_VALUE, begins, type TypedPrefix } from './ip-words.ts';

const USAGE = `Usage: ip neigh { add | del | change | replace }
                ADDR [ lladdr LLADDR ] [ nud STATE ] [ dev DEV ]

	ip neigh { show | flush } [ to PREFIX ] [ dev DEV ] [ nud STATE ]

STATE := { permanent | reachable | stale }
`;

const STATES: ReadonlyMap<string, NudState> = new Map([
  ['none', 'NONE'],
  ['incomplete', 'INCOMPLETE'],
  ['reachable', 'REACHABLE'],
  ['stale', 'STALE'],
  ['delay', 'DELAY'],
  ['probe', 'PROBE'],
  ['failed', 'FAILED'],
  ['permanent', 'PERMANENT'],
]);

export function ipNeighbour(run: IpRun): void {
  const { words } = run;
  if (!words.more) return show(run);
  const command = words.take();
  if (begins(command, 'add')) return set(run, 'add');
  if (begins(command, 'change') || command === 'chg') return set(run, 'change');
  if (begins(command, 'replace')) return set(run, 'replace');
  if (begins(command, 'delete')) return set(run, 'delete');
  if (['show', 'lst', 'list'].some((name) => begins(command, name))) return show(run);
  if (begins(command, 'flush')) return flush(run);
  if (begins(command, 'help')) return usage(run);
  run.unknownCommand(command, 'neigh', ['get']);
}

function usage(run: IpRun): void {
  run.process.err(USAGE);
  run.process.exit(BAD_LINE);
}

// ── show and flush ─────────────────────────────────────────────────────────────────────────────────────────

interface Filter {
  device: Device | null;
  to: TypedPrefix | null;
  /** null: what is usual for the command. */
  states: NudState[] | null;
}

/** null: complained, or help was asked for. */
function readFilter(run: IpRun): Filter | null {
  const { words, kernel } = run;
  const filter: Filter = { device: null, to: null, states: null };
  while (words.more) {
    const word = words.take();
    if (word === 'dev') {
      const name = words.value();
      if (words.complaint !== null) break;
      if (filter.device !== null) words.duplicate('dev', name);
      filter.device = words.device(name, kernel);
    } else if (word === 'nud') readStates(run, filter, words.value());
    else if (['proxy', 'master', 'nomaster', 'vrf', 'unused', 'protocol'].includes(word))
      words.notSimulated(word);
    else if (begins(word, 'help')) {
      usage(run);
      return null;
    } else filter.to = words.prefix(word === 'to' ? words.value() : word);
  }
  return run.complained() ? null : filter;
}

function readStates(run: IpRun, filter: Filter, word: string): void {
  const state = STATES.get(word);
  if (word === 'all') filter.states = [...STATES.values()];
  else if (state !== undefined) filter.states = [...(filter.states ?? []), state];
  else badState(run, word);
}

function badState(run: IpRun, word: string): void {
  if (word === 'noarp' || /^\d+$/.test(word)) run.words.notSimulated(`nud ${word}`);
  else run.words.wrong(word, 'nud state is bad');
}

function selected(run: IpRun, filter: Filter, usual: (state: NudState) => boolean): readonly Neighbour[] {
  const { device, to, states } = filter;
  return run.kernel.neighbours
    .list()
    .filter(
      (neighbour) =>
        (device === null || neighbour.device === device) &&
        (to === null || isInPrefix(neighbour.ip, to.ip, to.length)) &&
        (states === null ? usual(neighbour.state) : states.includes(neighbour.state)),
    );
}

function show(run: IpRun): void {
  const filter = readFilter(run);
  if (filter === null) return;
  for (const neighbour of selected(run, filter, (state) => state !== 'NONE')) {
    const { ip, device, mac, state } = neighbour;
    const dev = filter.device === null ? `dev ${device.name} ` : '';
    const lladdr = mac === null || !neighbour.valid ? '' : `lladdr ${mac} `;
    const statistics = run.form.statistics ? statisticsText(neighbour, run.kernel.engine.nowNs) : '';
    run.process.out(`${ipText(ip)} ${dev}${lladdr}${statistics}${state === 'NONE' ? '' : `${state} `}\n`);
  }
  run.process.exit(0);
}

/** Seconds since it was used, confirmed and updated. An entry with a timer running is held by it. */
function statisticsText({ timer, usedNs, confirmedNs, updatedNs, probes }: Neighbour, nowNs: number): string {
  const ages = [usedNs, confirmedNs, updatedNs].map((timeNs) => Math.floor((nowNs - timeNs) / SECOND));
  return `${timer.armed ? ' ref 1' : ''} used ${ages.join('/')}probes ${probes} `;
}

function flush(run: IpRun): void {
  if (!run.words.more) return run.fail(BAD_VALUE, 'Flush requires arguments.');
  const filter = readFilter(run);
  if (filter === null) return;
  for (const neighbour of selected(run, filter, (state) => state !== 'PERMANENT')) {
    run.kernel.neighbours.remove(neighbour, 'command');
  }
  run.process.exit(0);
}

// ── add, change, replace, delete ───────────────────────────────────────────────────────────────────────────

interface Typed {
  ip: number | null;
  mac: string | null;
  device: string | null;
  state: NudState;
}

/** null: complained, or help was asked for. */
function readTyped(run: IpRun): Typed | null {
  const { words } = run;
  const typed: Typed = { ip: null, mac: null, device: null, state: 'PERMANENT' };
  while (words.more) {
    const word = words.take();
    if (word === 'lladdr') typed.mac = words.value();
    else if (word === 'nud') {
      const name = words.value();
      const state = STATES.get(name);
      if (state === undefined) badState(run, name);
      else typed.state = state;
    } else if (word === 'dev') typed.device = words.value();
    else if (['proxy', 'router', 'use', 'managed', 'extern_learn', 'protocol'].includes(word)) {
      words.notSimulated(word);
    } else if (begins(word, 'help')) {
      usage(run);
      return null;
    } else {
      const address = word === 'to' ? words.value() : word;
      if (typed.ip !== null) words.garbage('to', address);
      else typed.ip = words.address(address, 'any valid');
    }
  }
  return run.complained() ? null : typed;
}

function set(run: IpRun, command: 'add' | 'change' | 'replace' | 'delete'): void {
  const typed = readTyped(run);
  if (typed === null) return;
  const { kernel, words } = run;
  if (typed.ip === null || typed.device === null) {
    return run.fail(BAD_LINE, 'Device and destination are required arguments.');
  }
  const device = words.device(typed.device, kernel);
  if (run.complained() || device === null) return;
  const known = kernel.neighbours.find(device, typed.ip);
  if (known === null && (command === 'change' || command === 'delete')) {
    return run.refused('RTNETLINK answers: No such file or directory');
  }
  if (command === 'delete') {
    if (known !== null) kernel.neighbours.remove(known, 'command');
    return run.process.exit(0);
  }
  enter(run, typed, device, typed.ip, known !== null && command === 'add');
}

function enter(run: IpRun, typed: Typed, device: Device, ip: number, taken: boolean): void {
  const { neighbours } = run.kernel;
  const { state } = typed;
  const mac = typed.mac === null ? null : Mac.parse(typed.mac);
  if (typed.mac !== null && mac === null) return run.refused('Error: Invalid link address.');
  if (taken) return run.refused('RTNETLINK answers: File exists');
  if (state !== 'PERMANENT' && state !== 'REACHABLE' && state !== 'STALE') {
    return run.fail(BAD_LINE, `Error: argument "nud ${state.toLowerCase()}" is not simulated.`);
  }
  if (mac === null) return run.refused('Error: No link layer address given.');
  neighbours.update(neighbours.findOrCreate(device, ip), mac, state, true, 'command');
  run.process.exit(0);
}
