/** The packages for npm: installed in an empty folder without a network, they run a session. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../scripts/version.mjs';
import { eventually } from '../eventually.ts';
import { missingPrograms } from '../programs.ts';
import { ROOT } from '../session/product.ts';
import { folder, pack, sums, TOP } from './packing.ts';

const output = join(TOP, 'packages');
const place = folder('place');
const bin = join(place, 'node_modules/.bin');

describe.skipIf(missingPrograms(['npm']).length > 0)('packages for npm (skipped without npm)', () => {
  beforeAll(() => {
    expect(pack('022', ['--output', output, 'npm'])).toMatchObject({ status: 0, stderr: '' });
    const files = readdirSync(output).map((name) => join(output, name));
    const words = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', place, ...files];
    const env = { ...process.env, npm_config_cache: folder('cache') };
    expect(spawnSync('npm', words, { env, encoding: 'utf8' })).toMatchObject({ status: 0 });
  });

  test('one for the client, one for the tool, one for its programs; the same bytes when they are made again', () => {
    expect(readdirSync(output).sort()).toEqual([
      `upstart-client-${VERSION}.tgz`,
      `upstart-upstart-${VERSION}.tgz`,
      `upstart-upstart-linux-${process.arch}-${VERSION}.tgz`,
    ]);
    const again = join(TOP, 'again');
    expect(pack('077', ['--output', again, 'npm'], { TZ: 'Asia/Tokyo', LC_ALL: 'C' }).status).toBe(0);
    expect(sums(again)).toEqual(sums(output));
  });

  test('the commands run, and the examples as a session, which the client talks to', async () => {
    const version = spawnSync(join(bin, 'upstart'), ['--version'], { encoding: 'utf8' });
    expect(version).toMatchObject({ status: 0, stdout: expect.stringContaining(VERSION) });
    const temporary = folder('tmp');
    const init = spawn(join(bin, 'upstart-examples'), [], {
      env: { PATH: process.env.PATH, HOME: folder('home'), TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(init, 'exit');
    let said = '';
    init.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    try {
      await eventually('it says how to talk to it', () => /XDG_RUNTIME_DIR=\S+ PATH/.test(said));
      const env = { ...process.env, XDG_RUNTIME_DIR: /XDG_RUNTIME_DIR=(\S+) /.exec(said)?.[1], HOME: place };
      const command = (...words: string[]) =>
        spawnSync(join(bin, 'initctl'), ['--user', ...words], { env, encoding: 'utf8' }).stdout;
      await eventually('a job of the examples runs', () => / start\/running/.test(command('list')));
      const path = [bin, process.env.PATH].join(':');
      const doctor = spawnSync(join(bin, 'upstart'), ['--user', 'doctor'], {
        env: { ...env, PATH: path },
        encoding: 'utf8',
      });
      expect(doctor.stdout).toMatch(/^ok +path +upstart and initctl on the PATH are those of this installation$/m);
      const program = `import { connect } from '@upstart/client';
        const client = await connect({ scope: 'user' });
        console.log((await client.call('config', { job: 'web' })).map(({ job }) => job).join());
        client.close();`;
      writeFileSync(join(place, 'ask.mjs'), program);
      const asked = spawnSync(process.execPath, [join(place, 'ask.mjs')], { env, encoding: 'utf8' });
      expect(asked).toMatchObject({ status: 0, stdout: 'web\n' });
    } finally {
      init.kill('SIGTERM');
      await ended;
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('the client has types', () => {
    const program = `import { connect, type Scope } from '@upstart/client';
      const scope: Scope = 'user';
      const client = await connect({ scope });
      const configs: string[] = (await client.call('config', { job: null })).map(({ path }) => path);
      // @ts-expect-error: there is no such method.
      await client.call('fly', {});
      console.log(configs, client.hello.pid);`;
    writeFileSync(join(place, 'typed.mts'), program);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    const words = [
      tsc,
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--module',
      'NodeNext',
      '--target',
      'ES2023',
      ...types,
    ];
    expect(spawnSync(process.execPath, [...words, join(place, 'typed.mts')], { encoding: 'utf8' }).stdout).toBe('');
    expect(existsSync(join(place, 'node_modules/@upstart/client/types/common/src/index.d.ts'))).toBe(true);
  });
});
