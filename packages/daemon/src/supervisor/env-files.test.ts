import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeText } from '@upstart/common';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import {
  EnvFiles,
  type EnvFilesOptions,
  MAX_ENV_FILE_BYTES,
  MAX_READING,
  PATIENCE_MS,
  type Variables,
  withVariables,
} from './env-files.ts';
import type { EnvFilesSpec } from './process-messages.ts';
import { CAN_LEASE, hang } from './testing/lease.ts';

/** What a slow machine reads late is good, and kept until the test asks for it. */
const PATIENT: EnvFilesOptions = { patienceMs: 3_600_000, keptMs: 3_600_000 };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function file(name: string, text: string | Buffer = ''): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The specification for files, by their paths; `-` in front: one may be missing. */
function specOf(paths: string[], key = 'web main'): EnvFilesSpec {
  const files = paths.map((path) => ({ path: path.replace(/^-/, ''), mayBeMissing: path.startsWith('-') }));
  return { files, fixed: [], key, isRetry: false };
}

/** Asks as the engine does: again and again. */
function retried(envFiles: EnvFiles, spec: EnvFilesSpec): Promise<Variables> {
  return eventually(() => envFiles.lookUp({ ...spec, isRetry: true }) ?? false);
}

function read(paths: string[], options: EnvFilesOptions = {}): Promise<Variables> {
  return retried(new EnvFiles({ ...PATIENT, ...options }), specOf(paths));
}

/** How many processes read this file, or any below the folder of the test. */
function readers(path = folder): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      return words[0] === 'cat' && words.some((word) => word.startsWith(path));
    } catch {
      return false;
    }
  }).length;
}

it('variables replace those before them, but none that is fixed', () => {
  const spec = { env: ['A=0', 'C=0', 'PATH=/bin'], envFiles: { files: [], fixed: ['C'] } };
  expect(withVariables(spec, ['A=1', 'B=1', 'C=1', 'B=2'])).toEqual(['A=1', 'C=0', 'PATH=/bin', 'B=2']);
});

describe('variables of files', () => {
  it('come in the order of the files', async () => {
    const paths = [file('one', 'A=1\nB=1\n'), file('two', 'B="2"\n')];
    expect(await read(paths)).toEqual({ variables: ['A=1', 'B=1', 'B=2'], refusal: null });
  });

  it('may be bytes of any encoding, and so may the path', async () => {
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/\\0 `), Buffer.from([0xff, 0x0a])]),
      Buffer.from([0x41, 0x3d, 0xff]),
    );
    const path = `${folder}/\\0 ${decodeText(Buffer.from([0xff]))}\n`;
    expect(await read([path])).toEqual({ variables: ['A=\udcff'], refusal: null });
    expect(await read([file("-it's $A\n", 'B=1')])).toEqual({ variables: ['B=1'], refusal: null });
  });

  it('may be missing where the stanza permits it', async () => {
    const paths = [`-${folder}/none`, `-${file('file')}/none`];
    expect(await read(paths)).toEqual({ variables: [], refusal: null });
  });

  it.each([
    ['a missing file', () => `${folder}/none`, { errno: 2, detail: '0' }],
    ['a folder', () => folder, { errno: 21, detail: '0' }],
    ['a folder that may be missing', () => `-${folder}`, { errno: 21, detail: '0' }],
    ['a device', () => '/dev/zero', { errno: 0, detail: '0 0 kind' }],
    ['a variable without a value', () => '$NONE/web', { errno: 0, detail: '0 0 path' }],
    ['a NUL', () => '/a\0b', { errno: 22, detail: '0' }],
    ['a faulty line', () => file('bad', 'A=1\nB\n'), { errno: 0, detail: '0 2 assignment' }],
    [
      'too large a file',
      () => file('large', `A=${'x'.repeat(MAX_ENV_FILE_BYTES - 1)}`),
      { errno: 0, detail: '0 0 large' },
    ],
  ])('cannot come from %s', async (_what, path, fault) => {
    expect(await read([path()])).toEqual({ variables: null, refusal: { step: 'env-file', ...fault } });
  });

  it('can be as large as is allowed', async () => {
    const { variables } = await read([file('large', `A=${'x'.repeat(MAX_ENV_FILE_BYTES - 2)}`)]);
    expect(variables?.[0]).toHaveLength(MAX_ENV_FILE_BYTES);
  });

  it('are not waited for at a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect((await read([join(folder, 'pipe')])).refusal).toMatchObject({ detail: '0 0 kind' });
  });

  it('name the second file by its place', async () => {
    const paths = [file('good'), file('bad', '\n\n1=1')];
    expect((await read(paths)).refusal?.detail).toBe('1 3 name');
  });

  it('need a shell, also where the file may be missing', async () => {
    const { refusal } = await read([`-${folder}/none`], { shell: join(folder, 'none') });
    expect(refusal).toEqual({ step: 'env-file', errno: 0, detail: '0 0 reader' });
  });

  it('are tried again when the machine has no process to read with', async () => {
    const { refusal } = await read([`-${folder}/none`], { shell: folder });
    expect(refusal).toEqual({ step: 'fork', errno: 13, detail: '' });
  });
});

describe('files are read', () => {
  it('once for a spawn, and again for the next one', async () => {
    const envFiles = new EnvFiles(PATIENT);
    const spec = specOf([file('one', 'A=1')]);
    expect(envFiles.lookUp(spec)).toBeNull();
    expect((await retried(envFiles, spec)).variables).toEqual(['A=1']);
    file('one', 'A=2');
    expect(envFiles.lookUp({ ...spec, isRetry: true })?.variables).toEqual(['A=1']);
    envFiles.forget(spec);
    expect((await retried(envFiles, spec)).variables).toEqual(['A=2']);
    file('one', 'A=3');
    expect(envFiles.lookUp(spec)).toBeNull();
    expect((await retried(envFiles, spec)).variables).toEqual(['A=3']);
  });

  it('when they have appeared', async () => {
    const envFiles = new EnvFiles(PATIENT);
    const spec = specOf([join(folder, 'one')]);
    expect((await retried(envFiles, spec)).refusal?.errno).toBe(2);
    file('one', 'A=1');
    envFiles.forget(spec);
    expect((await retried(envFiles, spec)).variables).toEqual(['A=1']);
  });

  it('for many processes, a few at a time', async () => {
    const envFiles = new EnvFiles(PATIENT);
    const specs = Array.from({ length: 100 }, (_, i) => specOf([file(`f${i}`, `A=${i}`)], `job${i}`));
    for (const spec of specs) expect(envFiles.lookUp(spec)).toBeNull();
    for (const [i, spec] of specs.entries()) {
      expect((await retried(envFiles, spec)).variables).toEqual([`A=${i}`]);
    }
  });

  it('again, if a spawn has not asked for them', async () => {
    const envFiles = new EnvFiles({ ...PATIENT, keptMs: 0 });
    const spec = specOf([file('one', 'A=1')]);
    envFiles.lookUp(spec);
    // Known for a moment, then unknown: a retry begins to read again.
    await eventually(() => envFiles.lookUp({ ...spec, isRetry: true }) !== null);
    await eventually(() => envFiles.lookUp({ ...spec, isRetry: true }) === null);
  });
});

/** Has the time pass by hand: a slow machine may take longer to read a good file than a test can wait for a bad one. */
function withoutClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

it('files that have answered while this process stood still are not late', async () => {
  withoutClock();
  const envFiles = new EnvFiles();
  const spec = specOf([file('one', 'A=1')]);
  envFiles.lookUp(spec);
  // A timer that is due goes off before what has come meanwhile is read.
  vi.advanceTimersToNextTimer();
  expect((await retried(envFiles, spec)).variables).toEqual(['A=1']);
});

describe.runIf(CAN_LEASE)('a file that cannot be read, as its file system hangs,', () => {
  it('is given up after a while, and named', async () => {
    const [good, bad] = [file('good'), file('bad')];
    await hang(bad);
    withoutClock();
    const envFiles = new EnvFiles();
    const spec = specOf([good, bad]);
    expect(envFiles.lookUp(spec)).toBeNull();
    await eventually(() => readers(bad) === 1);
    vi.advanceTimersByTime(PATIENCE_MS - 1);
    expect(envFiles.lookUp({ ...spec, isRetry: true })).toBeNull();
    vi.advanceTimersByTime(1);
    const { refusal } = await retried(envFiles, spec);
    expect(refusal).toEqual({ step: 'env-file', errno: 0, detail: '1 0 late' });
    await eventually(() => readers() === 0);
  });

  it('is read when it answers', async () => {
    const path = file('slow', 'A=1');
    const letGo = await hang(path);
    const envFiles = new EnvFiles(PATIENT);
    const spec = specOf([path]);
    expect(envFiles.lookUp(spec)).toBeNull();
    await eventually(() => readers() === 1);
    expect(envFiles.lookUp({ ...spec, isRetry: true })).toBeNull();
    letGo();
    expect((await retried(envFiles, spec)).variables).toEqual(['A=1']);
  });

  it('is left alone as soon as nobody wants it', async () => {
    const path = file('hangs', 'A=1');
    await hang(path);
    const envFiles = new EnvFiles(PATIENT);
    envFiles.lookUp(specOf([path]));
    await eventually(() => readers() === 1);
    envFiles.forget(specOf([path]));
    await eventually(() => readers() === 0);
  });

  it('keeps no other one from being read', async () => {
    const path = file('hangs');
    await hang(path);
    withoutClock();
    const envFiles = new EnvFiles();
    const hung = Array.from({ length: MAX_READING + 1 }, (_, i) => specOf([path], `hung${i}`));
    for (const spec of hung) envFiles.lookUp(spec);
    const good = specOf([file('good', 'A=1')]);
    expect(envFiles.lookUp(good)).toBeNull();
    await eventually(() => readers() === MAX_READING);
    vi.advanceTimersByTime(PATIENCE_MS);
    expect((await retried(envFiles, good)).variables).toEqual(['A=1']);
    vi.advanceTimersByTime(PATIENCE_MS);
    for (const spec of hung) expect((await retried(envFiles, spec)).refusal?.detail).toBe('0 0 late');
  });
});
