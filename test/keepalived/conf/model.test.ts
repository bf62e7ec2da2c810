/**
 * From text to model: defaults, inheritance, and the corrections keepalived makes when it has read
 * everything.
 */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/engine/time.ts';
import { readConfig } from '../../../src/keepalived/conf/read-config.ts';
import { ip } from '../../../src/wire/ip-address.ts';
import { FILE, instance, messagesOf } from './texts.ts';

describe('the running daemon', () => {
  const text = `${instance('garp_master_delay 7s', 'priority 50x', 'advert_int 2')}\n`;

  test('takes the digits where keepalived -t refuses', () => {
    const reading = readConfig(text, FILE);
    expect(messagesOf(reading)).toEqual([
      "7:19 invalid number '7s'",
      "7:19 (V): garp_master_delay '7s' invalid - ignoring",
      "8:10 invalid number '50x'",
      '8:10 (V) Priority not valid! must be between 1 & 255. Using default 100',
    ]);
    expect(reading.problems[0]?.hint).toBe('the running daemon takes it for 7');
    expect(reading.config.vrrpInstances[0]).toMatchObject({ garpMasterDelayNs: 7 * SECOND, priority: 100 });
  });
});

describe('checks of the whole', () => {
  /** Lines in a good instance, the messages, and what is left in the model. */
  test.each([
    [['state MASTER'], [], { state: 'MASTER', priority: 255 }],
    [['priority 255'], [], { state: 'MASTER', priority: 255 }],
    [['state MASTER', 'priority 300'], null, { state: 'MASTER', priority: 100 }],
    [
      ['state MASTER', 'priority 100', 'nopreempt', 'preempt_delay 5'],
      [
        '9:1 (V) Warning - nopreempt will not work with initial state MASTER - clearing',
        '10:1 (V) Warning - preempt delay will not work with initial state MASTER - clearing',
      ],
      { nopreempt: false, preemptDelayNs: 0 },
    ],
    [['nopreempt', 'preempt'], [], { nopreempt: false }],
    [
      ['advert_int 1.5'],
      ['7:1 (V) VRRPv2 advertisement interval 1.500000s must be an integer. rounding'],
      { advertIntervalNs: 2 * SECOND },
    ],
    [
      ['advert_int 0.4'],
      ['7:1 (V) VRRPv2 advertisement interval 0.400000s must be an integer. rounding'],
      { advertIntervalNs: SECOND },
    ],
    [
      ['version 3', 'advert_int 50'],
      [
        '8:1 (V) VRRPv3 advertisement interval 50.00s is out of range. ' +
          'Must be less than 40.96s. Setting to 40.95s',
      ],
      { advertIntervalNs: 40.95 * SECOND },
    ],
    [
      ['authentication {', 'auth_type PASS', 'auth_pass 123456789', '}'],
      ['9:11 Truncating auth_pass to 8 characters'],
      { authType: 'PASS', authPass: '12345678' },
    ],
    [
      ['authentication {', 'auth_type PASS', '}'],
      ['7:1 (V) Authentication specified but no password given. Ignoring'],
      { authType: 'none', authPass: '' },
    ],
    [
      ['state MASTER', 'priority 100', 'authentication {', 'auth_type AH', 'auth_pass x', '}'],
      ['9:1 (V) Initial state master is incompatible with AH authentication - clearing'],
      { state: 'BACKUP', authType: 'AH' },
    ],
    [
      ['strict_mode', 'state MASTER', 'priority 100', 'preempt_delay 5', 'accept', 'down_timer_adverts 5'],
      [
        '8:1 (V) State MASTER must match being address owner',
        '10:1 (V) preempt_delay is incompatible with strict mode - resetting',
        '11:1 (V) warning - accept mode for VRRP version 2 does not comply with RFC3768 - resetting',
        '12:1 (V) down_timer_adverts is incompatible with strict mode - resetting',
      ],
      {
        state: 'BACKUP',
        strict: true,
        accept: false,
        preemptDelayNs: 0,
        downTimerAdverts: 3,
        lowerPrioNoAdvert: true,
        garpLowerPrioRepeat: 0,
        garpLowerPrioDelayNs: 0,
      },
    ],
  ])('%j', (lines, messages, left) => {
    const reading = readConfig(instance(...lines), FILE);
    if (messages !== null) expect(messagesOf(reading)).toEqual(messages);
    expect(reading.config.vrrpInstances[0]).toMatchObject(left);
  });

  test('settings of global_defs are where an instance starts from', () => {
    const defaults = 'vrrp_garp_master_delay 1\nvrrp_garp_master_repeat 2\nvrrp_down_timer_adverts 4';
    const text = `global_defs {\n${defaults}\n}\n`;
    const { vrrpInstances } = readConfig(`${text}${instance('garp_master_repeat 9')}`, FILE).config;
    expect(vrrpInstances[0]).toMatchObject({
      garpMasterDelayNs: SECOND,
      garpMasterRepeat: 9,
      garpLowerPrioDelayNs: SECOND,
      garpLowerPrioRepeat: 2,
      downTimerAdverts: 4,
    });
  });

  test('an address with everything', () => {
    const line = '192.168.100.10/24 brd + dev ens34 label ens34:0 scope link';
    const { vrrpInstances } = readConfig(instance('virtual_ipaddress_excluded {', line, '}'), FILE).config;
    expect(vrrpInstances[0]?.excludedAddresses).toMatchObject([
      {
        ip: ip('192.168.100.10'),
        length: 24,
        broadcast: ip('192.168.100.255'),
        device: 'ens34',
        label: 'ens34:0',
        scope: 'link',
        where: { line: 8, column: 1 },
      },
    ]);
  });

  test('a checker inherits from its real server, and that from its service', () => {
    const text = [
      'virtual_server 10.0.0.1 80 {',
      'protocol TCP\nlb_algo rr\nlb_kind DR',
      'real_server 10.0.0.2 80 {\nretry 4\nTCP_CHECK {\nconnect_timeout 2\n}\n}',
      'real_server 10.0.0.3 80 {\nTCP_CHECK {\nalpha\n}\n}',
      // Also what stands after the real servers.
      'retry 5\ndelay_loop 7\ndelay_before_retry 6\nconnect_timeout 9\nweight 8',
      '}',
    ].join('\n');
    const reals = readConfig(text, FILE).config.virtualServers[0]?.realServers ?? [];
    expect(reals.map(({ weight }) => weight)).toEqual([8, 8]);
    expect(reals.flatMap(({ checkers }) => checkers)).toMatchObject([
      { retry: 4, connectTimeoutNs: 2 * SECOND, delayLoopNs: 7 * SECOND, alpha: false },
      {
        retry: 5,
        connectTimeoutNs: 9 * SECOND,
        delayBeforeRetryNs: 6 * SECOND,
        warmupNs: 7 * SECOND,
        alpha: true,
      },
    ]);
  });

  test('a real server forwards as its service did where it was written', () => {
    const text =
      'virtual_server 10.0.0.1 80 {\nprotocol TCP\nlb_algo rr\nlb_kind NAT\nreal_server 10.0.0.2 81 {\n}\n' +
      'lb_kind DR\nreal_server 10.0.0.3 81 {\n}\n}\n';
    const { config, problems } = readConfig(text, FILE);
    expect(config.virtualServers[0]?.realServers.map(({ method, port }) => [method, port])).toEqual([
      ['NAT', 81],
      ['DR', 80],
    ]);
    expect(problems).toHaveLength(1);
  });

  test('times longer than virtual time are cut to its length', () => {
    const text =
      'virtual_server 10.0.0.1 80 {\nprotocol TCP\nlb_algo rr\nlb_kind DR\ndelay_loop 18446744073709\n' +
      'real_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n';
    const checker = readConfig(text, FILE).config.virtualServers[0]?.realServers[0]?.checkers[0];
    expect(checker?.delayLoopNs).toBe(Number.MAX_SAFE_INTEGER);
  });
});
