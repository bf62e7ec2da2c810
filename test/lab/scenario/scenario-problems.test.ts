import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/engine/problem.ts';
import { readScenario } from '../../../src/lab/scenario/read-scenario.ts';
import { VALID, VALID_FILES } from './samples.ts';

/** `line:column code: message`, and the hint if there is one. */
type Shown = [problem: string, hint?: string];

function shown({ where, code, message, hint }: Problem): Shown {
  const problem = `${where.line}:${where.column} ${code}: ${message}`;
  return hint === null ? [problem] : [problem, hint];
}

function problemsOf(text: string): Shown[] {
  const { scenario, problems } = readScenario(text, 's.yaml', VALID_FILES);
  expect(scenario).toBeNull();
  return problems.map(shown);
}

/** What is changed in the valid sample, and the one problem that gives. */
type Row = [from: string, to: string, ...problem: Shown];

function expectProblem([from, to, ...problem]: Row): void {
  expect(VALID).toContain(from);
  expect(problemsOf(VALID.replace(from, to))).toEqual([problem]);
}

/** Nine times nine times nine … */
const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
  'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]',
  'd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
].join('\n');
const SEVERAL_MISTAKES = `question: q
until: 3s
lab: tutorial
hostz: {}
timeline:
  - {at: 4s, do: crash, host: lvs3}
  - {at: 2, do: crash, host: lvs3}
`;
const SCENARIO_KEYS =
  'question, verdict, lab, keepalived, seed, until, hosts, switch, traffic, timeline, expect';
const UNITS = 'units are ns, us, ms, s, m and h, as in 30s, 100ms or 3.65s';

test.each<Row>([
  [
    'until: 30s',
    `until: 30s\ncolour: red`,
    '6:1 unknown-key: unknown key "colour"',
    `keys here: ${SCENARIO_KEYS}`,
  ],
  ['until: 30s', 'untill: 30s', '5:1 unknown-key: unknown key "untill"', 'did you mean until?'],
  ['question: what?', 'question:', '1:1 bad-value: a text is missing here'],
  [
    `question: what?\n`,
    '',
    '1:1 missing-key: the key question is missing',
    'the question this scenario answers, in one line',
  ],
  ['question: what?', 'question: 5', '1:11 bad-value: 5 is not a text', "put it in quotes: '5'"],
  ['question: what?', `question: |\n  a\n  b`, '1:11 bad-value: a text of several lines where one is wanted'],
  ['10.0.0.11/24', '[]', '20:20 bad-value: this list needs at least 1'],
  [
    '{ address: 10.0.0.11/24 }',
    '{ address: 10.0.0.11/24, adress: 3 }',
    '20:34 unknown-key: unknown key "adress"',
    'keys here: address, interfaces, gateway, files, setup, also, cable',
  ],
  [
    '{ address: 10.0.0.11/24 }',
    '{ gateway: 10.0.0.3 }',
    '20:3 missing-key: web1 has no address',
    'as in address: 192.168.100.100/24',
  ],
  [
    '{ address: 10.0.0.11/24 }',
    '',
    '20:3 bad-value: a map is missing here',
    'leave the key out, or put something under it',
  ],
  [
    'web1: { address',
    'web1: { interfaces: {lo: {address: 10.3.0.1/8}}, address',
    '20:24 bad-name: "lo" cannot be the name of an interface',
    'up to 15 characters without blank, colon and slash; lo is there already',
  ],
  [
    '/etc/sysctl.conf:',
    'etc/sysctl.conf:',
    '12:7 bad-name: "etc/sysctl.conf" cannot be the path of a file',
    'paths on a host begin with /',
  ],
  [
    '{ text: net.ipv4.ip_forward=1 }',
    '{ txt: x }',
    '12:27 unknown-key: unknown key "txt"',
    'did you mean text?',
  ],
  ['{ text: net.ipv4.ip_forward=1 }', '5', '12:25 bad-value: 5 is not a text', "put it in quotes: '5'"],
  ['setup: [sysctl -p]', 'setup: sysctl -p', '13:12 bad-value: a list is wanted here, not "sysctl -p"'],
  ['setup: [sysctl -p]', "setup: ['']", '13:13 bad-value: an empty text'],
  ['loss: 0.5', 'loss: 50%', '15:48 bad-value: "50%" is not a share between 0 and 1', 'write 0.5'],
  [
    'bandwidth: 1gbit',
    'bandwidth: 1gbps',
    '15:64 bad-value: "1gbps" is not a bandwidth',
    'units are bit, kbit, mbit and gbit, as in 1gbit',
  ],
  ['[5s, 25s]', '[5s]', '27:14 bad-value: this list needs at least 2'],
  ['[5s, 25s]', '[5s, 25s, 26s]', '27:14 bad-value: this list takes no more than 2'],
  ['[5s, 25s]', '5s', '27:14 bad-value: a list of two is wanted here, not "5s"'],
  [
    'do: crash, ',
    '',
    '31:5 missing-key: the key do is missing',
    'what happens: crash, start, stop, kill, run, cut, heal, block or unblock',
  ],
  [
    '{ at: 10s, do: crash, host: lvs1 }',
    'crash lvs1',
    '31:5 bad-value: a map is wanted here, not "crash lvs1"',
  ],
  ['do: crash, host: lvs1', 'do: crash', '31:5 missing-key: the key host is missing'],
  [
    'do: crash, host: lvs1',
    'do: crash, host: lvs1, service: httpd',
    '31:39 unknown-key: unknown key "service"',
    'keys here: at, do, host',
  ],
  ['{ at: 10s, do: crash', '{ do: crash', '31:5 missing-key: the key at is missing', 'when, as in at: 10s'],
  [
    'process: keepalived',
    'process: keepalive',
    '34:47 bad-value: "keepalive" is not one of keepalived, httpd',
    'did you mean keepalived?',
  ],
  [
    'protocol: vrrp }',
    'protocol: vrp }',
    '39:49 bad-value: "vrp" is not one of vrrp, arp, icmp, tcp, udp, igmp',
    'did you mean vrrp?',
  ],
  ['direction: to-host', 'direction: in', '37:48 bad-value: "in" is not one of both, to-host, from-host'],
  [
    'do: stop, host: lvs2, service: keepalived',
    'do: stop, host: lvs2',
    '33:5 missing-key: the key service is missing',
  ],
  [
    '{ master: lvs2 }',
    '{ master: lvs2, at: 3s }',
    '44:21 unknown-key: unknown key "at"',
    'keys here: master, from, until, instance',
  ],
  [
    '{ master: lvs2 }',
    'master',
    '44:5 bad-value: an expectation is wanted here, not "master"',
    'as in - master: lvs2',
  ],
  ['{ master: lvs2 }', '{}', '44:5 bad-value: an empty expectation', 'as in - master: lvs2'],
  ['{ master: lvs2 }', '', '44:5 bad-value: an expectation is missing here', 'as in - master: lvs2'],
  [
    'at-most-one-master: while-whole',
    'at-most-one-master: sometimes',
    '46:25 bad-value: always, while-whole or { from: …, until: … } is wanted here, not "sometimes"',
  ],
  [
    'at-most-one-master: while-whole',
    'at-most-one-master: 5',
    '46:25 bad-value: always, while-whole or { from: …, until: … } is wanted here, not 5',
  ],
  [
    'at-most: 3.7s, at-least: 1s',
    'at_most: 3s',
    '49:33 unknown-key: unknown key "at_most"',
    'did you mean at-most?',
  ],
  ['at-most: 25', 'at-most: 2.5', '50:49 bad-value: 2.5 is not a whole number from 0'],
  ['web1: 3, lvs2: none', 'web1: many', '51:26 bad-value: "many" is neither some, none nor a number'],
  ['[web1, lvs2], after', '[web1], after', '53:19 bad-value: this list needs at least 2'],
  ['contains: 10.0.0.9/32', 'contains: 80', '57:77 bad-value: 80 is not a text', "put it in quotes: '80'"],
  ['seed: abc', 'seed: 1.5', '4:7 bad-value: 1.5 is not a seed', 'a whole number, or any text in quotes'],
  ['seed: abc', 'seed: [1]', '4:7 bad-value: a list is not a seed', 'a whole number, or any text in quotes'],
])('maps, lists and names: %s → %s', (...row) => expectProblem(row));

test.each<Row>([
  ['until: 30s', 'until: 30', '5:8 bad-duration: the time 30 has no unit', 'write 30s or 30ms'],
  ['until: 30s', 'until: 30sec', '5:8 bad-duration: "30sec" is not a time', UNITS],
  ['until: 30s', 'until:', '5:1 bad-duration: a time is missing here'],
  ['until: 30s', 'until: 9999h', '5:8 bad-duration: 9999h is longer than the 104 days a run can last'],
  ['until: 30s', 'until: 0s', '5:8 bad-duration: this time must be longer than 0'],
  ['until: 30s', 'until: [1s]', '5:8 bad-duration: a time is wanted here, not a list'],
  ['every: 100ms', 'every: -1s', '26:12 bad-duration: "-1s" is not a time', UNITS],
  ['latency: 20us', 'latency: 20', '15:23 bad-duration: the time 20 has no unit', 'write 20s or 20ms'],
  ['[5s, 25s]', '[25s, 5s]', '27:14 wrong-order: the second time must be later than the first'],
  [
    '[5s, 25s]',
    '[5s, 35s]',
    '27:19 beyond-until: 35.000 s is after the end of the run',
    'the run ends at 30.000 s (until)',
  ],
  [
    '{ at: 10s, do: crash',
    '{ at: 40s, do: crash',
    '31:11 beyond-until: 40.000 s is after the end of the run',
    'the run ends at 30.000 s (until)',
  ],
  [
    '{ master: lvs2 }',
    '{ master: lvs2, from: 9s, until: 8s }',
    '44:38 wrong-order: until is earlier than from',
  ],
  [
    '{ master: lvs2 }',
    '{ master: lvs2, from: 31s }',
    '44:27 beyond-until: 31.000 s is after the end of the run',
    'the run ends at 30.000 s (until)',
  ],
  [
    'at-most-one-master: while-whole',
    'at-most-one-master: {from: 3}',
    '46:32 bad-duration: the time 3 has no unit',
    'write 3s or 3ms',
  ],
  [
    'at-most: 3.7s, at-least: 1s',
    'at-most: 3.7',
    '49:42 bad-duration: the time 3.7 has no unit',
    'write 3.7s or 3.7ms',
  ],
  [
    'at-most: 3.7s, at-least: 1s',
    'at-most: 1s, at-least: 2s',
    '49:56 wrong-order: at-least is more than at-most',
  ],
  [
    'web1: some, after: 14s, before: 20s',
    'web1: some, after: 21s, before: 20s',
    '52:52 wrong-order: before is earlier than after',
  ],
])('times: %s → %s', (...row) => expectProblem(row));

test.each<Row>([
  [
    '10.0.0.11/24',
    '10.0.0.1/24',
    '20:20 duplicate-address: web1 has 10.0.0.1, which lvs1 has already (s.yaml:8)',
  ],
  [
    'address: 10.0.0.11/24',
    "interfaces: {ens33: {address: 10.0.0.11/24, mac: '02:00:00:00:00:01'}}",
    '20:60 duplicate-mac: web1 has 02:00:00:00:00:01, which lvs1 has already (s.yaml:8)',
    "by default a MAC ends in the address's last byte: give one of them a mac",
  ],
  [
    '10.0.0.11/24',
    '10.7.0.1/24',
    '20:20 duplicate-mac: web1 has 02:00:00:00:00:01, which lvs1 has already (s.yaml:8)',
    "by default a MAC ends in the address's last byte: give one of them a mac",
  ],
  ['10.0.0.11/24', '10.0.0.11', '20:20 bad-address: 10.0.0.11 has no prefix length', 'write 10.0.0.11/24'],
  [
    '10.0.0.11/24',
    '10.0.0.256/24',
    '20:20 bad-address: "10.0.0.256/24" is not an IPv4 address',
    'as in 192.168.100.100/24',
  ],
  ['10.0.0.11/24', '10.0.0.0/24', '20:20 bad-address: 10.0.0.0/24 is a network, not a host in it'],
  [
    '10.0.0.11/24',
    '10.0.0.255/24',
    '20:20 bad-address: 10.0.0.255/24 is the broadcast address of a network, not a host in it',
  ],
  ['10.0.0.11/24', '224.0.0.1/24', '20:20 bad-address: 224.0.0.1 cannot be the address of a host'],
  [
    '10.0.0.11/24',
    '[10.0.0.11/24, 10.0.0.12]',
    '20:35 bad-address: 10.0.0.12 has no prefix length',
    'write 10.0.0.12/24',
  ],
  ['10.0.0.11/24', '{a: b}', '20:20 bad-address: a map is not an IPv4 address', 'as in 192.168.100.100/24'],
  [
    'gateway: 10.0.0.254',
    'gateway: 10.9.0.254',
    '9:14 bad-gateway: lvs1 has no address in the network of its gateway',
    'lvs1 reaches 10.0.0.1/24',
  ],
  ['gateway: 10.0.0.254', 'gateway: 10.0.0.1', '9:14 bad-gateway: the gateway 10.0.0.1 is lvs1 itself'],
  [
    'gateway: 10.0.0.254',
    'gateway: 10.0.0.254/24',
    '9:14 bad-address: "10.0.0.254/24" is not an IPv4 address',
    'leave out the /length',
  ],
  [
    `lvs1/keepalived.conf\n`,
    `lvs1/keepalive.conf\n`,
    '11:40 missing-file: the file lvs1/keepalive.conf cannot be read',
    'looked for it at lvs1/keepalive.conf',
  ],
  [
    "'02:00:00:00:00:02'",
    'zz',
    '18:59 bad-mac: "zz" is not an Ethernet address',
    "as in '02:00:00:00:00:64'",
  ],
  [
    "'02:00:00:00:00:02'",
    "'01:00:00:00:00:02'",
    '18:59 bad-mac: 01:00:00:00:00:02 cannot be the address of a card',
    'its first byte must be even, and not all of it 0',
  ],
  [
    'vip: 10.0.0.9',
    'vip: 10.0.0.9/24',
    '54:12 bad-address: "10.0.0.9/24" is not an IPv4 address',
    'leave out the /length',
  ],
  ['seed: abc', 'lab: tutorail', '4:6 unknown-lab: there is no lab "tutorail"', 'did you mean tutorial?'],
  [
    'seed: abc',
    'lab: labs/mine.yaml',
    '4:6 missing-file: the lab file labs/mine.yaml cannot be read',
    'looked for it at labs/mine.yaml',
  ],
])('addresses and files: %s → %s', (...row) => expectProblem(row));

test.each<Row>([
  [
    'attach: [client, web1]',
    'attach: [client, web9]',
    '22:53 unknown-host: there is no host "web9"',
    'did you mean web1?',
  ],
  ['attach: [client, web1]', 'attach: [client, client]', '22:53 attached-twice: client is attached twice'],
  ['from: client', 'from: clinet', '24:11 unknown-host: there is no host "clinet"', 'did you mean client?'],
  [
    'http://10.0.0.9/',
    'https://10.0.0.9/',
    '25:10 not-simulated: https is not simulated',
    'requests go by http',
  ],
  [
    'http://10.0.0.9/',
    'http://web1/',
    '25:10 not-simulated: "web1" is not an IPv4 address, and names are not resolved',
    'as in http://192.168.100.10/',
  ],
  ['http://10.0.0.9/', '10.0.0.9', '25:10 bad-url: "10.0.0.9" is not a URL', 'as in http://192.168.100.10/'],
  ['http://10.0.0.9/', 'http://10.0.0.9:99999/', '25:10 bad-url: there is no port 99999'],
  ['do: crash', 'do: crahs', '31:20 unknown-action: there is no action "crahs"', 'did you mean crash?'],
  [
    'do: crash, host: lvs1',
    'do: crash, host: lvs3',
    '31:33 unknown-host: there is no host "lvs3"',
    'did you mean lvs1?',
  ],
  [
    '{ master: lvs2 }',
    '{ mastr: lvs2 }',
    '44:7 unknown-expectation: there is no expectation "mastr"',
    'did you mean master?',
  ],
  [
    '{ master: lvs2 }',
    '{ master: lvs9 }',
    '44:15 unknown-host: there is no host "lvs9"',
    'did you mean lvs1?',
  ],
  [
    '{ master: lvs2 }',
    '{ master: lvs2, masters: [lvs1], at: 3s }',
    '44:21 two-expectations: master and masters in one line',
    'begin a new line with -',
  ],
  [', at-most: 3.7s, at-least: 1s', '', '49:15 says-nothing: outage needs at-most, at-least or both'],
  ['web1: 3, lvs2: none', 'web9: 3', '51:20 unknown-host: there is no host "web9"', 'did you mean web1?'],
  ['web1: 3, lvs2: none', '', '51:18 says-nothing: served-by names no host'],
  [
    'web1: some, after: 14s, before: 20s }',
    'web1: some, after: 14s }, after: 3s',
    '52:46 two-forms: after stands both inside and beside served-by',
  ],
  ['is: lvs2', 'is: lvs7', '55:55 unknown-host: there is no host "lvs7"', 'did you mean lvs1?'],
  [
    'servers: [web1]',
    'servers: [web1, web7]',
    '56:43 unknown-host: there is no host "web7"',
    'did you mean web1?',
  ],
  [', contains: 10.0.0.9/32, lacks: down', '', '57:15 says-nothing: output needs contains, lacks or both'],
  [
    'keepalived: 2.2',
    'keepalived: 2.4',
    '3:13 not-simulated: keepalived 2.4 is not simulated',
    'write 2.2: it behaves as 2.2.7',
  ],
])('hosts, actions and expectations: %s → %s', (...row) => expectProblem(row));

describe('unreadable YAML', () => {
  test('too long, too deep, too many aliases', () => {
    expect(problemsOf('x'.repeat(300_000))).toEqual([
      ['1:262145 yaml: 293 kB is too long, the limit is 256 kB', 'put long texts in files beside it'],
    ]);
    expect(problemsOf('['.repeat(200_000))).toEqual([['1:65 yaml: too deeply nested']]);
    expect(problemsOf('- '.repeat(130_000))).toEqual([['1:128 yaml: too deeply nested']]);
    expect(problemsOf(`a: &a 1\nb: [${'*a,'.repeat(101)}]`)).toEqual([['2:305 yaml: more than 100 aliases']]);
  });

  test.each<[text: string, ...problems: Shown[]]>([
    [`a:\n	b: 1`, ['2:1 yaml: a tab cannot indent YAML', 'indent with spaces']],
    [`a: 1\na: 2`, ['2:1 yaml: the key a appears twice in this map']],
    ['a: [1', ['1:6 yaml: a bracket or brace is not closed']],
    ['a: *x', ['1:4 yaml: the alias *x has no anchor before it']],
    ['a: !!binary abc', ['1:4 yaml: tags (!) are not used here', 'put a text that begins with ! in quotes']],
    [
      `__proto__: 3\nhosts: {__proto__: {}}`,
      ['1:1 yaml: __proto__ cannot be a key'],
      ['2:9 yaml: __proto__ cannot be a key'],
    ],
    ['a: b: c', ['1:4 yaml: a colon too many on this line', 'put a text that contains ": " in quotes']],
    [
      `a:\n  b: 1\n c: 2`,
      ['3:1 yaml: this line is indented unlike its neighbours', 'keys of one map start at the same column'],
    ],
    ['[a]: 3', ['1:1 yaml: a key must be a plain word']],
    [`a: 1\n---\nb: 2`, ['2:1 yaml: a second document begins here', 'one file holds one document']],
    ['a: "x', ['1:6 yaml: not readable as YAML: Missing closing "quote']],
    [BOMB, ['2:8 yaml: aliases of aliases expand to too much from here on']],
  ])('%j', (text, ...problems) => expect(problemsOf(text)).toEqual(problems));
});

describe('whole files', () => {
  test.each<[text: string, ...problems: Shown[]]>([
    [
      `until: 30s\nquestion: q\n`,
      ['1:1 no-hosts: there are no hosts', 'name a lab (lab: tutorial), or write the machines under hosts:'],
    ],
    [
      `until: 30s\nquestion: q\nhosts: {}\n`,
      ['3:8 no-hosts: there are no hosts', 'name a lab (lab: tutorial), or write the machines under hosts:'],
    ],
    ['', ['1:1 bad-value: a scenario is missing here', 'begin with question: … and until: …']],
    ['[1]', ['1:1 bad-value: a scenario is wanted here, not a list', 'begin with question: … and until: …']],
    [
      'hello',
      ['1:1 bad-value: a scenario is wanted here, not "hello"', 'begin with question: … and until: …'],
    ],
    [`# nothing\n`, ['1:1 bad-value: a scenario is missing here', 'begin with question: … and until: …']],
    [
      `question: q\nuntil: 3s\nlab: tutorial\nhosts: {web1: {address: 192.168.100.222/24}, web3: {}}`,
      ['4:25 duplicate-address: web1 has 192.168.100.222, which web2 has already (tutorial/lab.yaml:41)'],
      ['4:46 missing-key: web3 has no address', 'as in address: 192.168.100.100/24'],
    ],
    [
      SEVERAL_MISTAKES,
      ['4:1 unknown-key: unknown key "hostz"', 'did you mean hosts?'],
      ['6:10 beyond-until: 4.000 s is after the end of the run', 'the run ends at 3.000 s (until)'],
      ['6:31 unknown-host: there is no host "lvs3"', 'did you mean lvs1?'],
      ['7:10 bad-duration: the time 2 has no unit', 'write 2s or 2ms'],
    ],
  ])('%j', (text, ...problems) => expect(problemsOf(text)).toEqual(problems));
});
