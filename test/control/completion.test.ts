/** The completions of bash and fish for a command line. Names of jobs and variables may be anything, and are text only. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { run } from '../session/product.ts';
import { SessionInit } from './session-init.ts';

const COMPLETIONS = fileURLToPath(new URL('../../dist/completions', import.meta.url));
const TRAP = '$(touch${IFS}trapped)';
/** Completions that have waited so long for an answer offer nothing, in milliseconds. */
const TIMEOUT_MS = 2000;
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

/** The output of a shell that completes a line, and was answered in time. */
async function answered(shell: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await eventually('it is answered in time', async () => {
    const outcome = await run(shell, words, env);
    return outcome.took < TIMEOUT_MS && outcome;
  });
  return stdout;
}

async function offered(...words: string[]): Promise<string[]> {
  const stdout = await answered('bash', [script, ...words], session.env);
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

const HOSTS = [
  ['fleet drain ', ['web1', 'web2']],
  ['fleet undrain web2', ['web2']],
  ['fleet events ', []],
  ['fleet restart w', ['web']],
  ['fleet ps --on ', ['kind=db', 'web1', 'web2', 'zone=eu', 'zone=us']],
  ['emit --to host', ['host=web1', 'host=web2']],
] as const;

/** A machine in a cluster, or in none, whose `upstart` notes that it was called. */
function cluster(isThere: boolean): { readonly env: NodeJS.ProcessEnv; isCalled(): boolean } {
  const hosts = 'web1 zone=eu kind=db\nweb2 zone=us';
  const bin = session.product.place(isThere ? 'with-cluster' : 'without-cluster', {
    upstart: `#!/bin/sh\necho "$@" > "\${0%/*}/called"\necho '${hosts}'\n`,
  });
  chmodSync(join(bin, 'upstart'), 0o755);
  const env = { ...session.env, PATH: `${bin}:${session.env.PATH}` };
  const conf = isThere ? { UPSTART_CLUSTER_CONF: join(bin, 'upstart') } : {};
  return { env: { ...env, ...conf }, isCalled: () => existsSync(join(bin, 'called')) };
}

test('bash: hosts of the cluster', async () => {
  const { env } = cluster(true);
  const words = async (line: string[]) => (await answered('bash', [script, ...line], env)).split('\n').slice(0, -1);
  for (const [line, expected] of HOSTS)
    expect([line, (await words(['upstart', ...line.split(' ')])).filter(Boolean)]).toEqual([line, [...expected]]);
  // As bash takes values apart.
  expect(await words(['upstart', 'fleet', 'ps', '--on', 'zone', '='])).toEqual(['eu', 'us']);
  expect(await words(['upstart', 'fleet', 'ps', '--on', 'zone', '=', 'u'])).toEqual(['us']);
  expect(await words(['upstart', 'fleet', 'ps', '--on', '=', 'zone', '=', 'u'])).toEqual(['us']);
  expect(await words(['upstart', 'fleet', 'ps', '--on', 'zone', '=', 'us', 'w'])).toEqual(['web']);
  expect(await words(['upstart', 'fleet', '--on', 'web1', 'drain', 'web2'])).toEqual(['web2']);
});

test.skipIf(existsSync('/etc/upstart/cluster.conf'))('without a cluster nothing is asked for hosts', async () => {
  const { env, isCalled } = cluster(false);
  expect((await run('bash', [script, 'upstart', 'fleet', 'drain', ''], env)).stdout.trim()).toBe('');
  expect(isCalled()).toBe(false);
});

const FISH = spawnSync('fish', ['--version']).status === 0;

async function fishWords(line: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const command = `source ${COMPLETIONS}/upstart.fish; complete -C '${line}'`;
  const stdout = await answered('fish', ['--no-config', '-c', command], env);
  return stdout.split('\n').flatMap((text) => text.split('\t')[0] || []);
}

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
  expect(await fishWords(line, session.env)).toEqual(expected);
});

test.skipIf(!FISH)('fish: hosts of the cluster', async () => {
  const { env } = cluster(true);
  for (const [line, expected] of HOSTS)
    expect([line, await fishWords(`upstart ${line}`, env)]).toEqual([line, [...expected]]);
});
