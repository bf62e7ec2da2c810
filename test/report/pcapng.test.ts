/** The file's bytes by the format's draft, and what the programs that read it make of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PcapngWriter } from '../../src/report/pcapng.ts';
import { hex, hexText } from '../../src/wire/bytes.ts';

const EPOCH_NS = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;

function recordedFrames(file: string): Uint8Array[] {
  const text = readFileSync(new URL(`../recordings/${file}.json`, import.meta.url), 'utf8');
  return [...text.matchAll(/"((?:[0-9a-f]{2}){28,})"/g)].map((match) => hex(match[1] as string));
}

interface Block {
  readonly type: number;
  readonly body: DataView;
}

/** Walks the blocks, whose length stands at both ends. */
function blocksOf(bytes: Uint8Array): Block[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Block[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    expect(length % 4).toBe(0);
    expect(view.getUint32(at + length - 4, true)).toBe(length);
    const body = new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - 12);
    blocks.push({ type: view.getUint32(at, true), body });
    at += length;
  }
  return blocks;
}

describe('the file', () => {
  test('is laid out as the draft says', () => {
    const writer = new PcapngWriter(['lvs1:ens33']);
    writer.packet(0, 1, hex('ffffffffffff 020000000064 88b5 01'), 'out', 'hé');
    expect(hexText(writer.bytes())).toBe(
      [
        // Section header: length, byte order, version 1.0, length unknown; shb_userappl; end of options.
        '0a0d0d0a 2c000000 4d3c2b1a 0100 0000 ffffffffffffffff',
        '0400 0800 7669706472696674 00000000 2c000000',
        // Interface: Ethernet, no limit; if_name; if_tsresol 9; end.
        '01000000 30000000 0100 0000 00000000',
        '0200 0a00 6c7673313a656e733333 0000 0900 0100 09000000 00000000 30000000',
        // Packet: interface 0, 2026-01-01 and 1 ns, 15 bytes of 15; comment; outbound; end.
        '06000000 44000000 00000000 51728618 0100faed 0f000000 0f000000',
        'ffffffffffff02000000006488b501 00 0100 0300 68c3a9 00 0200 0400 02000000 00000000 44000000',
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  test('has no options where there is nothing to say', () => {
    const writer = new PcapngWriter([]);
    writer.packet(0, 0, hex('ffffffffffff 020000000064 88b5'), null);
    const packet = blocksOf(writer.bytes())[1] as Block;
    expect(packet.body.byteLength).toBe(20 + 16);
  });

  test.each([0, 1, 0x12060000 - 1, 0x12060000, 2 ** 32 - 1, 2 ** 32, 3_648_000_000, Number.MAX_SAFE_INTEGER])(
    'carries %d ns to the last of its 64 bits',
    (timeNs) => {
      const writer = new PcapngWriter(['a']);
      writer.packet(0, timeNs, hex('00'), null);
      const { body } = blocksOf(writer.bytes())[2] as Block;
      const stamp = (BigInt(body.getUint32(4, true)) << 32n) | BigInt(body.getUint32(8, true));
      expect(stamp).toBe(EPOCH_NS + BigInt(timeNs));
    },
  );

  test('does not change when more is written, and is the same for the same input', () => {
    const write = (count: number): PcapngWriter => {
      const writer = new PcapngWriter(['a', 'b']);
      // Some of a megabyte: pieces fill up.
      for (let i = 0; i < count; i++) {
        writer.packet(i % 2, i * 1000, new Uint8Array(i % 1500).fill(i), i % 3 === 0 ? 'in' : 'out', `${i}`);
      }
      return writer;
    };
    const writer = write(3000);
    const before = writer.bytes();
    const copy = before.slice();
    writer.packet(0, 0, new Uint8Array(2_000_000), null);
    expect(Buffer.compare(before, copy)).toBe(0);
    expect(Buffer.compare(write(3000).bytes(), before)).toBe(0);
    expect(blocksOf(writer.bytes())).toHaveLength(1 + 2 + 3000 + 1);
    expect(writer.bytes().length).toBe(before.length + 2_000_000 + 32);
  });
});

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
const hasCapinfos = spawnSync('capinfos', ['--version']).status === 0;
if (!hasTshark) console.warn('tshark is not installed: what Wireshark makes of a capture is not tested');
if (!hasCapinfos) console.warn('capinfos is not installed: its summary of a capture is not tested');

describe('Wireshark', { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vipdrift-pcapng-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const capture = (name: string, writer: PcapngWriter): string => {
    const path = join(folder, name);
    writeFileSync(path, writer.bytes());
    return path;
  };

  test.skipIf(!hasTshark)('shows interface, time, direction and comment of each frame', () => {
    const writer = new PcapngWriter(['lvs1:ens33', 'client:ens33']);
    const frame = hex(
      'ffffffffffff020000000064 0806 0001080006040001020000000064c0a8640affffffffffffc0a8640a',
    );
    writer.packet(0, 3_648_000_001, frame, 'out', 'lvs1 becomes MASTER → 漂移');
    writer.packet(1, 3_648_010_001, frame, 'in');
    writer.packet(1, 9_000_000_000_000_123, frame, null);
    const fields = [
      'frame.interface_name',
      'frame.time_epoch',
      'frame.packet_flags_direction',
      'frame.comment',
      'frame.len',
    ];
    const argv = ['-n', '-r', capture('fields.pcapng', writer), '-T', 'fields'];
    const output = execFileSync('tshark', [...argv, ...fields.flatMap((field) => ['-e', field])], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const rows = output
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.map(([name, time, , comment, length]) => [name, time, comment, length])).toEqual([
      ['lvs1:ens33', '1767225603.648000001', 'lvs1 becomes MASTER → 漂移', '42'],
      ['client:ens33', '1767225603.648010001', '', '42'],
      ['client:ens33', '1776225600.000000123', '', '42'],
    ]);
    expect(rows.map((row) => Number(row[2]))).toEqual([2, 1, 0]);
  });

  test.skipIf(!hasTshark).each([
    ['vrrp/01-cold-start-both', 23],
    ['linux/m6-http-get-tiny', 24],
    ['ipvs/B-dr-01', 55],
  ])('finds no fault in recorded frames: none malformed, every checksum good [%s]', (file, count) => {
    const writer = new PcapngWriter(['a']);
    const frames = recordedFrames(file);
    expect(frames.length).toBe(count);
    for (const [i, frame] of frames.entries()) writer.packet(0, i * 1000, frame, null);
    expect(faults(capture('clean.pcapng', writer))).toBe('');

    // That the filter notices: one bit of an IP checksum.
    const broken = (frames.find((frame) => frame[12] === 8 && frame[13] === 0) as Uint8Array).slice();
    broken[25] = (broken[25] as number) ^ 1;
    writer.packet(0, 1_000_000, broken, null);
    expect(faults(capture('broken.pcapng', writer))).toBe(`${count + 1}\n`);
  });

  test.skipIf(!hasCapinfos)('sums the file up', () => {
    const writer = new PcapngWriter(['lvs1:ens33', 'lvs2:ens33']);
    for (let i = 0; i < 10; i++) writer.packet(i % 2, i * 1_000_000_000, new Uint8Array(60), 'in');
    const path = capture('sum.pcapng', writer);
    const summary = execFileSync('capinfos', ['-M', path], { encoding: 'utf8' });
    expect(summary).toMatch(/File type: +pcapng/);
    expect(summary).toMatch(/File encapsulation: +ether/);
    expect(summary).toMatch(/File timestamp precision: +nanoseconds/);
    expect(summary).toMatch(/Number of packets: +10\n/);
    expect(summary).toMatch(/Capture duration: +9\.000000000 seconds/);
    expect(summary).toMatch(/Capture application: +vipdrift/);
    expect(summary).toMatch(/Name = lvs2:ens33/);
    expect(summary).toMatch(/Number of interfaces in file: +2/);
  });

  /** Numbers of the frames tshark objects to. Checksums are not looked at by default. */
  function faults(path: string): string {
    const checks = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);
    const bad = ['vrrp', 'ip', 'tcp', 'udp', 'icmp', 'igmp'].map((name) => `${name}.checksum.status == 0`);
    const severe = '_ws.malformed || _ws.short || _ws.expert.severity >= 0x00600000';
    const wrongArp = '(arp && (arp.hw.size != 6 || arp.proto.size != 4))';
    const filter = [severe, ...bad, wrongArp].join(' || ');
    const argv = ['-n', '-r', path, ...checks, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
    return execFileSync('tshark', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }
});
