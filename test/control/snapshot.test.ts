/** The start-up snapshot makes the start shorter, and nothing else: init comes up whatever has become of it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withoutCodeCache } from '../../scripts/code-cache.mjs';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { asUser, NOBODY, type Product, whyNoOtherUsers } from '../session/product.ts';
import { SessionInit, type SessionSettings } from './session-init.ts';

const JOBS = {
  web: 'exec sleep 1000\n',
  deaf: 'kill timeout 1\nscript\n  trap "" TERM\n  while :; do sleep 1; done\nend script\n',
};

/** Its product and folders are those of all others here. */
let first: SessionInit;
let library: string;
let snapshot: string;
let content: Buffer;

beforeAll(async () => {
  first = await SessionInit.start({ jobs: JOBS });
  library = join(first.product.bin, '../lib/upstart');
  const [name, ...others] = readdirSync(library).filter((file) => file.endsWith('.snapshot'));
  if (name === undefined || others.length > 0) throw new Error('the build has not made a snapshot for this Node');
  snapshot = join(library, name);
  content = readFileSync(snapshot);
});

afterAll(async () => {
  await first?.end();
  first?.remove();
});

const ownerOf = (pid: number): number => statSync(`/proc/${pid}`).uid;

const daemonOf = ({ pid }: SessionInit): number | undefined =>
  childrenOf(pid).find((child) => commandLineOf(child).includes('daemon.js'));

const beganWithSnapshot = (init: SessionInit): boolean =>
  commandLineOf(daemonOf(init) ?? 0).includes(basename(snapshot));

/** The output of an init that starts like this, and whether its daemon started from the snapshot. */
async function outcome(settings: SessionSettings = {}) {
  const init = await SessionInit.start({ beside: first, ...settings });
  try {
    const started = await init.run('start', 'web');
    const listed = await init.run('initctl', 'list');
    const said = init.said.replace(/^Session at.*\n/m, '');
    return { started: started.stdout, listed: listed.stdout, snapshot: beganWithSnapshot(init), said };
  } finally {
    await init.end();
  }
}

const WORKS = {
  started: expect.stringMatching(/^web start\/running, process \d+\n$/),
  listed: expect.stringMatching(/^web start\/running, process \d+$/m),
};

it('is what a daemon begins with, and the next one', async () => {
  expect(beganWithSnapshot(first)).toBe(true);
  const before = daemonOf(first) as number;
  process.kill(before, 'SIGKILL');
  await eventually('there is another daemon', () => ![undefined, before].includes(daemonOf(first)));
  await eventually('it answers', async () => (await first.run('initctl', 'version')).status === 0);
  expect(beganWithSnapshot(first)).toBe(true);
});

it('has no code cache of modules that Node may load later', () => {
  expect(withoutCodeCache(content)).toBeNull();
});

it('has timers that go off', async () => {
  // The helper is started by a timer, and a job that heeds no SIGTERM is ended by one.
  await eventually('conf-watch runs', () =>
    childrenOf(daemonOf(first) ?? 0).some((child) => commandLineOf(child).includes('conf-watch')),
  );
  await first.run('start', 'deaf');
  expect((await first.run('stop', 'deaf')).stdout).toBe('deaf stop/waiting\n');
});

/** Put before the program that a snapshot is built from: each of its first looks at a file takes so long that timers are overdue. */
const SLOWLY = `{
  const fs = require('node:fs');
  const { openSync } = fs;
  let slow = 20;
  fs.openSync = (...args) => {
    for (const until = performance.now() + 150; slow > 0 && performance.now() < until; );
    slow--;
    return openSync(...args);
  };
}
`;

it('has timers that go off, however slowly it was built', async () => {
  const program = join(library, 'slow.cjs');
  const source = readFileSync(join(first.product.bin, '../.build/lib/upstart/daemon.cjs'), 'utf8');
  writeFileSync(program, SLOWLY + source);
  // Node accepts a snapshot only with exactly the options of its build.
  const [node = '', ...words] = commandLineOf(daemonOf(first) ?? 0).split(' ');
  const options = words.slice(
    0,
    words.findIndex((word) => word.startsWith('--snapshot-blob=')),
  );
  const folder = first.product.place('slow');
  try {
    const line = [...options, `--snapshot-blob=${snapshot}`, '--build-snapshot', program];
    execFileSync(node, line, {
      cwd: '/',
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder },
      stdio: 'pipe',
    });
    const init = await SessionInit.start({ beside: first, jobs: JOBS });
    try {
      expect(beganWithSnapshot(init)).toBe(true);
      await init.run('start', 'deaf');
      expect((await init.run('stop', 'deaf')).stdout).toBe('deaf stop/waiting\n');
    } finally {
      await init.end();
    }
  } finally {
    writeFileSync(snapshot, content);
  }
});

it('knows nothing of the place and the surroundings in which it was built', async () => {
  const conf = first.product.place('work/jobs', { 'web.conf': 'env HERE\nexport HERE\nexec sleep 1000\n' });
  const options = ['--confdir', 'jobs', '--inherit-env', '--no-log'];
  const init = await SessionInit.start({ beside: first, cwd: join(conf, '..'), options, env: { MARK: 'of-init' } });
  try {
    expect((await init.run('initctl', 'get-env', '-g', 'MARK')).stdout).toBe('of-init\n');
    const { stdout } = await init.run('start', 'web');
    // A job may be known to run before the kernel has set up the environment of its program.
    const environment = await eventually('it has an environment', () =>
      readFileSync(`/proc/${/\d+$/m.exec(stdout)?.[0]}/environ`, 'utf8'),
    );
    expect(environment).toContain('MARK=of-init\0');
    expect(environment).not.toContain('upstart-snapshot');
    expect(beganWithSnapshot(init)).toBe(true);
  } finally {
    await init.end();
  }
});

it('is not looked for where a Node is chosen for which there is none', async () => {
  const node = join(first.product.place('other'), 'node');
  writeFileSync(node, `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  const found = await outcome({ env: { UPSTART_NODE: node } });
  expect(found).toEqual({ ...WORKS, snapshot: false, said: '' });
});

const REFUSED = expect.stringMatching(
  /init: the daemon (was killed by signal|ended with status) \d+; starting another/,
);

/** The content with another byte at each of these places, counted from the beginning. */
function changed(...places: readonly number[]): Buffer {
  const bytes = Buffer.from(content);
  for (const place of places) bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place);
  return bytes;
}

/** V8 has no checksum of it: what is wrong in one byte may have no consequence. */
const middle = (): number[] => Array.from({ length: 65_536 }, (_, at) => (content.length >> 1) + at);

it.each<[string, () => void, unknown]>([
  ['absent', () => rmSync(snapshot), ''],
  ['empty', () => truncateSync(snapshot), REFUSED],
  ['cut off', () => truncateSync(snapshot, content.length >> 1), REFUSED],
  ['something else', () => writeFileSync(snapshot, 'no snapshot'), REFUSED],
  ['that of another version', () => writeFileSync(snapshot, changed(content.indexOf(process.versions.node))), REFUSED],
  ['damaged in the middle', () => writeFileSync(snapshot, changed(...middle())), REFUSED],
])('may be %s', async (_what, damage, said) => {
  try {
    damage();
    expect(await outcome()).toEqual({ ...WORKS, snapshot: false, said });
  } finally {
    writeFileSync(snapshot, content);
  }
});

it.skipIf(whyNoOtherUsers() !== null)('serves a user who may only read the installation', async () => {
  const found = (where: string, ...what: string[]): string => {
    const [file = '', ...words] = asUser(NOBODY, ['find', where, '!', '-type', 'l', ...what]);
    return execFileSync(file, words, { encoding: 'utf8' });
  };
  const prepare = ({ bin }: Product): void => void execFileSync('chmod', ['-R', 'a-w', join(bin, '..')]);
  const init = await SessionInit.start({ uid: NOBODY, jobs: JOBS, prepare });
  try {
    const installation = join(init.product.bin, '..');
    expect(found(installation, '(', '-writable', '-o', '!', '-readable', ')')).toBe('');
    expect(found(installation, '-name', basename(snapshot))).not.toBe('');
    expect((await init.run('start', 'web')).stdout).toEqual(WORKS.started);
    expect(ownerOf(daemonOf(init) as number)).toBe(NOBODY);
    expect(beganWithSnapshot(init)).toBe(true);
    expect(init.said).not.toEqual(REFUSED);
  } finally {
    await init.end();
    init.remove();
  }
});
