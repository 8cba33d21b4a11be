import { describe, expect, test } from 'vitest';
import { emptyDefinition, type JobDefinition, RESOURCE_NAMES } from './job-definition.ts';
import { MAX_WATCHDOG_S } from './notify-stanzas.ts';
import { parseJob } from './parse-job.ts';
import { MAX_RESET_S, MAX_RESPAWN_DELAY_S, MAX_RESTART_DELAY_S, MAX_SETTLE_S } from './stanzas.ts';

const parse = (text: string, debug = false) => parseJob(text, { name: 'job', path: 'job.conf', debug });

const refusal = (text: string) => {
  try {
    parse(text);
  } catch (error) {
    return String(error).replace(/^job\.conf:/, '');
  }
  return 'accepted';
};

/** The changes that a text makes in an empty definition. */
function settings(text: string): Partial<JobDefinition> {
  const empty = emptyDefinition('job', 'job.conf');
  const entries = Object.entries(parse(text)).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(empty[field as keyof JobDefinition]),
  );
  return Object.fromEntries(entries);
}

test('an empty file is a job that says nothing', () => {
  expect(parse('')).toEqual(emptyDefinition('job', 'job.conf'));
});

describe.each(['description', 'author', 'version', 'usage', 'instance', 'chroot', 'chdir', 'setuid', 'setgid'])(
  '%s takes one word',
  (stanza) => {
    test('the last one wins', () => {
      expect(settings(`${stanza} one\n${stanza} 'the "last"'`)).toEqual({ [stanza]: 'the "last"' });
    });
    test('missing and extra words', () => {
      expect(refusal(`task\n${stanza}`)).toBe('2: Expected token');
      expect(refusal(`${stanza} ""`)).toBe('1: Expected token');
      expect(refusal(`${stanza} one two`)).toBe('1: Unexpected token');
    });
  },
);

describe('settings', () => {
  test.each<[string, Partial<JobDefinition>]>([
    ['env A=b\nenv C\nenv A="x y"', { env: ['A=b', 'C', 'A=x y'] }],
    ['export A B\nexport C', { export: ['A', 'B', 'C'] }],
    ['emits a "b c"\nemits a', { emits: ['a', 'b c', 'a'] }],
    ['start on a', { startOn: { op: 'event', name: 'a', args: [] } }],
    ['stop on a B=c', { stopOn: { op: 'event', name: 'a', args: ['B=c'] } }],
    ['start on a\nmanual', {}],
    ['stop on a\nmanual', { stopOn: { op: 'event', name: 'a', args: [] } }],
    ['manual\nstart on a', { startOn: { op: 'event', name: 'a', args: [] } }],
    ['manual task', { task: true }],
    ['debug', {}],
    ['debug task', { task: true }],
    ['exec run it', { processes: { main: { kind: 'exec', text: 'run it' } } }],
    ['script\n a\nend script\nexec b', { processes: { main: { kind: 'exec', text: 'b' } } }],
    ['exec b\nscript\n a\nend script', { processes: { main: { kind: 'script', text: 'a\n' } } }],
    ['pre-start exec run it', { processes: { 'pre-start': { kind: 'exec', text: 'run it' } } }],
    ['post-start exec run it', { processes: { 'post-start': { kind: 'exec', text: 'run it' } } }],
    ['pre-stop exec run it', { processes: { 'pre-stop': { kind: 'exec', text: 'run it' } } }],
    ['post-stop script # x\nrun\nend script', { processes: { 'post-stop': { kind: 'script', text: 'run\n' } } }],
    ['expect fork\nexpect daemon', { expect: 'daemon' }],
    ['expect stop', { expect: 'stop' }],
    ['expect fork\nexpect none', {}],
    ['task\ntask', { task: true }],
    ['respawn', { respawn: true }],
    ['respawn # comment', { respawn: true }],
    ['respawn limit 3 20', { respawnLimit: 3, respawnIntervalS: 20 }],
    ['respawn limit unlimited', { respawnLimit: 0, respawnIntervalS: 0 }],
    ['respawn limit 2147483647 0', { respawnLimit: 2147483647, respawnIntervalS: 0 }],
    ['normal exit 0 TERM\nnormal exit SIGHUP 2147483647', { normalExit: [0, 15 << 8, 1 << 8, 2147483647] }],
    ['kill timeout 0', { killTimeoutS: 0 }],
    ['kill timeout 2147483647', { killTimeoutS: 2147483647 }],
    ['kill signal SIGINT', { killSignal: 2 }],
    ['kill signal INT\nkill signal 64', { killSignal: 64 }],
    ['reload signal IOT', { reloadSignal: 6 }],
    ['console "none"', { console: 'none' }],
    ['console output\nconsole owner', { console: 'owner' }],
    ['umask 0', { umask: 0 }],
    ['umask 0777', { umask: 0o777 }],
    ['nice -20', { nice: -20 }],
    ['nice 19', { nice: 19 }],
    ['nice +5', { nice: 5 }],
    ['oom 15', { oomScore: 1000 }],
    ['oom 9', { oomScore: 600 }],
    ['oom 1', { oomScore: 66 }],
    ['oom -17', { oomScore: -1000 }],
    ['oom -16', { oomScore: -941 }],
    ['oom 0', {}],
    ['oom never', { oomScore: -1000 }],
    ['oom 15\noom score -1000', { oomScore: -1000 }],
    ['oom score 1000', { oomScore: 1000 }],
    ['oom "score" \'never\'', { oomScore: -1000 }],
    ['limit nofile 10 unlimited', { limits: [{ resource: 'nofile', soft: '10', hard: null }] }],
    [
      'limit core 1 2\nlimit as -1 18446744073709551615\nlimit core unlimited 3',
      {
        limits: [
          { resource: 'core', soft: null, hard: '3' },
          { resource: 'as', soft: '18446744073709551615', hard: '18446744073709551615' },
        ],
      },
    ],
    ['apparmor load /p', { processes: { security: { kind: 'exec', text: '/sbin/apparmor_parser -r -W /p' } } }],
    ['apparmor switch $P', { apparmorSwitch: '$P' }],
    [
      'cgroup a\ncgroup a n\ncgroup a k v\ncgroup a n k v\ncgroup a k w',
      {
        cgroups: [
          { controller: 'a', name: null, key: null, value: null },
          { controller: 'a', name: 'n', key: null, value: null },
          { controller: 'a', name: null, key: 'k', value: 'w' },
          { controller: 'a', name: 'n', key: 'k', value: 'v' },
        ],
      },
    ],
  ])('%j', (text, expected) => {
    expect(settings(text)).toEqual(expected);
  });

  test.each([
    ['kill timeout 2147483648', { killTimeoutS: 2147483647 }],
    ['kill timeout 9223372036854775807', { killTimeoutS: 2147483647 }],
    ['respawn limit 2147483647 2147483648', { respawnLimit: 2147483647, respawnIntervalS: 2147483647 }],
    ['respawn limit 4294967297 7', { respawnLimit: 1, respawnIntervalS: 7 }],
    ['respawn limit 99999999999 7', { respawnLimit: 1215752191, respawnIntervalS: 7 }],
  ])('numbers beyond an int: %s', (text, expected) => {
    expect(settings(text)).toEqual(expected);
  });

  test('every resource that can be limited has a row of its own', () => {
    for (const resource of RESOURCE_NAMES) {
      expect(settings(`limit ${resource} 1 2`)).toEqual({ limits: [{ resource, soft: '1', hard: '2' }] });
    }
  });

  test('debug counts only when the daemon runs with --debug', () => {
    expect(parse('debug', true).debug).toBe(true);
  });
});

describe('times', () => {
  test.each<[string, Partial<JobDefinition>]>([
    ['respawn delay 0.5', { respawnDelayMs: 500, respawnMaxDelayMs: 500 }],
    ['respawn delay 0.5 30', { respawnDelayMs: 500, respawnMaxDelayMs: 30_000 }],
    ['respawn delay 5 5', { respawnDelayMs: 5000, respawnMaxDelayMs: 5000 }],
    ['respawn delay 1 2\nrespawn delay 0', {}],
    [`respawn delay ${MAX_RESPAWN_DELAY_S}`, { respawnDelayMs: 3_600_000, respawnMaxDelayMs: 3_600_000 }],
    ['restart delay 0.5', { restartDelayMs: 500 }],
    [
      `restart delay ${MAX_RESTART_DELAY_S}\nrestart on x`,
      { restartDelayMs: 3_600_000, restartOn: { op: 'event', name: 'x', args: [] } },
    ],
    ['respawn reset 0.001', { respawnResetMs: 1 }],
    [`respawn reset ${MAX_RESET_S}`, { respawnResetMs: 86_400_000 }],
    ['expect notify', { expect: 'notify' }],
    ['expect fd 3 # comment', { expect: 'fd', expectFd: 3 }],
    ['expect fd 255\nexpect stop', { expect: 'stop' }],
    ['expect notify\nexpect fd "16"', { expect: 'fd', expectFd: 16 }],
    ['notify access main', { notifyAccess: 'main' }],
    ['notify access main\nnotify access "all"', { notifyAccess: 'all' }],
    ['watchdog 0.001', { watchdogMs: 1 }],
    [`watchdog ${MAX_WATCHDOG_S}`, { watchdogMs: 86_400_000 }],
    ['watchdog 30\nwatchdog 0', {}],
    ['ready after 2.25', { readyAfterMs: 2250 }],
    ['restart on file FILE=/a', { restartOn: { op: 'event', name: 'file', args: ['FILE=/a'] } }],
    ['reload on a\nreload signal USR1', { reloadOn: { op: 'event', name: 'a', args: [] }, reloadSignal: 10 }],
    [
      'env-file /a\nenv-file -$B/c',
      {
        envFiles: [
          { path: '/a', mayBeMissing: false },
          { path: '$B/c', mayBeMissing: true },
        ],
      },
    ],
    ['ready after 2\nready after 0', {}],
    ['ready interval 0.01\nready timeout 86400', { readyIntervalMs: 10, readyTimeoutMs: 86_400_000 }],
    [
      'ready tcp 5432\nready tcp [::1]:1\nready unix /a\nready http http://a:8080/b?c 204\nready http $URL 200-499',
      {
        ready: [
          { kind: 'tcp', address: '5432' },
          { kind: 'tcp', address: '[::1]:1' },
          { kind: 'unix', path: '/a' },
          { kind: 'http', url: 'http://a:8080/b?c', lowest: 204, highest: 204 },
          { kind: 'http', url: '$URL', lowest: 200, highest: 499 },
        ],
      },
    ],
    [`ready after ${MAX_SETTLE_S}`, { readyAfterMs: 3_600_000 }],
    ['respawn\nrespawn delay 1', { respawn: true, respawnDelayMs: 1000, respawnMaxDelayMs: 1000 }],
  ])('%j', (text, expected) => {
    expect(settings(text)).toEqual(expected);
  });

  test.each([
    ['respawn delay', '1: Expected token'],
    ['respawn delay 1 2 3', '1: Unexpected token'],
    ['task\nrespawn delay 1s', '2: Illegal time, expected 0 to 3600 seconds'],
    ['respawn delay -1', '1: Illegal time, expected 0 to 3600 seconds'],
    ['respawn delay 1e3', '1: Illegal time, expected 0 to 3600 seconds'],
    ['respawn delay .5', '1: Illegal time, expected 0 to 3600 seconds'],
    ['respawn delay 0.0005', '1: Illegal time, expected 0 to 3600 seconds'],
    ['respawn delay 3600.001', '1: Illegal time, expected 0 to 3600 seconds'],
    ['respawn delay 1 3601', '1: Illegal time, expected 0 to 3600 seconds'],
    ['respawn delay 1 \\\n 0.5', '2: Illegal delay, the longest is shorter than the first'],
    ['respawn reset 0', '1: Illegal time, expected more than 0 to 86400 seconds'],
    ['respawn reset 86401', '1: Illegal time, expected more than 0 to 86400 seconds'],
    ['respawn reset', '1: Expected token'],
    ['respawn reset 1 2', '1: Unexpected token'],
    ['expect fd', '1: Expected token'],
    ['expect fd 2', '1: Illegal descriptor, expected 3 to 5 or 16 to 255'],
    ['expect fd 6', '1: Illegal descriptor, expected 3 to 5 or 16 to 255'],
    ['expect fd 15', '1: Illegal descriptor, expected 3 to 5 or 16 to 255'],
    ['expect fd 256', '1: Illegal descriptor, expected 3 to 5 or 16 to 255'],
    ['expect fd 3 4', '1: Unexpected token'],
    ['expect notify all', '1: Unexpected token'],
    ['notify', '1: Expected token'],
    ['notify main', '1: Unknown stanza'],
    ['notify access', '1: Expected token'],
    ['notify access exec', '1: Unknown stanza'],
    ['watchdog', '1: Expected token'],
    ['watchdog 1m', '1: Illegal time, expected 0 to 86400 seconds'],
    ['watchdog 86401', '1: Illegal time, expected 0 to 86400 seconds'],
    ['ready', '1: Expected token'],
    ['ready soon', '1: Unknown stanza'],
    ['ready after', '1: Expected token'],
    ['ready after 1m', '1: Illegal time, expected 0 to 3600 seconds'],
    ['ready after 3601', '1: Illegal time, expected 0 to 3600 seconds'],
    ['ready after 1 2', '1: Unexpected token'],
    ['ready interval 0.009', '1: Illegal time, expected 0.01 to 86400 seconds'],
    ['ready timeout 0', '1: Illegal time, expected more than 0 to 86400 seconds'],
    ['ready tcp', '1: Expected token'],
    ['ready tcp 0', '1: Illegal address, expected PORT or HOST:PORT with a port from 1 to 65535'],
    ['ready tcp a:65536', '1: Illegal address, expected PORT or HOST:PORT with a port from 1 to 65535'],
    ['ready tcp ::1:80', '1: Illegal address, expected PORT or HOST:PORT with a port from 1 to 65535'],
    ['ready tcp 80 81', '1: Unexpected token'],
    ['ready unix run/a', '1: Illegal path, expected one of at most 107 bytes that begins with a slash'],
    [`ready unix /${'a'.repeat(107)}`, '1: Illegal path, expected one of at most 107 bytes that begins with a slash'],
    ['ready http localhost', '1: Illegal URL, expected http://HOST[:PORT][/PATH]'],
    ['ready http http://a:99999/', '1: Illegal URL, expected http://HOST[:PORT][/PATH]'],
    ['ready http https://a/', '1: Illegal URL, TLS is not spoken: expected http://HOST[:PORT][/PATH]'],
    ['ready http http://a/ 2xx', '1: Illegal range, expected statuses from 100 to 999 such as 200-299'],
    ['ready http http://a/ 300-200', '1: Illegal range, expected statuses from 100 to 999 such as 200-299'],
    ['ready tcp 80\n'.repeat(17), '17: Too many entries, expected at most 16'],
    ['restart', '1: Expected token'],
    ['restart always', '1: Unknown stanza'],
    ['restart on', '1: Expected token'],
    ['restart on (a', '1: Mismatched parentheses'],
    ['reload on and', '1: Expected event'],
    ['env-file', '1: Expected token'],
    ['env-file -', '1: Illegal path, expected one that begins with a slash'],
    ['env-file web.env', '1: Illegal path, expected one that begins with a slash'],
    ['env-file /a /b', '1: Unexpected token'],
  ])('%j is refused', (text, error) => {
    expect(refusal(text)).toBe(error);
  });

  test('an override changes them, or takes them away', () => {
    const named = parse('expect fd 3\nwatchdog 30\nnotify access all');
    const notified = parseJob('expect notify\nwatchdog 0\n', { name: 'job', path: 'job.override', into: named });
    expect(notified).toMatchObject({ expect: 'notify', expectFd: 0, watchdogMs: 0, notifyAccess: 'all' });
    const into = parse('respawn\nrespawn delay 1 30\nrespawn reset 5\nready after 2');
    const changed = parseJob('respawn delay 0\nready after 0\n', { name: 'job', path: 'job.override', into });
    expect(changed).toMatchObject({ respawnDelayMs: 0, respawnMaxDelayMs: 0, respawnResetMs: 5000, readyAfterMs: 0 });
  });
});
