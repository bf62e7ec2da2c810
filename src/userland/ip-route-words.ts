/** Words that all of `ip route` understands, and its usage, which names only what is simulated. */
import type { Route } from '../linux/routes.ts';
import type { IpRun } from './ip-run.ts';

export const ROUTE_USAGE = `Usage: ip route { list | flush } SELECTOR
       ip route get ADDRESS
       ip route { add | del | change | replace } ROUTE
SELECTOR := [ root PREFIX ] [ match PREFIX ] [ exact PREFIX ]
            [ table { main | local | all } ] [ proto RTPROTO ] [ scope SCOPE ]
            [ dev STRING ] [ via ADDRESS ]
ROUTE := [ TYPE ] PREFIX [ via ADDRESS ] [ dev STRING ] [ src ADDRESS ]
         [ proto RTPROTO ] [ scope SCOPE ] [ metric METRIC ]
TYPE := { unicast | unreachable | prohibit | blackhole }
SCOPE := [ link | global ]
RTPROTO := [ kernel | boot | static ]
`;

export function readProto(run: IpRun, word: string): Route['proto'] | null {
  if (word === 'kernel' || word === 'boot' || word === 'static') return word;
  if (/^(\d+|redirect|ra|dhcp|bird|zebra|ospf|bgp|keepalived)$/.test(word)) {
    run.words.notSimulated(`protocol ${word}`);
  } else run.words.wrong(word, '"protocol" value is invalid\n');
  return null;
}

export function readScope(run: IpRun, word: string): Route['scope'] | null {
  if (word === 'link' || word === 'global') return word;
  if (/^(\d+|host|site|nowhere|all)$/.test(word)) run.words.notSimulated(`scope ${word}`);
  else run.words.wrong(word, 'invalid "scope" value\n');
  return null;
}
