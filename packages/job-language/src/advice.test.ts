import { describe, expect, test } from 'vitest';
import { brokenFile } from './advice.ts';
import { FORMS } from './forms.ts';
import { JobFileError } from './job-file-error.ts';
import { parseJob } from './parse-job.ts';
import { MAX_EXCERPT } from './place.ts';
import { STANZA_NAMES } from './stanzas.ts';

function refused(text: string) {
  try {
    parseJob(text, { name: 'job', path: 'job.conf' });
  } catch (error) {
    if (error instanceof JobFileError) return brokenFile('job', error);
    throw error;
  }
  throw new Error('accepted');
}

/** The line and the mark below it, as people see them. */
function shown(text: string): string[] {
  const { place } = refused(text);
  if (!place) throw new Error('no place');
  return [`${place.line}:${place.column}`, place.text, ' '.repeat(place.mark) + '^'.repeat(Math.max(place.length, 1))];
}

describe('a probe without its kind', () => {
  test.each([
    ['ready 80', 'ready tcp 80'],
    ['check 80', 'check tcp 80'],
    ['ready localhost:5432', 'ready tcp localhost:5432'],
    ['check [::1]:80', 'check tcp [::1]:80'],
    ['ready /run/web.sock', 'ready unix /run/web.sock'],
    ['check http://localhost/', 'check http http://localhost/'],
    ['ready htpp', 'http'],
    ['ready 1 2', 'ready tcp 1'],
  ])('%s', (text, meant) => {
    const { message, expected, meant: found } = refused(text);
    expect([message, found]).toEqual(['Unknown stanza', meant]);
    for (const kind of ['tcp', 'unix', 'http', 'exec', 'interval', 'timeout'])
      expect(expected).toContain(`\`${kind}\``.replace('`tcp`', 'tcp`'));
  });

  test.each([
    ['ready http localhost:80', 'http://localhost:80'],
    ['check http 127.0.0.1/healthz', 'http://127.0.0.1/healthz'],
    ['ready http [::1]:80', 'http://[::1]:80'],
    ['ready http https://localhost/', null],
    ['ready http ftp://localhost/', null],
    ['ready http /healthz', null],
  ])('%s: the scheme', (text, meant) => {
    expect(refused(text)).toMatchObject({ message: expect.stringContaining('Illegal URL'), meant });
  });
});

describe('the word at fault', () => {
  test.each([
    ['task\n  respwan\n', ['2:3', '  respwan', '  ^^^^^^^']],
    ['\uFEFFfrob', ['1:1', 'frob', '^^^^']],
    ['respawn delay 1 5s\n', ['1:17', 'respawn delay 1 5s', '                ^^']],
    ['env-file web.env\n', ['1:10', 'env-file web.env', '         ^^^^^^^']],
    ['reload on (a\n', ['1:11', 'reload on (a', '          ^']],
    ['expect fd 8\n', ['1:11', 'expect fd 8', '          ^']],
    ['notify access both\n', ['1:15', 'notify access both', '              ^^^^']],
    ['watchdog 1h\n', ['1:10', 'watchdog 1h', '         ^^']],
    ['ready tcp 80 81\n', ['1:14', 'ready tcp 80 81', '             ^^']],
    ['ready http https://a\n', ['1:12', 'ready http https://a', '           ^^^^^^^^^']],
    ['ready after 1h\n', ['1:13', 'ready after 1h', '            ^^']],
    ['respawn limit 5\n', ['1:16', 'respawn limit 5', '               ^']],
    ['respawn limit 5 minute\n', ['1:17', 'respawn limit 5 minute', '                ^^^^^^']],
    ['description the server\n', ['1:17', 'description the server', '                ^^^^^^']],
    ["description don't\nexec a\n", ['1:16', "description don't", '               ^']],
    ['exec a\nscript\n  b\n', ['2:1', 'script', '^^^^^^']],
    ['start on (a\n  and (b\n', ['2:7', '  and (b', '      ^']],
    ['start on a)\n', ['1:11', 'start on a)', '          ^']],
    ['start on a and\n', ['1:12', 'start on a and', '           ^^^']],
    ['start on (a\n\n or b)\n', ['2:1', '', '^']],
    ['start on (a) b c=d\n', ['1:14', 'start on (a) b c=d', '             ^']],
    ['start on a b=c d\n', ['1:16', 'start on a b=c d', '               ^']],
    ['start at a\n', ['1:7', 'start at a', '      ^^']],
    ['expect "forks"\n', ['1:8', 'expect "forks"', '       ^^^^^^^']],
    ['exec a \\', ['1:8', 'exec a \\', '       ^']],
    ['usage ""\n', ['1:7', 'usage ""', '      ^^']],
  ])('%j', (text, expected) => {
    expect(shown(text)).toEqual(expected);
  });

  test('is marked to the end of its line only, in a part of a long line', () => {
    expect(shown('expect "a\nb"\n').slice(1)).toEqual(['expect "a', '       ^^']);
    const { place } = refused(`usage x ${'y'.repeat(10_000)}`);
    expect(place).toMatchObject({ line: 1, column: 9, mark: 8 });
    expect(place?.text.length).toBe(MAX_EXCERPT);
    const far = refused(`usage ${'y'.repeat(10_000)} word ${'z'.repeat(10_000)}`).place;
    expect(far?.text.slice(far.mark, far.mark + far.length)).toBe('word');
    expect(far?.text.length).toBeLessThanOrEqual(MAX_EXCERPT);
  });
});

describe('advice', () => {
  test.each([
    ['respwan', 'respawn'],
    ['Exec a', 'exec'],
    ['eng A=b', 'env'],
    ['User root', 'setuid USER'],
    ['stdout /var/log/x', 'console log'],
    ['ExecStart=/bin/a', 'exec COMMAND'],
    ['start at a', 'on'],
    ['respawn limt 1 2', 'limit'],
    ['normal end 0', 'exit'],
    ['expect forks', 'fork'],
    ['console LOG', 'log'],
    ['limit nofiles 1 2', 'nofile'],
    ['xyzzy', null],
  ])('%s: did you mean %s?', (text, meant) => {
    expect(refused(text).meant).toBe(meant);
  });

  test.each([
    ['respawn limit 5', '`respawn limit COUNT SECONDS`'],
    ['pre-start\nscript\nend script', '`script` on the same line'],
    ['end script', '`script` stanza before'],
    ['[Service]', 'systemd'],
    ['start on a and\n b', 'ends with its line'],
    ['start on (a\n\n)', 'no blank line'],
    ['start on (a\n# c\n)', 'no blank line'],
    ['description \u201Ccurly quotes\u201D', 'straight quotes'],
    ["description server's job", 'apostrophe'],
    ['kill signal SIGRTMIN', 'real-time signals have no names'],
    ['start on (a', '`)` for this `(`'],
    ['start on a)', 'no `)`'],
    ['script\n', 'end script'],
    ['task now', 'the end of the line'],
    ['limit nofile many 5', 'RESOURCE is one of cpu'],
    ['\\\ntask', 'continued line'],
  ])('%j: expected %s', (text, expected) => {
    expect(refused(text).expected).toContain(expected);
  });

  test('every stanza has a form to show, and nothing else has', () => {
    const forms = Object.keys(FORMS);
    expect(new Set(forms.map((form) => form.split(' ')[0]))).toEqual(new Set(STANZA_NAMES));
  });

  test('there is none on what is not in the text', () => {
    expect(brokenFile('a', new JobFileError('/a.conf', null, 'Permission denied'))).toEqual({
      path: '/a.conf',
      job: 'a',
      line: null,
      message: 'Permission denied',
      place: null,
      expected: null,
      meant: null,
    });
  });
});
