/** vim recognises job files, and highlights them by the table of stanzas. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vimSyntax } from '../../packages/ctl/src/editors/vim.ts';
import { STANZA_NAMES } from '../../packages/job-language/src/stanzas.ts';

const FILES = fileURLToPath(new URL('../../editors/vim', import.meta.url));
const BIN = fileURLToPath(new URL('../../dist/bin', import.meta.url));
const TEXT = vimSyntax(readFileSync(join(FILES, 'syntax/upstart.vim'), 'utf8'));
/** Without its highlighting, which vim.tiny lacks, there is nothing to test. */
const hasVim = /\+syntax\b/.test(spawnSync('vim', ['--version'], { encoding: 'utf8' }).stdout ?? '');

const JOB = `# a comment
description "web # server"
start on (started db and
          net-device-up IFACE!=lo) or runlevel [2345]
kill timeout 5
respawn
respawn limit 3 10
pre-start script
  echo "$HOME"   # of the shell
end script
exec /usr/bin/web --port $PORT
env A=\${B}
nonsense here
`;

test('no mark is left, and every stanza is there', () => {
  expect(TEXT).not.toMatch(/@[A-Z]+@/);
  expect(STANZA_NAMES.filter((name) => !TEXT.includes(`@<=${name}\\ze`))).toEqual([]);
});

describe.skipIf(!hasVim)(hasVim ? 'in vim' : 'in vim (skipped without vim)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vim-'));
    cpSync(FILES, join(folder, 'vim'), { recursive: true });
    writeFileSync(join(folder, 'vim/syntax/upstart.vim'), TEXT);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Opens a file and returns the value of an expression of vim there. */
  function ask(path: string, text: string, expression: string, ...before: string[]): string {
    const file = join(folder, path);
    const answer = join(folder, 'answer');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    const commands = [
      `set runtimepath=${folder}/vim,$VIMRUNTIME`,
      'filetype plugin on',
      'syntax on',
      `edit ${file}`,
      ...before,
      `call writefile([${expression}], '${answer}')`,
      'quitall!',
    ];
    const args = ['-N', '-u', 'NONE', '-i', 'NONE', '-n', '-es', ...commands.flatMap((command) => ['-c', command])];
    const { stderr } = spawnSync('vim', args, {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, PATH: `${BIN}:${process.env.PATH}` },
    });
    expect(stderr).toBe('');
    return readFileSync(answer, 'utf8').trimEnd();
  }

  test.each([
    ['etc/init/web.conf', 'upstart'],
    ['etc/init/net/web.override', 'upstart'],
    ['.config/upstart/web.conf', 'upstart'],
    ['usr/share/upstart/sessions/web.conf', 'upstart'],
  ])('%s is a file of type %s', (path, type) => {
    expect(ask(path, '', '&filetype')).toBe(type);
  });

  test('`:make` finds the mistake', () => {
    const place = "getqflist()->map({_, it -> bufname(it.bufnr) .. ':' .. it.lnum .. ':' .. trim(it.text)})[0]";
    const found = ask('etc/init/web.conf', '# web\nkill tmeout 5\n', place, 'silent make!');
    expect(found).toBe(`${join(folder, 'etc/init/web.conf')}:2:Unknown stanza`);
  });

  test.each([
    ['a comment', 'upstartComment'],
    ['description', 'upstartStanza'],
    ['# server', 'upstartString'],
    ['on (', 'upstartAfter_start'],
    ['started', 'upstartEvent'],
    ['and', 'upstartOperator'],
    ['net-device-up', 'upstartEvent'],
    ['IFACE', 'upstartKey'],
    ['or run', 'upstartOperator'],
    ['timeout', 'upstartAfter_kill'],
    ['respawn\nrespawn', 'upstartStanza'],
    ['limit', 'upstartAfter_respawn'],
    ['script', 'upstartStanza'],
    ['echo', /^sh/],
    ['# of the', /^sh.*Comment$/],
    ['end script', 'upstartStanza'],
    ['exec', 'upstartStanza'],
    ['$PORT', /^shDeref/],
    ['env', 'upstartStanza'],
    ['${B}', 'upstartVariable'],
    ['nonsense', 'upstartUnknown'],
  ])('%j is highlighted as %s', (word, group) => {
    const before = JOB.slice(0, JOB.indexOf(word)).split('\n');
    const place = `${before.length}, ${before.at(-1)!.length + 1}`;
    expect(ask('etc/init/web.conf', JOB, `synIDattr(synID(${place}, 1), 'name')`)).toMatch(group);
  });
});
