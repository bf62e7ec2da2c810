import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/engine/problem.ts';
import { SECOND } from '../../../src/engine/time.ts';
import { readConfig } from '../../../src/keepalived/conf/read-config.ts';
import { ip } from '../../../src/wire/ip-address.ts';
import { FILE, instance, messagesOf } from './texts.ts';

const TUTORIAL = `! Configuration File for keepalived

global_defs {
   smtp_server 127.0.0.1
   router_id LVS_01
}

vrrp_instance VI_1 {
    state MASTER
    interface ens33
    virtual_router_id 10
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass abc123
    }
    virtual_ipaddress {
        192.168.100.10
    }
}

virtual_server 192.168.100.10 80 {
    delay_loop 6
    lb_algo rr
    lb_kind DR
    protocol TCP

    real_server 192.168.100.200 80 {
        weight 1
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
            nb_get_retry 3
            delay_before_retry 3
        }
    }
    real_server 192.168.100.222 80 {
        weight 1
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
            nb_get_retry 3
            delay_before_retry 3
        }
    }
}
`;

describe("the tutorial's file", () => {
  const reading = readConfig(TUTORIAL, FILE, { interfaces: ['lo', 'ens33'] });

  test('gives its two messages, and can be used', () => {
    expect(messagesOf(reading)).toEqual([
      "34:13 Unknown keyword 'nb_get_retry'",
      "43:13 Unknown keyword 'nb_get_retry'",
    ]);
    expect(reading.usable).toBe(true);
    const [problem] = reading.problems;
    expect(problem === undefined ? '' : formatProblem(problem, TUTORIAL)).toBe(
      [
        `${FILE}:34:13: error: Unknown keyword 'nb_get_retry'`,
        '              nb_get_retry 3',
        '              ^',
        "  hint: TCP_CHECK has 'retry'; nb_get_retry is for HTTP_GET and SSL_GET. The retry count stays",
      ].join('\n'),
    );
  });

  test('becomes this model', () => {
    const { global, vrrpInstances, virtualServers } = reading.config;
    expect(global).toMatchObject({
      routerId: 'LVS_01',
      smtpServer: { address: '127.0.0.1', port: 25 },
      mcastGroup: ip('224.0.0.18'),
    });
    const address = { ip: ip('192.168.100.10'), length: 32, device: null, label: null, scope: 'global' };
    expect(vrrpInstances).toEqual([
      {
        where: { file: FILE, line: 8, column: 1 },
        name: 'VI_1',
        version: 2,
        state: 'MASTER',
        interface: 'ens33',
        virtualRouterId: 10,
        priority: 100,
        advertIntervalNs: SECOND,
        authType: 'PASS',
        authPass: 'abc123',
        virtualAddresses: [{ where: { file: FILE, line: 19, column: 9 }, ...address, broadcast: null }],
        excludedAddresses: [],
        nopreempt: false,
        preemptDelayNs: 0,
        garpMasterDelayNs: 5 * SECOND,
        garpMasterRepeat: 5,
        garpMasterRefreshNs: 0,
        garpMasterRefreshRepeat: 1,
        garpLowerPrioDelayNs: 5 * SECOND,
        garpLowerPrioRepeat: 5,
        downTimerAdverts: 3,
        lowerPrioNoAdvert: false,
        higherPrioSendAdvert: false,
        skipCheckAdvAddr: false,
        strict: false,
        accept: true,
        mcastSrcIp: null,
        dontTrackPrimary: false,
      },
    ]);
    const [server] = virtualServers;
    expect(server).toMatchObject({
      where: { line: 23, column: 1 },
      ip: ip('192.168.100.10'),
      port: 80,
      protocol: 'TCP',
      scheduler: 'rr',
      method: 'DR',
      persistenceTimeoutNs: null,
      quorum: 1,
      hysteresis: 0,
      sorryServer: null,
    });
    expect(server?.realServers.map((real) => [real.ip, real.port, real.weight, real.otherCheckers])).toEqual([
      [ip('192.168.100.200'), 80, 1, []],
      [ip('192.168.100.222'), 80, 1, []],
    ]);
    expect(server?.realServers[1]?.checkers).toEqual([
      {
        where: { file: FILE, line: 40, column: 9 },
        connectIp: ip('192.168.100.222'),
        connectPort: 80,
        bindIp: null,
        bindPort: 0,
        alpha: false,
        delayLoopNs: 6 * SECOND,
        connectTimeoutNs: 3 * SECOND,
        retry: 1,
        delayBeforeRetryNs: 3 * SECOND,
        warmupNs: 6 * SECOND,
      },
    ]);
  });

  test('does not start where the interface has another name', () => {
    const elsewhere = readConfig(TUTORIAL, FILE, { interfaces: ['lo', 'eth0'] });
    expect(elsewhere.usable).toBe(false);
    expect(elsewhere.problems.slice(0, 2)).toMatchObject([
      {
        message: "WARNING - interface ens33 for vrrp_instance VI_1 doesn't exist",
        hint: 'this host has eth0',
        where: { line: 10, column: 15 },
      },
      { message: 'Non-existent interface specified in configuration', where: { line: 10, column: 15 } },
    ]);
    expect(readConfig(TUTORIAL, FILE).usable).toBe(true);
  });
});

describe('what the daemon would not run with', () => {
  test.each([
    [
      'no virtual_router_id',
      'vrrp_instance V {\ninterface ens33\n}',
      '(V) the virtual router id must be set',
    ],
    ['no interface', 'vrrp_instance V {\nvirtual_router_id 1\n}', '(V) Unknown interface!'],
    [
      'a keyword without its value',
      'global_defs {\nvrrp_version\n}',
      '*** Configuration line starting `vrrp_version` is missing a parameter ' +
        'after keyword `vrrp_version` at word position 2',
    ],
    [
      'two routers of one number on an interface',
      `${instance()}\n${instance().replace('_instance V', '_instance W')}`,
      'V and W both use VRID 20 with IPv4 on interface ens33',
    ],
    [
      'version 3 without an address',
      'vrrp_instance V {\ninterface ens33\nvirtual_router_id 1\nversion 3\n}',
      '(V) No VIP specified; at least one is required',
    ],
  ])('%s', (_, text, message) => {
    const reading = readConfig(text, FILE);
    expect(reading.usable).toBe(false);
    expect(reading.problems.map((problem) => problem.message)).toContain(message);
    expect(reading.config.vrrpInstances).toEqual([]);
  });

  test('nothing is read after a fatal line', () => {
    const reading = readConfig('global_defs {\nsmtp_server\nbogus\n}\nbogus\n', FILE);
    expect(reading.problems).toHaveLength(1);
    expect(reading.problems[0]).toMatchObject({ code: 'missing-argument', where: { line: 2, column: 1 } });
  });
});

describe('what is no configuration', () => {
  test('an empty file', () => {
    const { problems, usable } = readConfig('', FILE);
    expect(problems).toMatchObject([
      { code: 'empty-configuration', severity: 'warning', where: { line: 1, column: 1 } },
    ]);
    expect(usable).toBe(true);
  });

  test('a binary', () => {
    const { problems, usable } = readConfig('\u007fELF\u0002\u0001\u0001\0\0\0\n\u0003\0>\0', FILE);
    expect(problems.map(({ code, where }) => [code, where.line, where.column])).toContainEqual([
      'binary-file',
      1,
      8,
    ]);
    expect(usable).toBe(false);
  });

  test('a single NUL only hides the rest of its line', () => {
    const { problems, config } = readConfig('global_defs {\n  router_id A\0B\n}\n', FILE);
    expect(problems).toMatchObject([{ code: 'nul-byte', where: { line: 2, column: 14 } }]);
    expect(config.global.routerId).toBe('A');
  });

  test('a flood of faults ends', () => {
    const reading = readConfig('}\n'.repeat(100_000), FILE);
    expect(reading.problems.map(({ code }) => code)).toContain('too-many-problems');
    expect(reading.problems.length).toBeLessThan(30_000);
    expect(reading.usable).toBe(false);
  });
});

describe('places and hints', () => {
  test('each problem once, sorted by place, whatever the pass that found it', () => {
    const text = 'bogus 1\nvirtual_server 1.2.3.4 80 {\n  delayloop 6\n}\nglobal_defs {\n  routerid x\n}\n';
    expect(messagesOf(readConfig(text, FILE))).toEqual([
      "1:1 Unknown keyword 'bogus'",
      '2:1 Virtual server [1.2.3.4]:none:80 has no real servers - ignoring',
      "3:3 Unknown keyword 'delayloop'",
      "6:3 Unknown keyword 'routerid'",
    ]);
  });

  test('a bad value is marked where it stands', () => {
    const text = instance('    priority   300');
    const [first] = readConfig(text, FILE).problems;
    expect(first).toMatchObject({
      message: "number '300' outside range [1, 255]",
      where: { line: 7, column: 16 },
    });
  });

  test('a missing brace is looked for where the block begins', () => {
    const text = 'global_defs {\n}\nvrrp_instance V {\n  interface ens33\n  authentication {\n  }\n';
    expect(messagesOf(readConfig(text, FILE))).toContain("3:17 There are 1 missing '}'s or extra '{'s");
  });

  test.each([
    ['global_defs {\nrouter-id x\n}', "did you mean 'router_id'?"],
    ['global_defs {\nrotuer_id x\n}', "did you mean 'router_id'?"],
    ['vrrp_instancee V {\n}', "did you mean 'vrrp_instance'?"],
    [
      'delay_loop 6',
      "'delay_loop' is known in virtual_server, in real_server, in TCP_CHECK, but not outside any block",
    ],
    [
      'global_defs {\nvrrp_instance V\n}',
      "'vrrp_instance' is known outside any block, but not in global_defs",
    ],
    ['}', "no block is open here: look for a '}' too many above"],
    ['global_defs {\nxyzzy\n}', null],
  ])('%j', (text, hint) => {
    const unknown = readConfig(text, FILE).problems.find(({ code }) => code === 'unknown-keyword');
    expect(unknown?.hint).toBe(hint);
  });
});

describe('what is known and not simulated', () => {
  test('is said once, not for each line inside', () => {
    const script = 'vrrp_script chk {\nscript "/bin/true"\ninterval 2\n}';
    const text = `${instance('track_script {', 'chk', '}')}\n${script}\n`;
    const reading = readConfig(text, FILE);
    expect(messagesOf(reading)).toEqual([
      "7:1 'track_script' is read, but not simulated",
      "11:1 'vrrp_script' is read, but not simulated",
    ]);
    expect(
      reading.problems.every(
        ({ code, severity }) => code === 'keyword-not-simulated' && severity === 'warning',
      ),
    ).toBe(true);
    expect(reading.messages).toEqual([]);
    expect(reading.usable).toBe(true);
  });

  test('an unknown word inside it is still unknown', () => {
    const reading = readConfig('vrrp_script chk {\nscript "/bin/true"\nintervall 2\n}\n', FILE);
    expect(messagesOf(reading)).toContain("3:1 Unknown keyword 'intervall'");
  });

  test('checkers other than TCP_CHECK are named in the model', () => {
    const text =
      'virtual_server 1.2.3.4 80 {\nprotocol TCP\nlb_algo rr\nlb_kind DR\n' +
      'real_server 1.2.3.5 80 {\nSSL_GET {\nurl {\npath /\n}\n}\nTCP_CHECK {\n}\n}\n}\n';
    const [real] = readConfig(text, FILE).config.virtualServers[0]?.realServers ?? [];
    expect(real?.otherCheckers).toEqual(['SSL_GET']);
    expect(real?.checkers).toHaveLength(1);
  });

  test.each([
    ['include /etc/other.conf', 'include-not-simulated'],
    ['$X=1', 'definition-not-simulated'],
    [instance('@lvs1 priority 100'), 'condition-not-simulated'],
    ['~SEQ(N, 1, 2) foo', 'sequence-not-simulated'],
    ['virtual_server fwmark 5 {\n}', 'service-not-simulated'],
    ['virtual_server fd00::1 80 {\n}', 'service-not-simulated'],
    [instance().replace('192.168.100.20', 'fd00::20'), 'ipv6-not-simulated'],
  ])('%j cannot be used, for it means more than it would mean here', (text, code) => {
    const reading = readConfig(text, FILE);
    expect(reading.problems.map((problem) => problem.code)).toContain(code);
    expect(reading.usable).toBe(false);
  });
});
