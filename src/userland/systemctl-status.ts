/**
 * `systemctl status`: a service in the words of systemd 252. Tasks, memory, processor time and control groups
 * are not simulated, and those lines are missing, as where accounting is off.
 */
import { SECOND } from '../engine/time.ts';
import { journalTime, systemdTime } from './calendar.ts';
import type { Host } from './host.ts';
import type { Service } from './services.ts';

export function statusText(host: Host, service: Service): string {
  const { name, description, running, log } = service;
  const lines = [
    `${running ? '●' : '○'} ${name}.service - ${description}`,
    `     Loaded: loaded (/usr/lib/systemd/system/${name}.service; disabled; preset: disabled)`,
    `     Active: ${activeText(host, service)}`,
  ];
  if (running) lines.push(`   Main PID: ${service.pid} (${name})`);
  if (log.length > 0) lines.push('');
  for (const { timeNs, line } of log) lines.push(`${journalTime(timeNs)} ${host.name} ${line}`);
  return `${lines.join('\n')}\n`;
}

function activeText(host: Host, { running, sinceNs }: Service): string {
  if (!running || sinceNs === null) return 'inactive (dead)';
  const ago = Math.floor((host.engine.nowNs - sinceNs) / SECOND);
  return `active (running) since ${systemdTime(sinceNs)}; ${agoText(ago)} ago`;
}

/** `3s`, `1min 5s`, `2h 3min`: the two largest units, as systemd's format_timespan. */
function agoText(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}min${seconds % 60 === 0 ? '' : ` ${seconds % 60}s`}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${minutes % 60 === 0 ? '' : ` ${minutes % 60}min`}`;
  const days = Math.floor(hours / 24);
  return `${days} day${days === 1 ? '' : 's'}`;
}
