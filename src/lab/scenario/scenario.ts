/**
 * A scenario as the laboratory runs it: resolved, checked, nothing left to look up. `readScenario` makes it
 * from a YAML file, the builder of the testkit from code. Times are integer nanoseconds, addresses int32,
 * MACs interned; a `null` time means the start or the end of the run, whichever the name says.
 */
import type { Place } from '../../engine/problem.ts';
import type { CableOptions } from '../../link/cable.ts';
import type { Prefix } from '../../wire/ip-address.ts';
import type { Mac } from '../../wire/mac.ts';

export interface Scenario {
  /** The file's name without folder and `.yaml`: what reports call it. */
  readonly name: string;
  /** As given to `readScenario`: what problems and `vipdrift run` commands quote. */
  readonly file: string;
  readonly question: string;
  readonly verdict: string | null;
  /** The version whose behaviour is simulated. */
  readonly keepalived: '2.2';
  readonly seed: string;
  readonly untilNs: number;
  readonly lab: Lab;
  /** In order of writing. */
  readonly traffic: readonly Traffic[];
  /** Ascending by time; what is written first happens first at one time. */
  readonly timeline: readonly TimedAction[];
  /** In order of writing. */
  readonly expectations: readonly StatedExpectation[];
}

/** The machines and what connects them: one segment. */
export interface Lab {
  /** In order of writing, those of the lab file first. */
  readonly hosts: readonly HostPlan[];
  readonly switch: SwitchPlan;
}

export interface HostPlan {
  readonly name: string;
  /** In order of writing; all are plugged into the one switch. */
  readonly interfaces: readonly InterfacePlan[];
  readonly gateway: number | null;
  /** By absolute path on the host. */
  readonly files: Readonly<Record<string, HostFile>>;
  /** Commands typed at power-on, in order. */
  readonly setup: readonly string[];
  readonly cable: CableOptions;
  /** Null for a host made in code. */
  readonly place: Place | null;
}

export interface InterfacePlan {
  readonly name: string;
  readonly mac: Mac;
  /** At least one; the first is the primary one. */
  readonly addresses: readonly Prefix[];
  readonly place: Place | null;
}

export interface HostFile {
  readonly text: string;
  /**
   * Where the text comes from, for messages about it: a path as given to FileAccess, or `host:path` for text
   * inline.
   */
  readonly source: string;
}

export interface SwitchPlan {
  readonly name: string;
  readonly ageingNs: number;
  /** Every host once, in the order in which they are plugged in. */
  readonly attach: readonly string[];
}

/** HTTP requests at a steady rate, each on a connection of its own. */
export interface Traffic {
  readonly client: string;
  readonly url: string;
  readonly ip: number;
  readonly port: number;
  /** Of the URL: begins with `/`. */
  readonly path: string;
  /** From the start of one request to the start of the next. */
  readonly everyNs: number;
  readonly fromNs: number;
  /** No request begins at or after this; null: the end of the run. */
  readonly untilNs: number | null;
  readonly timeoutNs: number;
  readonly place: Place | null;
}

export interface TimedAction {
  readonly atNs: number;
  readonly action: Action;
  readonly place: Place | null;
}

/** As seen from the host: what it is sent, what it sends. */
export type Direction = 'both' | 'to-host' | 'from-host';
export type BlockedProtocol = 'vrrp' | 'arp' | 'icmp' | 'tcp' | 'udp' | 'igmp';
export type Service = 'keepalived' | 'httpd';

export type Action =
  | { readonly kind: 'crash'; readonly host: string }
  | { readonly kind: 'power-on'; readonly host: string }
  | { readonly kind: 'start-service'; readonly host: string; readonly service: Service }
  | { readonly kind: 'stop-service'; readonly host: string; readonly service: Service }
  /** SIGKILL to all processes of that name. */
  | { readonly kind: 'kill-process'; readonly host: string; readonly process: Service }
  | { readonly kind: 'run-command'; readonly host: string; readonly command: string }
  /** Both ends see the carrier go. */
  | { readonly kind: 'pull-cable'; readonly host: string }
  /** Frames are lost in silence, the carrier stays. */
  | { readonly kind: 'cut-cable'; readonly host: string; readonly direction: Direction }
  | { readonly kind: 'heal-cable'; readonly host: string }
  | {
      readonly kind: 'block-protocol';
      readonly host: string;
      readonly protocol: BlockedProtocol;
      readonly direction: Direction;
    }
  | { readonly kind: 'unblock-protocol'; readonly host: string; readonly protocol: BlockedProtocol };

export interface StatedExpectation {
  readonly expectation: Expectation;
  readonly place: Place | null;
}

/** A span of the run, both ends included; null: to the end of the run. */
interface Span {
  readonly fromNs: number;
  readonly untilNs: number | null;
}

/** At least one of the two is not null. */
interface Bounds {
  readonly atMost: number | null;
  readonly atLeast: number | null;
}

export type ServedCount = 'some' | 'none' | number;

export type Expectation =
  /** That host is MASTER throughout; `instance` null: of every instance it has. */
  | ({ readonly kind: 'master'; readonly host: string; readonly instance: string | null } & Span)
  /** `onlyWhileWhole`: moments with a crash, cut or block in force do not count. */
  | ({ readonly kind: 'at-most-one-master'; readonly onlyWhileWhole: boolean } & Span)
  /** Exactly these are MASTER, in any order. */
  | { readonly kind: 'masters'; readonly hosts: readonly string[]; readonly atNs: number }
  /** Longest time without service, in ns. */
  | ({ readonly kind: 'outage'; readonly client: string } & Bounds)
  /** Number of requests that got no answer. */
  | ({ readonly kind: 'requests-lost'; readonly client: string } & Bounds)
  | ({
      readonly kind: 'served-by';
      readonly counts: readonly { readonly host: string; readonly count: ServedCount }[];
    } & Span)
  /** Answers come from these in turn. */
  | ({ readonly kind: 'alternates'; readonly hosts: readonly string[] } & Span)
  /** Exactly these hold the address on a card that faces the segment (not on lo). */
  | { readonly kind: 'vip'; readonly ip: number; readonly hosts: readonly string[]; readonly atNs: number }
  /** The neighbour table of `host` has a MAC of `owner` for the address. */
  | {
      readonly kind: 'arp';
      readonly host: string;
      readonly ip: number;
      readonly owner: string;
      readonly atNs: number;
    }
  /** Exactly these are in the IPVS table of `host`, whatever their weight. */
  | {
      readonly kind: 'pool';
      readonly host: string;
      readonly servers: readonly string[];
      readonly atNs: number;
    }
  /** What a command prints; at least one of `contains` and `lacks` is not null. */
  | {
      readonly kind: 'output';
      readonly host: string;
      readonly command: string;
      readonly contains: string | null;
      readonly lacks: string | null;
      readonly atNs: number;
    };
