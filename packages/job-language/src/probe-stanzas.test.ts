import { describe, expect, it } from 'vitest';
import { lint } from './lint/lint.ts';
import { NOWHERE } from './lint/rule.ts';
import { parseJob } from './parse-job.ts';
import { MAX_PATTERN, MAX_STATUS_RANGES } from './probe-stanzas.ts';

const parse = (text: string, into?: ReturnType<typeof parseJob>) =>
  parseJob(text, { name: 'job', path: 'job.conf', ...(into && { into }) });

function error(text: string, into?: ReturnType<typeof parseJob>): string {
  try {
    parse(text, into);
  } catch (thrown) {
    return String(thrown).replace(/^.*job\.conf:/, '');
  }
  return '';
}

const RANGES = (count: number): string => Array.from({ length: count }, (_, i) => 200 + i).join(' ');

describe('check and ready', () => {
  it('take probes of each kind', () => {
    const text = [
      'check tcp 80',
      'check unix $DIR/a',
      'check http http://a/ 200-299 404',
      'check exec redis-cli -p $PORT ping # is no comment',
      'ready exec test -e "/a b"',
      'ready log "listening on \\d+$"',
    ];
    expect(parse(text.join('\n'))).toMatchObject({
      check: [
        { kind: 'tcp', address: '80' },
        { kind: 'unix', path: '$DIR/a' },
        { kind: 'http', url: 'http://a/', lowest: 200, highest: 299, more: [{ lowest: 404, highest: 404 }] },
        { kind: 'exec', command: 'redis-cli -p $PORT ping' },
      ],
      ready: [
        { kind: 'exec', command: 'test -e "/a b"' },
        { kind: 'log', pattern: 'listening on \\d+$' },
      ],
    });
  });

  it('have settings, of which the last one counts, also one of an override', () => {
    const job = parse('check interval 5\ncheck interval 0.1\ncheck timeout 1.5\ncheck failures 1\ncheck action none\n');
    const settings = { checkIntervalMs: 100, checkTimeoutMs: 1500, checkFailures: 1, checkAction: 'none' };
    expect(job).toMatchObject(settings);
    expect(parse('check action restart\ncheck failures 1000\n', job)).toMatchObject({
      ...settings,
      checkFailures: 1000,
      checkAction: 'restart',
    });
    expect(parse('')).toMatchObject({
      ...{ check: [], checkIntervalMs: 10_000, checkTimeoutMs: 3000, checkFailures: 3, checkAction: 'restart' },
    });
  });

  it.each([
    ['check', '1: Expected token'],
    ['check log a', '1: Unknown stanza'],
    ['check exec', '1: Expected token'],
    ['check after 1', '1: Unknown stanza'],
    ['check tcp x', '1: Illegal address, expected PORT or HOST:PORT with a port from 1 to 65535'],
    ['check http https://a', '1: Illegal URL, TLS is not spoken: expected http://HOST[:PORT][/PATH]'],
    ['check http http://a 200 2', '1: Illegal range, expected statuses from 100 to 999 such as 200-299'],
    [`check http http://a ${RANGES(MAX_STATUS_RANGES + 1)}`, '1: Too many entries, expected at most 16'],
    [`check http http://a ${RANGES(MAX_STATUS_RANGES)}`, ''],
    ['\ncheck interval 0.099', '2: Illegal time, expected 0.1 to 86400 seconds'],
    ['check timeout 0', '1: Illegal time, expected more than 0 to 3600 seconds'],
    ['check timeout 3601', '1: Illegal time, expected more than 0 to 3600 seconds'],
    ['check failures 0', '1: Illegal number, expected 1 to 1000'],
    ['check failures 1001', '1: Illegal number, expected 1 to 1000'],
    ['check action stop', '1: Unknown stanza'],
    ['check tcp 80\n'.repeat(17), '17: Too many entries, expected at most 16'],
    ['exec a\nready log "("', '2: Illegal pattern, unterminated group'],
    ['ready log [b-a]', '1: Illegal pattern, range out of order in character class'],
    ['ready log a b', '1: Unexpected token'],
    [`ready log ${'a'.repeat(MAX_PATTERN + 1)}`, '1: Illegal pattern, expected at most 1000 characters'],
    [`ready log ${'a'.repeat(MAX_PATTERN)}`, ''],
    ['ready log a\nconsole none', '2: Illegal console, `ready log` needs `console log`'],
    ['console output\nexec a\nready log a', '3: Illegal console, `ready log` needs `console log`'],
    ['console none\nready log a\nconsole log', ''],
  ])('%j is an error at its line: %s', (text, message) => {
    expect(error(text)).toBe(message);
  });

  it('reject an override that takes the log away', () => {
    const job = parse('ready log a\n');
    expect(error('exec b\nconsole none\n', job)).toBe('2: Illegal console, `ready log` needs `console log`');
    expect(error('console log\n', job)).toBe('');
  });

  it.each([
    ['exec a\ncheck tcp 80\ncheck tcp 81\ncheck exec b\ncheck exec c\n', []],
    ['task\nexec a\ncheck tcp 80\n', ['check-task']],
    ['check exec a\n', ['check-task']],
    ['exec a\ncheck interval 5\n', ['check-without-probe']],
    ['exec a\nready log b\nready log c\nready exec d\nready exec e\n', []],
    ['task\nexec a\nready exec b\n', ['ready-task']],
    ['exec a\ncheck tcp 80\ncheck failures 1\ncheck failures 2\n', ['replaced-stanza']],
  ])('%j gets the warnings %j', (text, rules) => {
    expect(lint(text, { name: 'job', path: 'job.conf' }, NOWHERE).map(({ rule }) => rule)).toEqual(rules);
  });

  it('are named by --portable', () => {
    const text = 'exec a\ncheck http http://a\ncheck interval 1\ncheck action none\nready exec b\nready log c\n';
    const found = lint(text, { name: 'job', path: 'job.conf', portable: true }, NOWHERE);
    expect(found.map(({ place }) => place.line)).toEqual([2, 3, 4, 5, 6]);
  });
});
