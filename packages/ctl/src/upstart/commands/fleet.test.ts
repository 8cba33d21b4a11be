import { describe, expect, it } from 'vitest';
import { run } from '../testing/run.ts';

const fleet = (line: string) => run(`fleet ${line}`, {}, true);

describe('upstart fleet', () => {
  it.each([
    ['pss', 'unknown action: pss; did you mean ps?'],
    [
      'zzzzzz',
      'unknown action: zzzzzz; expected ps, status, start, stop, restart, reload, logs, events, explain, hosts, drain, undrain, forget',
    ],
    ['toString', 'unknown action: toString; expected'],
    ['start', 'fleet start: missing JOB'],
    ['drain', 'fleet drain: missing HOST'],
    ['drain a b', 'fleet drain: unexpected word: b'],
    ['forget', 'fleet forget: missing HOST'],
    ['hosts x', 'fleet hosts: unexpected word: x'],
    ['--on web1 pss', 'unknown action: pss; did you mean ps?'],
    ['drain --on web1 a --on zone=eu b', 'fleet drain: unexpected word: b'],
    ['ps --on', 'missing argument: --on'],
    ['ps --batch 2', '--batch is for restart'],
    ['status web --follow', '--follow is for logs, events'],
    ['ps --brief', '--brief is for hosts'],
    ['events --grep x', '--grep is for logs'],
    ['ps --timeout 0', '--timeout takes a number of seconds from 1 to 2147483, not 0'],
  ])('rejects %j', async (line, text) => {
    const { status, err } = await fleet(line);
    expect([status, err.startsWith(`upstart: ${text}`)]).toEqual([2, true]);
  });

  it('says where a host is in no cluster', async () => {
    const { status, err } = await fleet('ps');
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/^upstart: there is no \S+: this host is in no cluster\n$/),
    ]);
  });
});
