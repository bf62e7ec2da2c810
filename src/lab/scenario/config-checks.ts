/**
 * The keepalived.conf files a scenario gives its hosts, read before anything runs: one the daemon would refuse is an
 * error of the scenario, what keepalived would merely complain about is a warning.
 */
import type { Problem } from '../../engine/problem.ts';
import { readConfig } from '../../keepalived/conf/read-config.ts';
import { CONFIG_PATH } from '../../keepalived/daemon.ts';
import type { HostPlan } from './scenario.ts';

export function configProblems(hosts: readonly HostPlan[]): Problem[] {
  return hosts.flatMap(({ files }) => {
    const file = files[CONFIG_PATH];
    if (file === undefined) return [];
    const { problems, usable } = readConfig(file.text, file.source);
    return problems.map((problem) => {
      const severity = usable && problem.severity === 'error' ? 'warning' : problem.severity;
      return { ...problem, severity };
    });
  });
}
