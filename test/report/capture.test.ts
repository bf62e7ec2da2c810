/** A whole run as a capture, read by tshark: nothing malformed, every checksum good, the story in the comments. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tutorialLab } from '../../src/lab/builder.ts';
import { captureOf } from '../../src/report/capture.ts';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'vipdrift-capture-'));
const path = join(folder, 'run.pcapng');
afterAll(() => rmSync(folder, { recursive: true }));

const lab = () =>
  tutorialLab()
    .requests({ from: 'client', every: '100ms' })
    .at('10s', ({ host }) => host('lvs1').crash())
    .at('16s', ({ host }) => host('client').run('ping -c 2 192.168.100.10'));
const run = lab().runFor('20s');
const bytes = captureOf(run) ?? expect.fail('no frames were kept');
writeFileSync(path, bytes);

function tshark(file: string, ...args: string[]): string[] {
  const checks = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);
  return execFileSync('tshark', ['-n', '-r', file, ...checks, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split('\n')
    .filter((line) => line !== '');
}

test('the capture is the same byte for byte for a seed', () => {
  const again = captureOf(lab().runFor('20s')) ?? expect.fail('no frames were kept');
  expect(Buffer.compare(again, bytes)).toBe(0);
});

test('a run without frames has no capture', () => {
  expect(captureOf(tutorialLab().runFor('1s', { keepFrames: false }))).toBeNull();
});

if (!hasTshark) console.warn('tshark is not installed: captures are not read back');

describe.skipIf(!hasTshark)('tshark', () => {
  test('finds nothing malformed and no bad checksum', () => {
    const bad =
      '_ws.malformed || _ws.short || ip.checksum.status == 0 || tcp.checksum.status == 0 || ' +
      'udp.checksum.status == 0 || icmp.checksum.status == 0 || vrrp.checksum.status == 0';
    expect(tshark(path, '-Y', bad)).toEqual([]);
    expect(tshark(path).length).toBeGreaterThan(3000);
  });

  test('at the card of the client: no retransmission or reset before the crash, SYNs again after it', () => {
    // A capture of all cards has every frame twice and more, which tshark takes for repetitions.
    const client = join(folder, 'client.pcapng');
    tshark(path, '-Y', 'frame.interface_name == "client:ens33"', '-w', client);
    const odd = tshark(
      client,
      '-Y',
      'tcp.analysis.flags || tcp.flags.reset == 1',
      '-T',
      'fields',
      '-e',
      'frame.time_epoch',
    );
    const secondsIn = odd.map((epoch) => Number(epoch) % 60);
    expect(Math.min(...secondsIn)).toBeGreaterThan(10);
    const again = tshark(client, '-Y', 'tcp.flags.syn == 1 && tcp.analysis.retransmission');
    expect(again.length).toBeGreaterThan(10);
  });

  test('reads the first advert of lvs1 as the real one was recorded', () => {
    const first = tshark(path, '-Y', 'vrrp', '-T', 'fields', '-e', 'frame.number')[0];
    const dump = tshark(path, '-Y', `frame.number == ${first}`, '-x')
      .filter((line) => /^[0-9a-f]{4} {2}/.test(line))
      .map((line) => line.slice(6, 53).replaceAll(' ', ''))
      .join('');
    expect(dump.slice(2 * (14 + 20))).toBe('210a640101015e79c0a8640a6162633132330000');
  });

  test('has an interface for each card and the story in the comments', () => {
    const interfaces = [...new Set(tshark(path, '-T', 'fields', '-e', 'frame.interface_name'))].sort();
    expect(interfaces).toEqual(['client:ens33', 'lvs1:ens33', 'lvs2:ens33', 'web1:ens33', 'web2:ens33']);
    const comments = tshark(path, '-Y', 'frame.comment', '-T', 'fields', '-e', 'frame.comment').join('\n');
    expect(comments).toContain('lvs1: ✗ loses power');
    expect(comments).toContain('VI_1 → MASTER');
  });
});
