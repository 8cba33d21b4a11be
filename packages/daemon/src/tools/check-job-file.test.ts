import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkJobFiles } from './check-job-file.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'checkconf-test-'));
  write('fine.conf', 'exec true\n');
  write('fine', 'exec true\n');
  write('frob.conf', 'exec true\n\nfrob\n');
  write('shell.conf', 'task\nscript\n  true\n  if true; then\nend script\n');
  write('pre.conf', 'exec true\npre-start script\n  for x in a; echo; done\nend script\n');
  write('large.conf', '#'.repeat(2 ** 20 + 1));
});
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

/** Runs init-checkconf; what it says of files is relative to the directory. */
function check(...args: string[]) {
  return checkOn(false, ...args);
}

function checkOn(errTerminal: boolean, ...args: string[]) {
  const result = { status: 0, out: '', err: '' };
  const relative = (text: string) => text.replaceAll(`${directory}/`, '');
  result.status = checkJobFiles(
    args.map((arg) => arg.replace('DIR', directory)),
    {
      errTerminal,
      out: (text) => {
        result.out += relative(text);
      },
      err: (text) => {
        result.err += relative(text);
      },
    },
  );
  return result;
}

test.each([
  [['DIR/fine.conf']],
  [['-f', 'DIR/fine.conf']],
  [['-fDIR/fine.conf']],
  [['--file=DIR/fine.conf']],
  [['--file', 'DIR/fine.conf']],
  [['-i', '/sbin/initctl', '-x', '/sbin/upstart', 'DIR/fine.conf']],
])('%j is accepted', (args) => {
  expect(check(...args)).toEqual({ status: 0, out: 'File fine.conf: syntax ok\n', err: '' });
});

test('a file that does not parse', () => {
  const err = 'ERROR: File frob.conf: syntax invalid:\ninit:frob.conf:3: Unknown stanza\n';
  expect(check('DIR/frob.conf')).toEqual({ status: 1, out: '', err });
});

test('on a terminal the word is marked, with what was expected and meant', () => {
  write('near.conf', 'task\n\trespwan limit 1 2\n');
  const { status, out, err } = checkOn(true, 'DIR/near.conf');
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toBe(
    'ERROR: File near.conf: syntax invalid:\ninit:near.conf:2: Unknown stanza\n' +
      '  2 |  respwan limit 1 2\n    |  ^^^^^^^ expected a stanza; did you mean `respawn`?\n',
  );
});

test('with --explain so it is everywhere', () => {
  write('probe.conf', 'ready 80\n');
  const { status, err } = check('--explain', 'DIR/probe.conf');
  expect(status).toBe(1);
  expect(err).toContain('  1 | ready 80\n');
  expect(err).toContain('such as `ready tcp 8080`; did you mean `ready tcp 80`?');
  write('never.conf', 'start on timer DAILY=03:00\nexec true\n');
  expect(check('-e', 'DIR/never.conf').err).toContain('  1 | start on timer DAILY=03:00\n');
});

test('with --conditions one that can never come true is an error', () => {
  for (const condition of [
    'timer AT=25:00',
    'timer DAILY=03:00',
    'socket PROTO=inet PORT=99999',
    'file FILE=/a/../b',
  ]) {
    write('never.conf', `start on ${condition}\nexec true\n`);
    expect([check('DIR/never.conf').status, check('-c', 'DIR/never.conf').status]).toEqual([0, 1]);
    expect(check('-c', '--json', 'DIR/never.conf').status).toBe(1);
  }
  write('odd.conf', 'start on timer AT=23:00\nrespawn limit 1 2\nexec true\n');
  expect(check('-c', 'DIR/odd.conf')).toMatchObject({ status: 0, out: 'File odd.conf: syntax ok\n' });
});

test('warnings stand below the line that scripts know, and change no status', () => {
  write('odd.conf', 'respawn limit 1 2\nexec true &\n');
  const limit =
    'odd.conf:1:1: warning: `respawn limit` alone does not respawn: add the stanza `respawn` [limit-without-respawn]\n';
  const { status, out, err } = check('DIR/odd.conf');
  expect({ status, out }).toEqual({ status: 0, out: 'File odd.conf: syntax ok\n' });
  expect(err.startsWith(limit)).toBe(true);
  expect(err).toContain('odd.conf:2:11: warning: ');
  expect(checkOn(true, 'DIR/odd.conf').err.startsWith(`${limit}  1 | respawn limit 1 2\n    | ^^^^^^^\n`)).toBe(true);
});

test('warnings know the machine and the folder of the file', () => {
  write('users.conf', `setuid no-such-user-${process.pid}\nchdir ${directory}\nexec true\n`);
  expect(check('DIR/users.conf').err).toMatch(/^users.conf:1:8: warning: there is no user no-such-user-\d+ here/);
  write('events.conf', 'start on told\nexec true\n');
  write('emitter.conf', 'emits told\n');
  expect(check('DIR/events.conf').err).toBe('');
  rmSync(join(directory, 'emitter.conf'));
  expect(check('DIR/events.conf').err).toMatch(/^events.conf:1:10: warning: nobody is known to emit `told`/);
});

test('a file below a folder of configuration knows the jobs of all of it; below any other folder those beside it', () => {
  for (const above of ['init', 'other']) {
    for (const folder of [above, join(above, 'below')]) mkdirSync(join(directory, folder));
    write(join(above, 'emitter.conf'), 'emits told\n');
    write(join(above, 'below', 'events.conf'), 'start on told\nexec true\n');
    write(join(above, 'below', 'beside.conf'), 'exec true\n');
  }
  expect(check('DIR/init/below/events.conf').err).toBe('');
  expect(check('DIR/other/below/events.conf').err).toContain('nobody is known to emit `told`');
});

test('several files: each is checked, and one that is wrong counts', () => {
  const err = 'ERROR: File frob.conf: syntax invalid:\ninit:frob.conf:3: Unknown stanza\n';
  const out = 'File fine.conf: syntax ok\nFile fine.conf: syntax ok\n';
  expect(check('DIR/fine.conf', 'DIR/frob.conf', 'DIR/fine.conf')).toEqual({ status: 1, out, err });
});

test('a file that cannot be read', () => {
  const { status, err } = check('DIR/large.conf');
  expect(status).toBe(1);
  expect(err).toMatch(
    /^ERROR: File large.conf: syntax invalid:\ninit:large.conf: Error while loading .*: File too large/,
  );
});

test('a script that the shell does not parse, with the line of the job file', () => {
  const { status, out, err } = check('DIR/shell.conf');
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toMatch(/^ERROR: File shell.conf: shell syntax invalid in script section:\nshell.conf:[45]: /);
  expect(check('DIR/pre.conf').err).toMatch(/shell syntax invalid in pre-start section:\npre.conf:3: /);
});

test.each(['-s', '--noscript'])('scripts are skipped with %s', (option) => {
  expect(check(option, 'DIR/shell.conf')).toMatchObject({ status: 0, out: 'File shell.conf: syntax ok\n' });
});

test('-d tells what is checked', () => {
  expect(check('-d', 'DIR/pre.conf').err).toMatch(/^DEBUG: pre.conf:3: checking pre-start section\n/);
});

test.each([
  [[], 'Must specify configuration file'],
  [['DIR/missing.conf'], 'File missing.conf does not exist'],
  [['DIR/fine'], 'File must end in .conf'],
  [['--frob', 'DIR/fine.conf'], "Unknown option '--frob'"],
  [['-f'], "Option '-f, --file <value>' argument missing"],
])('%j: %s', (args, message) => {
  const { status, out, err } = check(...args);
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err.startsWith(`ERROR: ${message}`)).toBe(true);
});

test('--json prints each file with its errors and warnings', () => {
  write('strange.conf', 'respawn limit 1 2\nexec true\n');
  const { status, out, err } = check('--json', 'DIR/fine.conf', 'DIR/frob.conf', 'DIR/shell.conf', 'DIR/none.conf');
  expect({ status, err }).toEqual({ status: 1, err: '' });
  const nowhere = { line: null, place: null, expected: null, meant: null, section: null };
  expect(JSON.parse(out)).toEqual([
    { path: 'fine.conf', errors: [], warnings: [] },
    {
      path: 'frob.conf',
      errors: [
        {
          ...{ kind: 'syntax', line: 3, message: 'Unknown stanza', expected: 'a stanza', meant: null, section: null },
          place: { line: 3, column: 1, text: 'frob', mark: 0, length: 4 },
        },
      ],
      warnings: [],
    },
    {
      path: 'shell.conf',
      errors: [
        {
          ...{ ...nowhere, kind: 'shell', section: 'script', line: expect.any(Number) },
          message: expect.stringMatching(/^shell.conf:[45]: /),
        },
      ],
      warnings: [],
    },
    {
      path: 'none.conf',
      errors: [{ ...nowhere, kind: 'unchecked', message: 'File none.conf does not exist' }],
      warnings: [],
    },
  ]);
  const odd = check('-j', 'DIR/strange.conf');
  expect(odd.status).toBe(0);
  expect(JSON.parse(odd.out)[0]).toMatchObject({
    errors: [],
    warnings: [{ rule: 'limit-without-respawn', place: { line: 1, column: 1, length: 7 } }],
  });
});

test('--json names the errors of all scripts, and text the first one', () => {
  write('twice.conf', 'script\n  if\nend script\npre-start script\n  fi\nend script\n');
  const [{ errors }] = JSON.parse(check('--json', 'DIR/twice.conf').out) as [{ errors: { section: string }[] }];
  expect(errors.map(({ section }) => section)).toEqual(['script', 'pre-start']);
  expect(check('DIR/twice.conf').err.match(/^ERROR/gm)).toHaveLength(1);
});

test('help', () => {
  expect(check('-h')).toMatchObject({ status: 0, err: '' });
  expect(check('--help').out).toMatch(/^Usage: init-checkconf/);
});

test('--portable names what the original does not know, and fails if there is any', () => {
  write('new.conf', 'respawn\nrespawn delay 1\nready after 2\nexec true\n');
  expect(check('DIR/new.conf')).toEqual({ status: 0, out: 'File new.conf: syntax ok\n', err: '' });
  const line = (at: number, name: string): string =>
    `new.conf:${at}:1: warning: \`${name}\` is unknown to Upstart 1.13.2, which rejects this file [not-portable]\n`;
  const err = line(2, 'respawn delay') + line(3, 'ready after');
  expect(check('--portable', 'DIR/new.conf')).toEqual({ status: 1, out: 'File new.conf: syntax ok\n', err });
  expect(check('-p', 'DIR/fine.conf').status).toBe(0);
  const { status, out } = check('-p', '--json', 'DIR/new.conf');
  expect([status, JSON.parse(out)[0].warnings.length]).toEqual([1, 2]);
});
