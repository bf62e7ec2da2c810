/**
 * ipvsadm 1.31: the table of virtual services changed and shown, in the words and with the exit codes of the
 * real program: 0 done, 1 an unknown service to list, 2 a command line it refuses, 255 a refusal of the
 * kernel (or of popt). What IPVS does not simulate here is refused with 255 and `…: not simulated`.
 */
import {
  type IpvsError,
  NO_DAEMON,
  NO_SUCH_DESTINATION,
  NO_SUCH_DEVICE,
  NO_SUCH_SERVICE,
  notSimulated,
  SCHEDULER_NOT_FOUND,
  SERVICE_EXISTS,
  SERVICE_NOT_DEFINED,
} from '../ipvs/errors.ts';
import type { Ipvs } from '../ipvs/ipvs.ts';
import type { ServiceKey } from '../ipvs/service.ts';
import { TCP, UDP } from '../wire/ipv4.ts';
import type { CommandResult } from './command.ts';
import { LOCALHOST, type NameResolver } from './ipvsadm-address.ts';
import {
  type ListForm,
  type ListOptions,
  listAll,
  listConnections,
  listService,
  listTimeouts,
} from './ipvsadm-list.ts';
import {
  type Ending,
  failure,
  type Invocation,
  isEnding,
  readInvocation,
  SCTP,
  TRY_HELP_ENDING,
} from './ipvsadm-parse.ts';

const REFUSED_EXIT = 255;
const UNKNOWN_SERVICE_EXIT = 1;
const PROGRAM = 'ipvsadm';

/** What ipvsadm needs of the machine it runs on. */
export interface IpvsadmHost {
  readonly ipvs: Ipvs;
  /** Default: localhost alone. */
  readonly names?: NameResolver;
}

/** `args`: the words after the command's name. `stdin` is what -R reads. */
export function ipvsadm(host: IpvsadmHost, args: readonly string[], stdin = ''): CommandResult {
  const words = args.length === 0 ? ['-L'] : args;
  const { stdout, stderr, exit } = new Run(host.ipvs, host.names ?? LOCALHOST, stdin).run(words);
  return { stdout, stderr, exit };
}

class Run {
  private restoring = false;

  constructor(
    private readonly ipvs: Ipvs,
    private readonly names: NameResolver,
    private readonly stdin: string,
  ) {}

  run(words: readonly string[]): Ending {
    const invocation = readInvocation(words, this.names);
    return isEnding(invocation) ? invocation : this.execute(invocation);
  }

  private execute(invocation: Invocation): Ending {
    const { ipvs } = this;
    switch (invocation.command) {
      case 'add-service':
      case 'edit-service':
        return answer(this.changeService(invocation));
      case 'delete-service':
        return answer(this.withService(invocation, (key) => ipvs.deleteService(key)));
      case 'add-server':
      case 'edit-server':
      case 'delete-server':
        return answer(this.changeServer(invocation));
      case 'flush':
        ipvs.flush();
        return answer(null);
      case 'zero':
        if (!invocation.given.has('service-address')) return answer(ipvs.zero(null));
        return answer(this.withService(invocation, (key) => ipvs.zero(key)));
      case 'set': {
        const [tcp = 0, tcpFin = 0, udp = 0] = invocation.timeouts;
        return answer(ipvs.setTimeouts(tcp, tcpFin, udp));
      }
      case 'start-daemon':
        return answer(this.startDaemon(invocation));
      case 'stop-daemon':
        return answer(NO_DAEMON);
      case 'restore':
        return this.restore();
      case 'save':
        return text(listAll(ipvs, this.listOptions(invocation, 'rules')));
      case 'list':
        return this.list(invocation);
    }
  }

  private changeService(invocation: Invocation): IpvsError | null {
    const { ipvs } = this;
    const key = keyOf(invocation);
    const edits = invocation.command === 'edit-service';
    const exists = key !== null && ipvs.service(key) !== null;
    // The kernel looks for the service first; what it would go on with may be missing here.
    if (edits && !exists) return NO_SUCH_SERVICE;
    if (!edits && exists) return SERVICE_EXISTS;
    if (key === null) return notSimulated(kindOf(invocation));
    const missing = notSimulatedOption(invocation);
    if (missing !== null) return missing;
    const options = { scheduler: invocation.scheduler };
    return edits ? ipvs.editService(key, options) : ipvs.addService(key, options);
  }

  private changeServer(invocation: Invocation): IpvsError | null {
    const { command, server, method, numbers } = invocation;
    const key = keyOf(invocation);
    if (key === null) return SERVICE_NOT_DEFINED;
    if (server.family === 6) {
      return command === 'delete-server' ? NO_SUCH_DESTINATION : notSimulated('IPv6 servers');
    }
    if (command === 'delete-server') return this.ipvs.deleteDestination(key, server);
    const options = {
      method,
      weight: numbers.get('weight') ?? 1,
      upperThreshold: numbers.get('u-threshold') ?? 0,
      lowerThreshold: numbers.get('l-threshold') ?? 0,
    };
    if (command === 'add-server') return this.ipvs.addDestination(key, server, options);
    return this.ipvs.editDestination(key, server, options);
  }

  private withService(
    invocation: Invocation,
    action: (key: ServiceKey) => IpvsError | null,
  ): IpvsError | null {
    const key = keyOf(invocation);
    return key === null ? NO_SUCH_SERVICE : action(key);
  }

  private startDaemon({ mcastInterface }: Invocation): IpvsError {
    if (this.ipvs.kernel.devices.byName(mcastInterface) === null) return NO_SUCH_DEVICE;
    return notSimulated('sync daemon');
  }

  /** One command a line, `ipvsadm` in front or not; it ends with the first that ipvsadm would exit on. */
  private restore(): Ending {
    if (this.restoring) return TRY_HELP_ENDING;
    this.restoring = true;
    let stdout = '';
    let stderr = '';
    let exit = 0;
    for (const line of this.stdin.split('\n')) {
      const words = line.split(/\s+/).filter((word) => word !== '');
      while (words[0] === PROGRAM) words.shift();
      if (words.length === 0) continue;
      const ending = this.run(words);
      stdout += ending.stdout;
      stderr += ending.stderr;
      exit = ending.exit;
      if (ending.final) break;
    }
    return { stdout, stderr, exit, final: true };
  }

  private list(invocation: Invocation): Ending {
    const { ipvs } = this;
    const { given } = invocation;
    const options = this.listOptions(invocation, formOf(invocation));
    if (given.has('connection')) {
      return text(listConnections(ipvs, options.names, given.has('persistent-conn')));
    }
    if (given.has('service-address')) {
      const key = keyOf(invocation);
      const service = key === null ? null : ipvs.service(key);
      if (service === null) return failure(NO_SUCH_SERVICE.text, UNKNOWN_SERVICE_EXIT);
      return text(listService(ipvs, service, options));
    }
    if (given.has('timeout')) return text(listTimeouts(ipvs));
    // No sync daemon ever runs.
    if (given.has('daemon')) return text('');
    return text(listAll(ipvs, options));
  }

  private listOptions({ given }: Invocation, form: ListForm): ListOptions {
    const names = given.has('numeric') ? null : this.names;
    return { form, names, sorted: !given.has('nosort'), exact: given.has('exact') };
  }
}

function formOf({ given }: Invocation): ListForm {
  const forms = ['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const;
  return forms.find((form) => given.has(form)) ?? 'plain';
}

/** null: a kind of service that is not simulated, so that there can be none. */
function keyOf({ service: { protocol, family, fwmark, ip, port } }: Invocation): ServiceKey | null {
  if (fwmark !== 0 || family !== 4 || (protocol !== TCP && protocol !== UDP)) return null;
  return { protocol, vip: ip, port };
}

function kindOf({ service: { protocol, fwmark } }: Invocation): string {
  if (fwmark !== 0) return 'firewall-mark services (-f)';
  return protocol === SCTP ? 'SCTP services' : 'IPv6 services';
}

function notSimulatedOption({ given }: Invocation): IpvsError | null {
  // As on a kernel without the module of any persistence engine.
  if (given.has('pe')) return SCHEDULER_NOT_FOUND;
  if (given.has('persistent')) return notSimulated('persistence (-p)');
  if (given.has('ops')) return notSimulated('one-packet scheduling (-o)');
  if (given.has('sched-flags')) return notSimulated('scheduler flags (-b)');
  return null;
}

function text(stdout: string): Ending {
  return { stdout, stderr: '', exit: 0, final: false };
}

function answer(error: IpvsError | null): Ending {
  if (error === null) return text('');
  return { stdout: '', stderr: `${error.text}\n`, exit: REFUSED_EXIT, final: false };
}
