/** The completions of bash and fish for a command line. Names of jobs and variables may be anything, and are text only. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../session/product.ts';
import { SessionInit } from './session-init.ts';

const COMPLETIONS = fileURLToPath(new URL('../../dist/completions', import.meta.url));
const TRAP = '$(touch${IFS}trapped)';
const SCRIPT = `
cd "\${0%/*}"
source '${COMPLETIONS}/upstart.bash'
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_upstart
printf '%s\\n' "\${COMPREPLY[@]}"
`;

let session: SessionInit;
let script: string;

beforeAll(async () => {
  const service = 'exec sleep 1000\n';
  session = await SessionInit.start({
    jobs: { web: service, 'my work': service, [TRAP]: service, up: service, eve: 'start on go\nexec true\n' },
  });
  session.env.PATH = `${session.product.bin}:${session.env.PATH}`;
  script = join(session.product.place('shell', { 'complete.bash': SCRIPT }), 'complete.bash');
  await session.run('start', 'up');
  await session.run('initctl', 'set-env', `F=() {\n${TRAP}\n}`);
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

async function offered(...words: string[]): Promise<string[]> {
  const { stdout } = await run('bash', [script, ...words], session.env);
  return stdout.split('\n').filter((line) => line !== '');
}

test.each([
  [['initctl', 'log-p'], ['log-priority']],
  [
    ['start', ''],
    ['\\$\\(touch\\$\\{IFS\\}trapped\\)', 'eve', 'my\\ work', 'web'],
  ],
  [['initctl', 'stop', ''], ['up']],
  // As bash takes `--timeout=5` apart.
  [['start', '--timeout', '=', '5', 'w'], ['web']],
  [
    ['initctl', '--dest', '=', 'x', 'sta'],
    ['start', 'status'],
  ],
  [['start', 'web', 'u'], []],
  [['initctl', 'get-env', 'F'], ['F']],
  [['initctl', 'explain', '--ev'], ['--event=']],
  [['initctl', '--user', 'explain', '--event', '=', 'g'], ['go']],
  [['initctl', 'emit', 'g'], ['go']],
  [
    ['upstart', 'sta'],
    ['start', 'status'],
  ],
  [['upstart', 'start', 'w'], ['web']],
  [['upstart', 'start', 'web', 'my'], ['my\\ work']],
  [['upstart', '--user', 'stop', 'u'], ['up']],
  [['upstart', 'start', '--no'], ['--no-wait']],
  [['upstart', 'start', '--timeout', '5', 'w'], ['web']],
  [['upstart', 'start', '--timeout', '5'], []],
  [['upstart', 'start', '--', '--no'], []],
  [
    ['upstart', 'export', ''],
    ['systemd', 'compose', 'kubernetes'],
  ],
  [['upstart', 'export', 'systemd', 'w'], ['web']],
  [['upstart', 'import', 'sup'], ['supervisord']],
  [['upstart', 'import', 'systemd', 'complete.b'], ['complete.bash']],
  [['upstart', 'check', 'complete.b'], ['complete.bash']],
  [['upstart', 'no-such-command', ''], []],
  [
    ['init', '--default-console', '=', 'o'],
    ['output', 'owner'],
  ],
  [['init', '--confdir', '..'], ['..']],
  [['reboot', '--fo'], ['--force']],
  [
    ['telinit', ''],
    ['0', '1', '2', '3', '4', '5', '6', 'S', 's', 'Q', 'q', 'U', 'u'],
  ],
])('%j', async (words, expected) => {
  expect(await offered(...words)).toEqual(expected);
  expect(existsSync(join(dirname(script), 'trapped'))).toBe(false);
});

test('nothing where no init answers', async () => {
  const { stdout, stderr } = await run('bash', [script, 'upstart', 'start', ''], {
    ...session.env,
    ...{ UPSTART_SESSION: 'unix:path=/nonexistent', XDG_RUNTIME_DIR: '/nonexistent' },
  });
  expect(stdout.trim()).toBe('');
  expect(stderr).toBe('');
});

const FISH = spawnSync('fish', ['--version']).status === 0;

test.skipIf(!FISH).each([
  ['upstart sta', ['start', 'status']],
  ['upstart start w', ['web']],
  ['upstart start --no', ['--no-wait']],
  ['upstart --user stop u', ['up']],
  ['upstart import proc', ['process-compose', 'procfile']],
  ['upstart export systemd w', ['web']],
  ['initctl emit g', ['go']],
  ['start web u', []],
  ['init --default-console o', ['output', 'owner']],
])('fish: %s', async (line, expected) => {
  const { stdout } = await run(
    'fish',
    ['--no-config', '-c', `source ${COMPLETIONS}/upstart.fish; complete -C '${line}'`],
    {
      ...session.env,
    },
  );
  const words = stdout.split('\n').filter((text) => text !== '');
  expect(words.map((text) => text.split('\t')[0])).toEqual(expected);
});
