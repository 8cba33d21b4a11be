import { describe, expect, test } from 'vitest';
import { parseJob } from './parse-job.ts';
import { MAX_KEYED_ENTRIES } from './stanzas.ts';

const parse = (text: string, debug = false) => parseJob(text, { name: 'job', path: 'job.conf', debug });

const refusal = (text: string) => {
  try {
    parse(text);
  } catch (error) {
    return String(error).replace(/^job\.conf:/, '');
  }
  return 'accepted';
};

describe('refusals', () => {
  const INTERVAL = 'Illegal interval, expected number of seconds';
  const LIMIT = "Illegal limit, expected 'unlimited' or integer";
  const STATUS = 'Illegal exit status, expected integer';
  const SIGNAL = 'Illegal signal status, expected integer';
  const MASK = 'Illegal file creation mask, expected octal integer';
  const NICE = 'Illegal nice value, expected -20 to 19';
  const OOM = "Illegal oom adjustment, expected -16 to 15 or 'never'";
  const SCORE = "Illegal oom score adjustment, expected -999 to 1000 or 'never'";
  const MISSING = 'Expected token';
  const EXTRA = 'Unexpected token';
  const UNKNOWN = 'Unknown stanza';
  test.each([
    ['Task', UNKNOWN],
    ['"task"', UNKNOWN],
    ['env=A', UNKNOWN],
    ['constructor x', UNKNOWN],
    ['pid file /x', UNKNOWN],
    ['start', MISSING],
    ['start off a', UNKNOWN],
    ['stop "on" a', UNKNOWN],
    ['manual foo', UNKNOWN],
    ['env', MISSING],
    ['env A=b C=d', EXTRA],
    ['export', MISSING],
    ['emits a ""', MISSING],
    ['exec', MISSING],
    ['exec # none', MISSING],
    ['script true', EXTRA],
    ['pre-start', MISSING],
    ['pre-start exec', MISSING],
    ['pre-start run x', UNKNOWN],
    ['pre-start "exec" x', UNKNOWN],
    ['post-stop script x', EXTRA],
    ['expect', MISSING],
    ['expect exec', UNKNOWN],
    ['expect fork daemon', EXTRA],
    ['task now', EXTRA],
    ['respawn forever', UNKNOWN],
    ['respawn limit', MISSING],
    ['respawn limit 5', MISSING],
    ['respawn limit 5 5 5', EXTRA],
    ['respawn limit unlimited 5', EXTRA],
    ['respawn limit many 5', LIMIT],
    ['respawn limit -1 5', LIMIT],
    ['respawn limit 2147483648 5', LIMIT],
    ['respawn limit 5 minute', INTERVAL],
    ['respawn limit 5 9223372036854775808', INTERVAL],
    ['respawn limit 99999999999', 'Expected token'],
    ['normal', MISSING],
    ['normal end 0', UNKNOWN],
    ['normal exit', MISSING],
    ['normal exit 0 QUIET', STATUS],
    ['normal exit -1', STATUS],
    ['normal exit 2147483648', STATUS],
    ['kill', MISSING],
    ['kill now 5', UNKNOWN],
    ['kill timeout', MISSING],
    ['kill timeout 5s', INTERVAL],
    ['kill timeout -1', INTERVAL],
    ['kill timeout 9223372036854775808', INTERVAL],
    ['kill timeout 99999999999999999999999999', INTERVAL],
    ['kill timeout 5 6', EXTRA],
    ['kill signal term', SIGNAL],
    ['kill signal SIG', SIGNAL],
    ['kill signal RTMIN', SIGNAL],
    ['kill signal -1', SIGNAL],
    ['kill signal TERM KILL', EXTRA],
    ['reload exec x', UNKNOWN],
    ['reload signal', MISSING],
    ['reload signal 2147483648', SIGNAL],
    ['console', MISSING],
    ['console syslog', UNKNOWN],
    ['console log output', EXTRA],
    ['umask', MISSING],
    ['umask 082', MASK],
    ['umask 1000', MASK],
    ['umask -1', MASK],
    ['umask u=rw', MASK],
    ['nice', MISSING],
    ['nice 20', NICE],
    ['nice -21', NICE],
    ['nice low', NICE],
    ['nice 5 5', EXTRA],
    ['oom', MISSING],
    ['oom 16', OOM],
    ['oom -18', OOM],
    ['oom always', OOM],
    ['oom 5 5', EXTRA],
    ['oom score', MISSING],
    ['oom score 1001', SCORE],
    ['oom score -1001', SCORE],
    ['oom score always', SCORE],
    ['oom never never', EXTRA],
    ['limit', MISSING],
    ['limit files 1 1', UNKNOWN],
    ['limit nofile', MISSING],
    ['limit nofile 10', MISSING],
    ['limit nofile 10 20 30', EXTRA],
    ['limit nofile few 10', LIMIT],
    ['limit nofile 10 infinity', LIMIT],
    ['limit nofile 10k 10', LIMIT],
    ['limit nofile 1 18446744073709551616', LIMIT],
    ['apparmor', MISSING],
    ['apparmor foo', UNKNOWN],
    ['apparmor load', MISSING],
    ['apparmor load a b', EXTRA],
    ['apparmor switch', MISSING],
    ['cgroup', MISSING],
    ['cgroup a b c d e', EXTRA],
  ])('%s: %s', (stanza, message) => {
    expect(refusal(`# first line\n${stanza}\n`)).toBe(`2: ${message}`);
  });

  test('more cgroup settings than a job may have', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, i) => `cgroup cpu key${i} 1\n`).join('');
    expect(parse(lines(MAX_KEYED_ENTRIES)).cgroups).toHaveLength(MAX_KEYED_ENTRIES);
    expect(refusal(lines(MAX_KEYED_ENTRIES + 1))).toBe(
      `${MAX_KEYED_ENTRIES + 1}: Too many entries, expected at most ${MAX_KEYED_ENTRIES}`,
    );
  });

  test('arguments by the hundred thousand', () => {
    expect(parse(`emits ${'e '.repeat(300_000)}`).emits).toHaveLength(300_000);
  });
});
