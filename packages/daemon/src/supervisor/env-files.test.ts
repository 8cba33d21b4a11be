import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { MAX_ENV_FILE_BYTES, withEnvFiles } from './env-files.ts';
import { SPEC } from './testing/init.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** The result of an environment and files, by their paths; `-` in front: one may be missing. */
function read(env: string[], paths: string[], fixed: string[] = []) {
  const files = paths.map((path) => ({ path: path.replace(/^-/, ''), mayBeMissing: path.startsWith('-') }));
  return withEnvFiles({ ...SPEC, env, envFiles: { files, fixed } });
}

function file(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('variables of files', () => {
  it('replace those before them, but none that is fixed', () => {
    const one = file('one', 'A=1\nB=1\nC=1\n');
    const two = file('two', 'B="2"\n');
    const { env } = read(['A=0', 'C=0', 'PATH=/bin'], [one, two], ['C']);
    expect(env).toEqual(['A=1', 'C=0', 'PATH=/bin', 'B=2']);
  });

  it('may be bytes of any encoding', () => {
    expect(read([], [file('bytes', Buffer.from([0x41, 0x3d, 0xff]))]).env).toEqual(['A=\udcff']);
  });

  it('may be missing where the stanza permits it', () => {
    expect(read(['A=0'], [`-${folder}/none`, `-${folder}/none/none`])).toEqual({ env: ['A=0'], refusal: null });
  });

  it.each([
    ['a missing file', () => `${folder}/none`, { errno: 2, detail: '0' }],
    ['a folder', () => folder, { errno: 21, detail: '0' }],
    ['a device', () => '/dev/zero', { errno: 0, detail: '0 0 kind' }],
    ['a variable without a value', () => '$NONE/web', { errno: 0, detail: '0 0 path' }],
    ['a faulty line', () => file('bad', 'A=1\nB\n'), { errno: 0, detail: '0 2 assignment' }],
    [
      'too large a file',
      () => file('large', `A=${'x'.repeat(MAX_ENV_FILE_BYTES - 1)}`),
      { errno: 0, detail: '0 0 large' },
    ],
  ])('cannot come from %s', (_what, path, fault) => {
    expect(read([], [path()])).toEqual({ env: null, refusal: { step: 'env-file', ...fault } });
  });

  it('can be as large as is allowed', () => {
    const { env } = read([], [file('large', `A=${'x'.repeat(MAX_ENV_FILE_BYTES - 2)}`)]);
    expect(env?.[0]).toHaveLength(MAX_ENV_FILE_BYTES);
  });

  it('are not waited for at a pipe', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(read([], [join(folder, 'pipe')]).refusal).toMatchObject({ detail: '0 0 kind' });
  });

  it('name the second file by its place', () => {
    const paths = [file('good', ''), file('bad', '\n\n1=1')];
    expect(read([], paths).refusal?.detail).toBe('1 3 name');
  });
});
