/**
 * Reads a scenario file, all of it or none: either the scenario comes out ready to run, or every problem
 * there is, each with its place. Reads lab files alone as well, for laboratories built in code.
 */
import type { Problem } from '../../engine/problem.ts';
import { actionOf } from './actions.ts';
import { builtInLab } from './built-in-labs.ts';
import { configProblems } from './config-checks.ts';
import { CrossChecks } from './cross-checks.ts';
import { expectationOf } from './expectations.ts';
import { baseName, type FileAccess } from './file-access.ts';
import { checkLab } from './lab-checks.ts';
import { type Layer, labLayer, labOf, mergedHosts, readLayer } from './layers.ts';
import { Report } from './report.ts';
import type { Lab, Scenario, TimedAction, Traffic } from './scenario.ts';
import { type ScenarioShape, scenarioShape } from './shape.ts';
import { wanted } from './words.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

const DEFAULT_TIMEOUT_NS = 2_000_000_000;

/**
 * `file` is the path of the text, for messages and to find the files it names. With any error `scenario` is
 * null. Never throws, whatever the text.
 */
export function readScenario(
  text: string,
  file: string,
  access: FileAccess,
): { scenario: Scenario | null; problems: Problem[] } {
  const report = new Report();
  const { source, problems } = readYaml(text, file);
  report.add(problems);
  if (source.value === undefined) return { scenario: null, problems: report.problems(file) };
  if (!isMap(source.value)) {
    const hint = 'begin with question: … and until: …';
    report.error(source.placeOf([]), 'bad-value', wanted('a scenario', source.value), hint);
    return { scenario: null, problems: report.problems(file) };
  }

  const shape = scenarioShape(source, report);
  const base = shape.lab === undefined ? null : labLayer(shape.lab, source, access, report);
  const layers: Layer[] = [...(base === null ? [] : [base]), { source, shape, access }];
  const complete = (shape.lab === undefined) === (base === null);
  const drafts = mergedHosts(layers, report);
  checkLab(drafts, layers, complete, report);
  const names = complete ? drafts.map((draft) => draft.plan.name) : null;
  new CrossChecks(source, shape, names, report).run();
  report.add(configProblems(drafts.map(({ plan }) => plan)));

  const scenario = report.failed ? null : resolved(shape, source, labOf(drafts, layers));
  return { scenario, problems: report.problems(file) };
}

/** A lab file alone. */
export function readLab(
  text: string,
  file: string,
  access: FileAccess,
): { lab: Lab | null; problems: Problem[] } {
  const report = new Report();
  const layer = readLayer(text, file, access, report);
  if (layer === null) return { lab: null, problems: report.problems(file) };
  const drafts = mergedHosts([layer], report);
  checkLab(drafts, [layer], true, report);
  return { lab: report.failed ? null : labOf(drafts, [layer]), problems: report.problems(file) };
}

/** A laboratory that is part of the program, as `lab:` names it; null when there is none of that name. */
export function readBuiltInLab(name: string): Lab | null {
  const builtIn = builtInLab(name);
  const text = builtIn?.access.read(builtIn.file) ?? null;
  return builtIn === null || text === null ? null : readLab(text, builtIn.file, builtIn.access).lab;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resolved(shape: ScenarioShape, source: YamlSource, lab: Lab): Scenario {
  const traffic = shape.traffic.flatMap((entry, index): Traffic[] => {
    if (entry === null) return [];
    const [fromNs, untilNs] = entry.between ?? [0, null];
    const timeoutNs = entry.timeout ?? DEFAULT_TIMEOUT_NS;
    const place = source.placeOf(['traffic', index]);
    return [{ client: entry.from, ...entry.get, everyNs: entry.every, fromNs, untilNs, timeoutNs, place }];
  });
  const timeline = shape.timeline.flatMap((entry, index): TimedAction[] => {
    if (entry === null) return [];
    return [{ atNs: entry.at, action: actionOf(entry), place: source.placeOf(['timeline', index]) }];
  });
  const expectations = shape.expect.flatMap((entry, index) => {
    if (entry === null) return [];
    return [{ expectation: expectationOf(entry), place: source.placeOf(['expect', index]) }];
  });
  return {
    name: baseName(source.file),
    file: source.file,
    question: shape.question,
    verdict: shape.verdict ?? null,
    keepalived: '2.2',
    seed: shape.seed,
    untilNs: shape.untilNs,
    lab,
    traffic,
    timeline: timeline.toSorted((a, b) => a.atNs - b.atNs),
    expectations,
  };
}
