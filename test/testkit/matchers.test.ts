/** What the matchers refuse, and how they say it. */

import { type Run, tutorialLab } from 'vipdrift/testkit';
import { expect, test } from 'vitest';

const lab = () => tutorialLab({ seed: 1 });

function complaint(check: () => void): string {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  return expect.fail('the matcher did not complain');
}

const killed: Run = lab()
  .requests({ from: 'client', every: '100ms' })
  .at('10s', ({ host }) => host('lvs1').crash())
  .runFor('20s');

test('a failover that is too slow: the numbers, the story around it, the seed, the command', () => {
  const text = complaint(() => expect(killed).toFailOver({ from: 'lvs1', to: 'lvs2', within: '3s' }));
  expect(text).toContain('lvs2 became MASTER 3.258 s after lvs1 ceased to be, expected within 3s');
  expect(text).toContain('13.258 s  lvs2     VI_1 → MASTER');
  expect(text).toContain('✗ loses power');
  expect(text).toMatch(/seed 1, trace [0-9a-f]{16}/);
  expect(text).toMatch(/again: npx vitest run .*matchers\.test\.ts -t "a failover that is too slow/);
});

test('a failover that never happens', () => {
  const quiet = lab().runFor('10s');
  const text = complaint(() => expect(quiet).toFailOver({ from: 'lvs1', to: 'lvs2', within: '4s' }));
  expect(text).toContain('lvs1 never ceased to be MASTER');
  const both = lab()
    .at('8s', ({ host }) => host('lvs2').crash())
    .at('9s', ({ host }) => host('lvs1').crash())
    .runFor('20s');
  const gone = complaint(() => expect(both).toFailOver({ from: 'lvs1', to: 'lvs2', within: '4s' }));
  expect(gone).toContain('lvs2 never became MASTER after lvs1');
});

test('two masters', () => {
  const split = lab()
    .at('8s', ({ host }) => host('lvs2').block('vrrp'))
    .runFor('20s');
  const text = complaint(() => expect(split).toHaveAtMostOneMaster());
  expect(text).toContain('lvs1 and lvs2 were both MASTER from 11.258 s');
  expect(killed).toHaveAtMostOneMaster();
  expect(split).not.toHaveMaster('lvs1');
});

test('who is master', () => {
  expect(killed).toHaveMaster('lvs1', { at: '9s' });
  expect(killed).toHaveMaster('lvs2');
  expect(complaint(() => expect(killed).toHaveMaster('lvs1'))).toContain('lvs1 MASTER at 20.000 s: lvs2');
});

test('lost requests', () => {
  expect(killed.client('client')).toLoseAtMost(25);
  const text = complaint(() => expect(killed.client('client')).toLoseAtMost(5));
  expect(text).toMatch(/requests lost by client at most 5: \d+ of 150/);
});

test('answers in turn', () => {
  expect(killed.client('client')).toAlternateBetween(['web1', 'web2'], { after: '15s' });
  expect(killed.client('client')).not.toAlternateBetween(['web1', 'lvs1'], { after: '15s' });
});

test('wrong names and times are refused at once', () => {
  expect(() => lab().requests({ from: 'nobody', every: '1s' })).toThrow('no host is called nobody');
  expect(() => lab().requests({ from: 'client', every: '100' })).toThrow('not a duration with a unit');
  expect(() => lab().requests({ from: 'client', every: '1s', to: 'ftp://x/' })).toThrow('not a URL');
  expect(() =>
    lab()
      .at('1s', ({ host }) => host('web9').crash())
      .runFor('2s'),
  ).toThrow('no host is called web9');
});
