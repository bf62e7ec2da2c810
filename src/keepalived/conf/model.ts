/**
 * The configuration as the simulated keepalived uses it: every default resolved, every correction of
 * keepalived's made. Addresses are int32 (IPv4 only), times nanoseconds.
 */
import type { Place } from '../../engine/problem.ts';

export interface KeepalivedConfig {
  readonly global: GlobalConfig;
  /** In the order of the file, as all lists here. */
  readonly vrrpInstances: readonly VrrpInstanceConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
}

export interface GlobalConfig {
  /** null: the name of the host. */
  readonly routerId: string | null;
  /** Read for completeness; no mail is ever sent. */
  readonly smtpServer: SmtpServer | null;
  readonly notificationEmail: readonly string[];
  readonly notificationEmailFrom: string | null;
  /** Group that advertisements are sent to: vrrp_mcast_group4. */
  readonly mcastGroup: number;
  /** After its start an instance waits so long before its timers run. */
  readonly startupDelayNs: number;
  /** Pause between two gratuitous ARPs on an interface; 0: none. */
  readonly garpIntervalNs: number;
  readonly gnaIntervalNs: number;
  readonly scriptSecurity: boolean;
  readonly scriptUser: string | null;
}

export interface SmtpServer {
  /** As written. */
  readonly address: string;
  readonly port: number;
}

export interface VrrpInstanceConfig {
  readonly where: Place;
  readonly name: string;
  readonly version: 2 | 3;
  /** The state it wants to begin in. */
  readonly state: 'MASTER' | 'BACKUP';
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly advertIntervalNs: number;
  readonly authType: 'none' | 'PASS' | 'AH';
  /** At most 8 characters; empty without authentication. */
  readonly authPass: string;
  readonly virtualAddresses: readonly VirtualAddress[];
  /** Held like the others, but not in advertisements. */
  readonly excludedAddresses: readonly VirtualAddress[];
  readonly nopreempt: boolean;
  readonly preemptDelayNs: number;
  /** Blocks of gratuitous ARPs: one on becoming master, a second one so long after it (0: none). */
  readonly garpMasterRepeat: number;
  readonly garpMasterDelayNs: number;
  /** Further blocks while master; 0: none. */
  readonly garpMasterRefreshNs: number;
  readonly garpMasterRefreshRepeat: number;
  /** The same two blocks after an advertisement of lower priority. */
  readonly garpLowerPrioRepeat: number;
  readonly garpLowerPrioDelayNs: number;
  /** Number of advertisements that must be missed. */
  readonly downTimerAdverts: number;
  /** Do not answer an advertisement of lower priority with one of ours. */
  readonly lowerPrioNoAdvert: boolean;
  /** Send a last advertisement when one of higher priority is heard. */
  readonly higherPrioSendAdvert: boolean;
  /** Do not compare the addresses of each advertisement of the same master again. */
  readonly skipCheckAdvAddr: boolean;
  /**
   * Strict adherence to the protocol: among other things nothing but ARP is answered for the virtual
   * addresses.
   */
  readonly strict: boolean;
  /** Packets to the virtual addresses are accepted though this router does not own them. */
  readonly accept: boolean;
  /** null: the first address of the interface. */
  readonly mcastSrcIp: number | null;
  /** Go on though the interface has no carrier. */
  readonly dontTrackPrimary: boolean;
}

export interface VirtualAddress {
  readonly where: Place;
  readonly ip: number;
  /** Length of the prefix; 32 if none was written. */
  readonly length: number;
  /** null: the interface of the instance. */
  readonly device: string | null;
  readonly label: string | null;
  readonly scope: 'global' | 'link' | 'host';
  readonly broadcast: number | null;
}

export type Scheduler =
  | 'rr'
  | 'wrr'
  | 'lc'
  | 'wlc'
  | 'lblc'
  | 'lblcr'
  | 'sh'
  | 'mh'
  | 'dh'
  | 'fo'
  | 'ovf'
  | 'sed'
  | 'nq'
  | 'twos';

export type ForwardingMethod = 'NAT' | 'DR' | 'TUN';

export interface VirtualServerConfig {
  readonly where: Place;
  readonly ip: number;
  /** 0: any, with persistence. */
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly scheduler: Scheduler;
  readonly method: ForwardingMethod;
  /** null: no persistence. */
  readonly persistenceTimeoutNs: number | null;
  /** Netmask of clients that stay together. */
  readonly persistenceMask: number;
  /** Weight that must be up for the service to be up. */
  readonly quorum: number;
  readonly hysteresis: number;
  /** Real servers begin as down. */
  readonly alpha: boolean;
  readonly omega: boolean;
  readonly onePacket: boolean;
  readonly sorryServer: SorryServerConfig | null;
  readonly realServers: readonly RealServerConfig[];
}

export interface SorryServerConfig {
  readonly where: Place;
  readonly ip: number;
  readonly port: number;
  readonly method: ForwardingMethod;
  readonly inhibitOnFailure: boolean;
}

export interface RealServerConfig {
  readonly where: Place;
  readonly ip: number;
  /** 0: that of the service. */
  readonly port: number;
  readonly weight: number;
  readonly method: ForwardingMethod;
  /** On failure set the weight to 0 rather than take it out. */
  readonly inhibitOnFailure: boolean;
  /** Numbers of connections at which it is overloaded and is not any more; 0: none. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly checkers: readonly TcpCheckConfig[];
  /** Names of checkers that were read and are not simulated: they never find anything wrong. */
  readonly otherCheckers: readonly string[];
}

export interface TcpCheckConfig {
  readonly where: Place;
  readonly connectIp: number;
  readonly connectPort: number;
  /** null: chosen by the host. */
  readonly bindIp: number | null;
  /** 0: chosen by the host. */
  readonly bindPort: number;
  /** Begin as down. */
  readonly alpha: boolean;
  readonly delayLoopNs: number;
  readonly connectTimeoutNs: number;
  /** Further attempts before it is called failed. */
  readonly retry: number;
  readonly delayBeforeRetryNs: number;
  /** The first check happens at a random moment within so long after the start. */
  readonly warmupNs: number;
}
