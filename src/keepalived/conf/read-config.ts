/**
 * Reads a keepalived.conf as keepalived 2.2.7 does: four passes over the text, each followed by its checks
 * of the whole, and the model that comes of it. Never throws, whatever the text.
 */
import type { Problem } from '../../engine/problem.ts';
import { readBlocks } from './blocks.ts';
import { buildGlobal } from './build-global.ts';
import { buildServers } from './build-servers.ts';
import { buildInstances } from './build-vrrp.ts';
import { LineReader } from './lines.ts';
import type { KeepalivedConfig } from './model.ts';
import { Pass } from './pass.ts';
import { type ConfigMessage, type PassName, Report } from './report.ts';
import type { Section } from './section.ts';
import { piecesOfCopy, piecesOfSource } from './source.ts';

export interface ReadOptions {
  /** Names of the host's interfaces, with lo; without them none is missed. */
  readonly interfaces?: Iterable<string>;
}

export interface ConfigReading {
  readonly config: KeepalivedConfig;
  /** Sorted by place, each once, in the words of `keepalived -t`. */
  readonly problems: Problem[];
  /** False: keepalived would not run with this file, or it says more than the simulator understands. */
  readonly usable: boolean;
  /** What `keepalived -t` prints about it, in its order: see `messageText`. */
  readonly messages: readonly ConfigMessage[];
}

/**
 * `file` is the name that problems give. `keepalived -t` and the daemon differ in one point: digits followed
 * by other text (`5s`) are refused by the one and, with a warning, used by the other. So do problems and
 * model here.
 */
export function readConfig(text: string, file: string, options: ReadOptions = {}): ConfigReading {
  const reading = readAs(text, new Report(file, false), options);
  if (!reading.report.lenientDiffers) return reading;
  const { config, usable } = readAs(text, new Report(file, true), options);
  return { ...reading, config, usable };
}

function readAs(
  text: string,
  report: Report,
  options: ReadOptions,
): ConfigReading & { readonly report: Report } {
  const interfaces = options.interfaces === undefined ? null : new Set(options.interfaces);
  const read = (name: PassName, globalDefs: Section | null): Pass => {
    const pieces = name === 'global' ? piecesOfSource(text) : piecesOfCopy(text);
    const pass = new Pass(name, new LineReader(pieces), report, interfaces, globalDefs);
    readBlocks(pass);
    return pass;
  };
  const first = read('global', null);
  const globalDefs = first.root.child('global_defs');
  const checker = read('checker', globalDefs);
  const virtualServers = buildServers(checker);
  const vrrp = read('vrrp', globalDefs);
  const vrrpInstances = buildInstances(vrrp);
  read('bfd', globalDefs);
  const isEmpty = [first, checker, vrrp].every(({ root }) => root.children.length === 0);
  if (!report.fatal) reportText(report, text, isEmpty);
  return {
    config: { global: buildGlobal(globalDefs), vrrpInstances, virtualServers },
    problems: report.sorted(),
    usable: report.usable,
    messages: report.messages,
    report,
  };
}

/** Problems of the text as a whole, about which keepalived says nothing. */
function reportText(report: Report, text: string, isEmpty: boolean): void {
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const before = text.slice(0, nul).split('\n');
    const at = { text: '', line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    if (isEmpty) {
      const problem = 'this is not a text file: it holds NUL bytes and no block';
      report.refuse({ code: 'binary-file', severity: 'error', text: problem, at });
    } else {
      const problem = 'a NUL byte: the rest of this line is not read';
      report.problem({ code: 'nul-byte', severity: 'warning', text: problem, at });
    }
  } else if (isEmpty) {
    const at = { text: '', line: 1, column: 1 };
    const problem = 'nothing is configured here: keepalived starts, and does nothing';
    report.problem({ code: 'empty-configuration', severity: 'warning', text: problem, at });
  }
}
