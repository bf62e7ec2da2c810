/**
 * Whatever stands in a configuration: reading it ends, says what is wrong at places that exist, and keeps
 * values.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
import { formatProblem } from '../../src/engine/problem.ts';
import { SECOND } from '../../src/engine/time.ts';
import type {
  VirtualAddress,
  VirtualServerConfig,
  VrrpInstanceConfig,
} from '../../src/keepalived/conf/model.ts';
import { type ConfigReading, readConfig } from '../../src/keepalived/conf/read-config.ts';
import { ipText } from '../../src/wire/ip-address.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const RECORDING = fileURLToPath(new URL('../recordings/conf/307-mixed-many-errors.conf', import.meta.url));
const MISTAKES = readFileSync(RECORDING, 'utf8');

/** Every problem lies in the text (the place behind the last character of a line counts). */
function expectPlaces(text: string, { problems }: ConfigReading): void {
  const lines = text.split('\n');
  const outside = problems.filter(({ where: { file, line, column } }) => {
    const length = lines[line - 1]?.length ?? -1;
    return file !== 'f.conf' || line < 1 || column < 1 || column > length + 1;
  });
  expect(outside).toEqual([]);
  const order = problems.map(({ where }) => where.line * 1e6 + where.column);
  expect(order).toEqual([...order].sort((a, b) => a - b));
}

/** What files are made of, good and bad, in any order. */
const token = fc.constantFrom(
  ...[
    '{',
    '}',
    '"',
    '\\',
    '#',
    '!',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\0',
    '\v',
    '\ufeff',
    '@x ',
    '$X=',
    '~SEQ(',
    '$',
    '\\#',
  ],
  ...[
    'global_defs',
    'vrrp_instance',
    'virtual_server',
    'real_server',
    'TCP_CHECK',
    'authentication',
    'V',
    'W',
  ],
  ...[
    'interface',
    'ens33',
    'virtual_router_id',
    'priority',
    'virtual_ipaddress',
    '192.168.100.10',
    '80',
    '-1',
    '5s',
  ],
  ...[
    'advert_int',
    'weight',
    'lb_algo',
    'rr',
    'include',
    'vrrp_script',
    'track_script',
    'HTTP_GET',
    'nb_get_retry',
  ],
  ...[
    'notification_email',
    'sorry_server',
    'state',
    'MASTER',
    'version',
    'quorum',
    'fwmark',
    'group',
    'fd00::1',
    'x',
  ],
);

const soup = fc.array(fc.tuple(token, fc.constantFrom(' ', '\n', '')), { size: 'large' }).map((pairs) => {
  return pairs.flat().join('');
});

const mutated = fc
  .array(fc.tuple(fc.nat(MISTAKES.length), fc.nat(12), token), { maxLength: 6 })
  .map((edits) =>
    edits.reduce((text, [at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone), MISTAKES),
  );

describe('any text', () => {
  test.prop([fc.oneof(fc.string({ unit: 'binary' }), soup, mutated)], { numRuns: 400 })(
    'is read to its end, with every problem at a place in it',
    (text) => {
      const reading = readConfig(text, 'f.conf', { interfaces: ['lo', 'ens33'] });
      expectPlaces(text, reading);
      for (const problem of reading.problems.slice(0, 5))
        expect(formatProblem(problem, text)).toContain('f.conf:');
    },
  );

  test.prop([soup])('means the same the second time', (text) => {
    expect(readConfig(text, 'f.conf')).toEqual(readConfig(text, 'f.conf'));
  });

  test.prop([soup])('is either silent for keepalived or has problems', (text) => {
    const { messages, problems } = readConfig(text, 'f.conf');
    if (messages.length > 0) expect(problems.length).toBeGreaterThan(0);
  });
});

describe('white space, comments and the place of braces', () => {
  const blank = fc.constantFrom(' ', '\t', '  ', '\f', '\v');

  test.prop([fc.infiniteStream(blank), fc.boolean(), fc.boolean()])(
    'change nothing',
    (blanks, crlf, glued) => {
      const plain = printInstance(SAMPLE);
      const next = (): string => blanks.next().value as string;
      let text = plain.replace(/ /g, next).replace(/\n/g, () => `${next()}# a comment {\n\n`);
      if (glued) text = text.replace(/[ \t\f\v]+\{[^\n]*\n/g, '{');
      if (crlf) text = text.replaceAll('\n', '\r\n');
      const reading = readConfig(text, 'f.conf');
      expect(reading.problems).toEqual([]);
      expect(withoutPlaces(reading.config.vrrpInstances)).toEqual(
        withoutPlaces(readConfig(plain, 'f.conf').config.vrrpInstances),
      );
    },
  );
});

// ── printing ───────────────────────────────────────────────────────────────────────────────────────────

type Instance = Omit<VrrpInstanceConfig, 'where'>;

const SAMPLE_ADDRESS = {
  ip: 0x0a000001,
  length: 24,
  device: 'ens34',
  label: 'ens34:0',
  scope: 'link',
  broadcast: 0x0a0000ff,
} as const;

const SAMPLE: Instance = {
  name: 'VI_1',
  version: 2,
  state: 'BACKUP',
  interface: 'ens33',
  virtualRouterId: 51,
  priority: 100,
  advertIntervalNs: SECOND,
  authType: 'PASS',
  authPass: 'secret',
  virtualAddresses: [{ where: { file: '', line: 0, column: 0 }, ...SAMPLE_ADDRESS }],
  excludedAddresses: [],
  nopreempt: true,
  preemptDelayNs: 0,
  garpMasterDelayNs: SECOND,
  garpMasterRepeat: 2,
  garpMasterRefreshNs: 3 * SECOND,
  garpMasterRefreshRepeat: 4,
  garpLowerPrioDelayNs: 5 * SECOND,
  garpLowerPrioRepeat: 6,
  downTimerAdverts: 7,
  lowerPrioNoAdvert: true,
  higherPrioSendAdvert: true,
  skipCheckAdvAddr: true,
  strict: false,
  accept: false,
  mcastSrcIp: 0x0a000002,
  dontTrackPrimary: true,
};

function printAddress({
  ip,
  length,
  broadcast,
  device,
  label,
  scope,
}: Omit<VirtualAddress, 'where'>): string {
  const options = [
    broadcast === null ? '' : ` brd ${ipText(broadcast)}`,
    device === null ? '' : ` dev ${device}`,
    label === null ? '' : ` label ${label}`,
  ];
  return `${ipText(ip)}/${length}${options.join('')} scope ${scope}`;
}

function printInstance(instance: Instance): string {
  const seconds = (ns: number): string => (ns / SECOND).toFixed(6);
  const flag = (name: string, on: boolean): string[] => (on ? [name] : []);
  const list = (name: string, addresses: Instance['virtualAddresses']): string[] => [
    `${name} {`,
    ...addresses.map(printAddress),
    '}',
  ];
  const auth = [
    'authentication {',
    `auth_type ${instance.authType}`,
    `auth_pass "${instance.authPass}"`,
    '}',
  ];
  const lines = [
    `vrrp_instance ${instance.name} {`,
    `version ${instance.version}`,
    `state ${instance.state}`,
    `interface ${instance.interface}`,
    `virtual_router_id ${instance.virtualRouterId}`,
    `priority ${instance.priority}`,
    `advert_int ${seconds(instance.advertIntervalNs)}`,
    ...(instance.authType === 'none' ? [] : auth),
    ...list('virtual_ipaddress', instance.virtualAddresses),
    ...list('virtual_ipaddress_excluded', instance.excludedAddresses),
    ...flag('nopreempt', instance.nopreempt),
    `preempt_delay ${seconds(instance.preemptDelayNs)}`,
    `garp_master_delay ${instance.garpMasterDelayNs / SECOND}`,
    `garp_master_repeat ${instance.garpMasterRepeat}`,
    `garp_master_refresh ${instance.garpMasterRefreshNs / SECOND}`,
    `garp_master_refresh_repeat ${instance.garpMasterRefreshRepeat}`,
    `garp_lower_prio_delay ${instance.garpLowerPrioDelayNs / SECOND}`,
    `garp_lower_prio_repeat ${instance.garpLowerPrioRepeat}`,
    `down_timer_adverts ${instance.downTimerAdverts}`,
    `lower_prio_no_advert ${instance.lowerPrioNoAdvert}`,
    `higher_prio_send_advert ${instance.higherPrioSendAdvert}`,
    `skip_check_adv_addr ${instance.skipCheckAdvAddr}`,
    `strict_mode ${instance.strict}`,
    instance.accept ? 'accept' : 'no_accept',
    ...(instance.mcastSrcIp === null ? [] : [`mcast_src_ip ${ipText(instance.mcastSrcIp)}`]),
    ...flag('dont_track_primary', instance.dontTrackPrimary),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each) => (key === 'where' ? undefined : each)));
}

const ipv4 = fc.integer({ min: 1, max: 0xfffffffe }).map((ip) => ip | 0);
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,11}$/);

const address: fc.Arbitrary<VirtualAddress> = fc.record({
  where: fc.constant({ file: '', line: 0, column: 0 }),
  ip: ipv4,
  length: fc.integer({ min: 0, max: 32 }),
  device: fc.option(name),
  label: fc.option(name),
  scope: fc.constantFrom('global', 'link', 'host'),
  broadcast: fc.option(ipv4),
});

/** Instances that keepalived has nothing to say about. */
const instance: fc.Arbitrary<Instance> = fc
  .record({
    name,
    state: fc.constantFrom('MASTER', 'BACKUP'),
    interface: name.filter((each) => each !== 'lo'),
    virtualRouterId: fc.integer({ min: 1, max: 255 }),
    priority: fc.integer({ min: 1, max: 254 }),
    seconds: fc.integer({ min: 1, max: 255 }),
    // A brace alone, though quoted, counts where a pass skips the block.
    authPass: fc.option(fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9 #!{}']{0,7}$/)),
    virtualAddresses: fc.array(address, { minLength: 1, maxLength: 4 }),
    excludedAddresses: fc.array(address, { maxLength: 2 }),
    garp: fc.array(fc.integer({ min: 1, max: 4294 }), { minLength: 6, maxLength: 6 }),
    downTimerAdverts: fc.integer({ min: 1, max: 100 }),
    flags: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    preemptDelayUs: fc.integer({ min: 0, max: 1_000_000_000 }),
    mcastSrcIp: fc.option(ipv4),
  })
  .map(({ seconds, authPass, garp, flags, preemptDelayUs, ...others }) => {
    const [delay, repeat, refresh, refreshRepeat, lowerDelay, lowerRepeat] = garp as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const isBackup = others.state === 'BACKUP';
    const nopreempt = isBackup && flags[0] === true;
    return {
      ...others,
      version: 2,
      advertIntervalNs: seconds * SECOND,
      authType: authPass === null ? 'none' : 'PASS',
      authPass: authPass ?? '',
      nopreempt,
      preemptDelayNs: isBackup && !nopreempt ? preemptDelayUs * 1000 : 0,
      garpMasterDelayNs: delay * SECOND,
      garpMasterRepeat: repeat,
      garpMasterRefreshNs: refresh * SECOND,
      garpMasterRefreshRepeat: refreshRepeat,
      garpLowerPrioDelayNs: lowerDelay * SECOND,
      garpLowerPrioRepeat: lowerRepeat,
      lowerPrioNoAdvert: flags[1] === true,
      higherPrioSendAdvert: flags[2] === true,
      skipCheckAdvAddr: flags[3] === true,
      strict: false,
      accept: flags[4] === true,
      dontTrackPrimary: flags[5] === true,
    };
  });

type Server = Omit<VirtualServerConfig, 'where'>;

const port = fc.integer({ min: 1, max: 65535 });
const timeNs = fc.integer({ min: 1, max: 4_000_000_000 }).map((us) => us * 1000);
const where = fc.constant({ file: '', line: 0, column: 0 });

const server: fc.Arbitrary<Server> = fc
  .record({
    ip: ipv4,
    port,
    protocol: fc.constantFrom<Server['protocol']>('TCP', 'UDP', 'SCTP'),
    scheduler: fc.constantFrom<Server['scheduler']>('rr', 'wrr', 'lc', 'wlc', 'sh', 'mh'),
    persistence: fc.option(fc.integer({ min: 1, max: 2_678_400 })),
    alpha: fc.boolean(),
    omega: fc.boolean(),
    realServers: fc.uniqueArray(
      fc.record({
        where,
        ip: ipv4,
        port,
        weight: fc.integer({ min: 1, max: 65535 }),
        inhibitOnFailure: fc.boolean(),
        upperThreshold: fc.nat(1000),
        lowerThreshold: fc.nat(1000),
        checkers: fc.array(
          fc.record({
            where,
            connectIp: ipv4,
            connectPort: port,
            bindIp: fc.option(ipv4),
            bindPort: port,
            alpha: fc.boolean(),
            delayLoopNs: timeNs,
            connectTimeoutNs: timeNs,
            retry: fc.nat(100),
            delayBeforeRetryNs: timeNs,
            warmupNs: timeNs,
          }),
          { maxLength: 2 },
        ),
      }),
      { minLength: 1, maxLength: 4, selector: ({ ip, port: number }) => `${ip}:${number}` },
    ),
  })
  .map(({ persistence, realServers, ...others }) => ({
    ...others,
    method: 'NAT',
    persistenceTimeoutNs: persistence === null ? null : persistence * SECOND,
    persistenceMask: -1,
    quorum: realServers.length,
    hysteresis: realServers.length - 1,
    onePacket: false,
    sorryServer: null,
    realServers: realServers.map((real) => ({ ...real, method: 'NAT' as const, otherCheckers: [] })),
  }));

function printServer(config: Server): string {
  const seconds = (ns: number): string => (ns / SECOND).toFixed(6);
  const flag = (keyword: string, on: boolean): string[] => (on ? [keyword] : []);
  const reals = config.realServers.flatMap((real) => [
    `real_server ${ipText(real.ip)} ${real.port} {`,
    `weight ${real.weight}`,
    `inhibit_on_failure ${real.inhibitOnFailure ? 'yes' : 'no'}`,
    `uthreshold ${real.upperThreshold}`,
    `lthreshold ${real.lowerThreshold}`,
    ...real.checkers.flatMap((checker) => [
      'TCP_CHECK {',
      `connect_ip ${ipText(checker.connectIp)}`,
      `connect_port ${checker.connectPort}`,
      ...(checker.bindIp === null ? [] : [`bindto ${ipText(checker.bindIp)}`]),
      `bind_port ${checker.bindPort}`,
      `alpha ${checker.alpha ? 'on' : 'off'}`,
      `delay_loop ${seconds(checker.delayLoopNs)}`,
      `connect_timeout ${seconds(checker.connectTimeoutNs)}`,
      `retry ${checker.retry}`,
      `delay_before_retry ${seconds(checker.delayBeforeRetryNs)}`,
      `warmup ${seconds(checker.warmupNs)}`,
      '}',
    ]),
    '}',
  ]);
  const lines = [
    `virtual_server ${ipText(config.ip)} ${config.port} {`,
    `protocol ${config.protocol}`,
    `lvs_sched ${config.scheduler}`,
    `lvs_method ${config.method}`,
    ...(config.persistenceTimeoutNs === null
      ? []
      : [`persistence_timeout ${config.persistenceTimeoutNs / SECOND}`]),
    ...flag('alpha', config.alpha),
    ...flag('omega', config.omega),
    `quorum ${config.quorum}`,
    `hysteresis ${config.hysteresis}`,
    ...reals,
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

describe('what is printed', () => {
  test.prop([instance])('an instance is read back as it was', (written) => {
    const { config, problems, usable } = readConfig(printInstance(written), 'f.conf');
    expect(problems).toEqual([]);
    expect(usable).toBe(true);
    expect(withoutPlaces(config.vrrpInstances)).toEqual([withoutPlaces(written)]);
  });

  test.prop([server])('a service is read back as it was', (written) => {
    const { config, problems } = readConfig(printServer(written), 'f.conf');
    expect(problems).toEqual([]);
    expect(withoutPlaces(config.virtualServers)).toEqual([withoutPlaces(written)]);
  });
});
