/**
 * The whole table: which keywords stand in which block, which stand outside, and which pass reads them.
 * Not in it: what only a newer keepalived than 2.2.7 knows.
 */
import { block, type Keyword, list, unsimulated } from './keyword.ts';
import { GLOBAL_DEFS, TOP_LEVEL_WORDS } from './keywords-global.ts';
import * as servers from './keywords-servers.ts';
import * as vrrp from './keywords-vrrp.ts';
import type { PassName } from './report.ts';

const BLOCKS: Readonly<Record<string, readonly Keyword[]>> = {
  global_defs: GLOBAL_DEFS,
  vrrp_instance: vrrp.VRRP_INSTANCE,
  authentication: vrrp.AUTHENTICATION,
  vrrp_script: vrrp.VRRP_SCRIPT,
  vrrp_sync_group: vrrp.VRRP_SYNC_GROUP,
  track_file: vrrp.TRACK_FILE,
  vrrp_track_process: vrrp.VRRP_TRACK_PROCESS,
  track_group: vrrp.TRACK_GROUP,
  garp_group: vrrp.GARP_GROUP,
  bfd_instance: vrrp.BFD_INSTANCE,
  virtual_server: servers.VIRTUAL_SERVER,
  real_server: servers.REAL_SERVER,
  TCP_CHECK: servers.TCP_CHECK,
  HTTP_GET: servers.HTTP_GET,
  url: servers.URL,
  SMTP_CHECK: servers.SMTP_CHECK,
  host: servers.TCP_CHECK,
  DNS_CHECK: servers.DNS_CHECK,
  MISC_CHECK: servers.MISC_CHECK,
  UDP_CHECK: servers.UDP_CHECK,
  PING_CHECK: servers.PING_CHECK,
  FILE_CHECK: servers.FILE_CHECK,
  BFD_CHECK: servers.BFD_CHECK,
  SSL: servers.SSL,
};

/** Outside any block, by pass. */
const TOP_LEVEL: readonly (readonly [readonly PassName[], readonly Keyword[]])[] = [
  [['global'], [block('global_defs'), ...TOP_LEVEL_WORDS]],
  [['checker'], [block('virtual_server', 'virtual-server')]],
  [['checker'], unsimulated(list('virtual_server_group', 'ignored', true), block('SSL'))],
  [['vrrp'], [block('vrrp_instance', 'instance')]],
  [
    ['vrrp'],
    unsimulated(
      block('vrrp_script', 'name'),
      block('vrrp_sync_group', 'sync-group'),
      block('vrrp_track_process', 'name'),
      block('track_group', 'name'),
      block('garp_group'),
      list('static_ipaddress', 'ignored'),
      list('static_routes', 'ignored'),
      list('static_rules', 'ignored'),
      list('linkbeat_interfaces', 'ignored'),
      list('interface_up_down_delays', 'ignored'),
    ),
  ],
  [
    ['checker', 'vrrp'],
    unsimulated(block('vrrp_track_file', 'name', 'track_file'), block('track_file', 'name', 'track_file')),
  ],
  [['checker', 'vrrp', 'bfd'], unsimulated(block('bfd_instance', 'name'))],
];

type Lookup = ReadonlyMap<string, Keyword>;

/** A keyword outside any block, and whether the pass that met it is one that reads it. */
export interface TopLevelKeyword {
  readonly keyword: Keyword;
  readonly passes: readonly PassName[];
}

const blockLookups: ReadonlyMap<string, Lookup> = new Map(
  Object.entries(BLOCKS).map(([name, keywords]) => [
    name,
    new Map(keywords.map((each) => [each.name, each])),
  ]),
);

const topLevelLookup: ReadonlyMap<string, TopLevelKeyword> = new Map(
  TOP_LEVEL.flatMap(([passes, keywords]) =>
    keywords.map((keyword): [string, TopLevelKeyword] => [keyword.name, { keyword, passes }]),
  ),
);

export function keywordIn(blockName: string, name: string): Keyword | undefined {
  return blockLookups.get(blockName)?.get(name);
}

export function topLevelKeyword(name: string): TopLevelKeyword | undefined {
  return topLevelLookup.get(name);
}

/** Names a block knows; null: outside any block. */
export function keywordNames(blockName: string | null): readonly string[] {
  if (blockName === null) return [...topLevelLookup.keys()];
  return [...(blockLookups.get(blockName)?.keys() ?? [])];
}

/** Blocks in which that keyword exists; '' stands for outside any block. */
export function blocksWith(name: string): readonly string[] {
  const names = [...blockLookups].filter(([, keywords]) => keywords.has(name)).map(([block]) => block);
  return topLevelLookup.has(name) ? ['', ...names] : names;
}
