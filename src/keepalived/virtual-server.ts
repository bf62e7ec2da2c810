/**
 * A virtual server of the configuration: keeps the IPVS table of the host as the checkers judge the real servers, with
 * quorum. Servers are in the table from the start, before any check, unless alpha says otherwise [G-tcp-01, G-tcp-06].
 * Not modelled: sorry servers, quorum scripts, groups.
 */
import type { IpvsError } from '../ipvs/errors.ts';
import type { Ipvs } from '../ipvs/ipvs.ts';
import type { ServiceKey } from '../ipvs/service.ts';
import { ipText } from '../wire/ip-address.ts';
import { TCP, UDP } from '../wire/ipv4.ts';
import type { RealServerConfig, VirtualServerConfig } from './conf/model.ts';
import type { DaemonProcess } from './daemon-process.ts';
import type { CheckerRecord } from './records.ts';
import { TcpChecker, type TcpVerdict } from './tcp-checker.ts';

/** A real server and what its checkers think of it. */
class RealServer {
  /** In the pool as far as the checkers go. */
  alive: boolean;
  /** Checkers that have found it down. */
  readonly failed = new Set<TcpChecker>();

  constructor(
    readonly config: RealServerConfig,
    readonly label: string,
    startsUp: boolean,
  ) {
    this.alive = startsUp;
  }
}

export class VirtualServer {
  private readonly label: string;
  private readonly key: ServiceKey;
  private readonly servers: RealServer[];
  private readonly checkers: TcpChecker[] = [];
  private hasQuorum = false;

  constructor(
    private readonly process: DaemonProcess,
    private readonly ipvs: Ipvs,
    private readonly config: VirtualServerConfig,
  ) {
    const protocol = config.protocol === 'UDP' ? UDP : TCP;
    this.key = { protocol, vip: config.ip, port: config.port };
    this.label = `[${ipText(config.ip)}]:${config.protocol.toLowerCase()}:${config.port}`;
    this.servers = config.realServers.map((server) => {
      const label = `[${ipText(server.ip)}]:${config.protocol.toLowerCase()}:${server.port}`;
      const alpha = config.alpha || server.checkers.some((checker) => checker.alpha);
      return new RealServer(server, label, !alpha);
    });
  }

  /** Fills the table. What a killed process left there is taken over, with an error in the log [F-scenario-rr]. */
  start(): void {
    this.complain(
      'IP_VS_SO_SET_ADD(1154)',
      this.ipvs.addService(this.key, { scheduler: this.config.scheduler }),
    );
    for (const server of this.servers) if (server.alive) this.addToTable(server);
    this.updateQuorum('+', 0);
  }

  startCheckers(): void {
    for (const server of this.servers) {
      for (const config of server.config.checkers) {
        this.process.log(`Activating healthchecker for service ${server.label} for VS ${this.label}`);
        const checker = new TcpChecker(this.process, config, server.label, (verdict) =>
          this.judged(server, checker, verdict),
        );
        if (!server.alive) server.failed.add(checker);
        this.checkers.push(checker);
        checker.start();
      }
    }
  }

  /** SIGTERM: the service goes with its servers. */
  stop(): void {
    for (const checker of this.checkers) checker.stop();
    for (const { label, alive } of this.servers) {
      if (alive) this.process.log(`Shutting down service ${label} from VS ${this.label}`);
    }
    this.ipvs.deleteService(this.key);
  }

  /** SIGKILL: the table stays as it is; only the checkers' sockets vanish. */
  abandon(): void {
    for (const checker of this.checkers) checker.stop();
  }

  private judged(server: RealServer, checker: TcpChecker, verdict: TcpVerdict): void {
    if (verdict.up) server.failed.delete(checker);
    else server.failed.add(checker);
    const alive = server.failed.size === 0;
    if (alive === server.alive) return;
    server.alive = alive;
    this.record(server, verdict);
    if (alive) {
      this.process.log(`Adding service ${server.label} to VS ${this.label}`);
      this.addToTable(server);
      this.updateQuorum('+', server.config.weight);
    } else {
      this.process.log(`Removing service ${server.label} from VS ${this.label}`);
      this.removeFromTable(server);
      this.updateQuorum('-', server.config.weight);
    }
  }

  private addToTable({ config }: RealServer): void {
    const { ip, port, weight, upperThreshold, lowerThreshold } = config;
    const options = { method: 'route', weight, upperThreshold, lowerThreshold } as const;
    const error = this.ipvs.addDestination(this.key, { ip, port }, options);
    this.complain('IP_VS_SO_SET_ADDDEST(1159)', error, ` -> ${ipText(ip)}:${port}`);
  }

  private removeFromTable({ config }: RealServer): void {
    const { ip, port } = config;
    this.ipvs.deleteDestination(this.key, { ip, port });
  }

  /** quorum with hysteresis: weight of the living against what is asked for. */
  private updateQuorum(change: '+' | '-', by: number): void {
    const { quorum, hysteresis } = this.config;
    const weight = this.servers.reduce((sum, { alive, config }) => sum + (alive ? config.weight : 0), 0);
    if (change === '+' && !this.hasQuorum && weight >= quorum + hysteresis) {
      this.hasQuorum = true;
      const need = `${quorum}+${hysteresis}=${quorum + hysteresis}`;
      this.process.log(`Gained quorum ${need} <= ${weight} for VS ${this.label}`);
    } else if (change === '-' && by > 0 && this.hasQuorum && weight < quorum - hysteresis) {
      this.hasQuorum = false;
      const need = `${quorum}-${hysteresis}=${quorum - hysteresis}`;
      this.process.log(`Lost quorum ${need} > ${weight} for VS ${this.label}`);
    }
  }

  private complain(call: string, error: IpvsError | null, server = ''): void {
    if (error === null) return;
    const { ip, port, protocol } = this.config;
    const service = `${ipText(ip)}:${protocol.toLowerCase()}:${port}`;
    this.process.log(`IPVS cmd ${call} error: ${error.text}(${error.number}) (${service}${server})`);
  }

  private record(server: RealServer, verdict: TcpVerdict): void {
    const { engine, hostName } = this.process.kernel;
    engine.recordCause<CheckerRecord>({
      host: hostName,
      kind: 'checker',
      service: this.label,
      server: ipText(server.config.ip),
      serverIp: server.config.ip,
      ...verdict,
    });
  }
}
