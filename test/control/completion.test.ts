/** What bash offers behind a command line. Names of jobs and variables may be anything, and are text only. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './product.ts';
import { SessionInit } from './session-init.ts';

const COMPLETIONS = fileURLToPath(new URL('../../packages/ctl/completions/upstart.bash', import.meta.url));
const TRAP = '$(touch${IFS}trapped)';
const SCRIPT = `
cd "\${0%/*}"
source '${COMPLETIONS}'
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_upstart
printf '%s\\n' "\${COMPREPLY[@]}"
`;

let session: SessionInit;
let script: string;

beforeAll(async () => {
  const service = 'exec sleep 1000\n';
  session = await SessionInit.start({ jobs: { web: service, 'my work': service, [TRAP]: service, up: service } });
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
    ['\\$\\(touch\\$\\{IFS\\}trapped\\)', 'my\\ work', 'web'],
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
])('%j', async (words, expected) => {
  expect(await offered(...words)).toEqual(expected);
  expect(existsSync(join(dirname(script), 'trapped'))).toBe(false);
});
