/**
 * What is on a host's disk, by path, and the /proc/sys view of its running kernel. A path has a text or does not exist;
 * directories, owners and modes are not modelled. The disk outlives a power cut, /proc does not.
 */
import type { Errno } from '../linux/errno.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { SysctlRecord } from '../linux/records.ts';

const PROC_SYS = '/proc/sys/';

export class Files {
  private readonly texts = new Map<string, string>();
  /** The running kernel, whose /proc this is; null while the host is off. */
  kernel: Kernel | null = null;

  read(path: string): string | null {
    if (path.startsWith(PROC_SYS)) {
      const value = this.kernel?.sysctl.text(sysctlKey(path)) ?? null;
      return value === null ? null : `${value}\n`;
    }
    return this.texts.get(path) ?? null;
  }

  write(path: string, text: string): Errno | null {
    if (path === '/dev/null') return null;
    if (path.startsWith(PROC_SYS)) return this.writeSysctl(sysctlKey(path), text);
    this.texts.set(path, text);
    return null;
  }

  append(path: string, text: string): Errno | null {
    if (path.startsWith(PROC_SYS)) return this.write(path, text);
    return this.write(path, (this.texts.get(path) ?? '') + text);
  }

  remove(path: string): Errno | null {
    return this.texts.delete(path) ? null : 'ENOENT';
  }

  paths(): readonly string[] {
    return [...this.texts.keys()];
  }

  /** Sets a kernel parameter and says so in the trace. */
  writeSysctl(key: string, value: string): Errno | null {
    const { kernel } = this;
    if (kernel === null) return 'ENOENT';
    const error = kernel.sysctl.set(key, value);
    if (error === null) {
      const { engine, hostName } = kernel;
      engine.record<SysctlRecord>({ host: hostName, kind: 'sysctl', key, value: value.trim() });
    }
    return error;
  }
}

function sysctlKey(path: string): string {
  return path.slice(PROC_SYS.length).replaceAll('/', '.');
}
