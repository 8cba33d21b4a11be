// The prerequisites of a build: a Node that is new enough, a C compiler, the npm packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';

export const OLDEST_NODE = 20;
const PNPM = 'pnpm@10.34.8';
const LOCKFILE = join(ROOT, 'pnpm-lock.yaml');
const STAMP = join(ROOT, 'node_modules', '.lockfile-installed');

export function requireNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return;
  throw new Problem(
    `Node ${OLDEST_NODE} or newer is needed; this is Node ${version} (${process.execPath}).`,
    'Install a newer one: https://nodejs.org/en/download, or the packages of your distribution.',
  );
}

export function requireCompiler() {
  const { status, error } = spawnSync('cc', ['--version'], { stdio: 'ignore' });
  if (!error && status === 0) return;
  throw new Problem(
    'A C compiler is needed for the supervisor and for initctl: there is no working `cc`.',
    [
      'Install one:',
      '  Debian, Ubuntu   apt-get install gcc libc6-dev',
      '  Fedora           dnf install gcc glibc-devel glibc-static',
      '  Alpine           apk add gcc musl-dev linux-headers',
    ].join('\n'),
  );
}

/** Installs the npm packages unless the lockfile is still the one that they were installed from. */
export function installDependencies() {
  const wanted = createHash('sha256').update(readFileSync(LOCKFILE)).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  console.log('installing dependencies');
  const result = spawnSync('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: 'true' },
  });
  if (result.error) throw new Problem(`Cannot run npx: ${result.error.message}`, 'It comes with Node as part of npm.');
  if (result.status !== 0) throw installationProblem(`${result.stdout}${result.stderr}`.trim());
  writeFileSync(STAMP, wanted);
}

const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_PNPM_META_FETCH_FAIL|network/;

function installationProblem(output) {
  const said = output.split('\n').slice(-15).join('\n');
  if (!UNREACHABLE.test(output)) return new Problem('Cannot install the dependencies. The package manager said:', said);
  const registry = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout?.trim();
  return new Problem(
    `Cannot install the dependencies: the npm registry (${registry || 'address unknown'}) cannot be reached.`,
    `Check the network, and proxy settings if there is one, then try again. The package manager said:\n${said}`,
  );
}
