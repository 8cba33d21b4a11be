import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { Identities } from '../identity/identities.ts';
import { AS_INIT } from '../identity/resolve.ts';
import { EnvFiles } from './env-files.ts';
import { encodeCommand, encodeImpossible } from './frame-encoder.ts';
import { Preparation } from './preparation.ts';
import { type Exited, type Report, SPAWN_AWAITED, type SpawnSpec } from './process-messages.ts';
import { SPEC } from './testing/init.ts';

let folder = '';
let identities: Identities;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'preparation-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  passwd(5);
  identities = new Identities({ folder, rights: { privileged: true, gid: 0 }, patienceMs: PATIENCE_MS });
});

function passwd(uid: number): void {
  writeFileSync(join(folder, 'passwd'), `web:x:${uid}:6:\n`);
}

/** No file is read too late. */
const PATIENCE_MS = 3_600_000;
const preparation = (): Preparation =>
  new Preparation(process.pid, { identities, envFiles: new EnvFiles({ patienceMs: PATIENCE_MS }) });

function spawn(it: Preparation, id: number, changes: Partial<SpawnSpec>): Buffer | null {
  return it.frame({ type: 'spawn', id, spec: { ...SPEC, ...changes } });
}

function spawnFrame(id: number, changes: Partial<SpawnSpec>, uid: number | null): Buffer {
  const identity = uid === null ? AS_INIT : { ...AS_INIT, uid, gid: 6 };
  const setup = { identity, entrance: { files: [], jobFile: null }, refusal: null };
  return encodeCommand({ type: 'spawn', id, spec: { ...SPEC, ...changes } }, setup);
}

const order = (id: number, process: number) => ({ type: 'standing-order', id, process }) as const;

function ended(process: number, order?: number): Report {
  const usage = { user: 0, system: 0, maxRss: 0 };
  const exited: Exited = { type: 'exited', process, pid: 1, code: 0, signal: 0, core: false, usage };
  return { seq: 1, ...exited, ...(order === undefined ? {} : { standingOrder: order }) };
}

describe('a spawn', () => {
  it('has numbers for names', () => {
    expect(spawn(preparation(), 1, { user: 'web' })).toEqual(spawnFrame(1, { user: 'web' }, 5));
    expect(spawn(preparation(), 1, {})).toEqual(spawnFrame(1, {}, null));
  });

  it('is one that is not carried out while whom it runs as is asked for', async () => {
    const it = preparation();
    const spec = { user: 'web', group: null, chroot: folder };
    expect(spawn(it, 1, spec)).toEqual(encodeImpossible(1, SPAWN_AWAITED));
    await eventually(() => identities.lookUp(spec));
    const refusal = { step: 'setuid-lookup', errno: 0, detail: '' } as const;
    const setup = { identity: AS_INIT, entrance: { files: [], jobFile: null }, refusal };
    expect(spawn(it, 2, spec)).toEqual(encodeCommand({ type: 'spawn', id: 2, spec: { ...SPEC, ...spec } }, setup));
  });

  it('is one that is not carried out while its files are read', async () => {
    const it = preparation();
    writeFileSync(join(folder, 'env'), 'A=1\n');
    const envFiles = {
      files: [{ path: join(folder, 'env'), mayBeMissing: false }],
      fixed: [],
      key: 'x',
      isRetry: false,
    };
    const spec = { user: 'web', env: ['B=2'] };
    expect(spawn(it, 1, { ...spec, envFiles })).toEqual(encodeImpossible(1, SPAWN_AWAITED));
    const again = { ...spec, envFiles: { ...envFiles, isRetry: true } };
    const awaited = encodeImpossible(2, SPAWN_AWAITED);
    const frame = await eventually(() => {
      const got = spawn(it, 2, again);
      return got && !got.equals(awaited) && got;
    });
    expect(frame).toEqual(spawnFrame(2, { ...spec, env: ['B=2', 'A=1'] }, 5));
  });

  it('fails where its control groups cannot be made', () => {
    const cgroups = [{ controller: 'nonesuch', name: 'x', key: null, value: null }];
    const refusal = { step: 'cgroup-setup', errno: 2, detail: '' } as const;
    const setup = { identity: AS_INIT, entrance: { files: [], jobFile: null }, refusal };
    const spec = { ...SPEC, cgroups };
    expect(spawn(preparation(), 1, { cgroups })).toEqual(encodeCommand({ type: 'spawn', id: 1, spec }, setup));
  });
});

describe('a standing order', () => {
  it('is given as long as the numbers of its process are those of the files', async () => {
    const it = preparation();
    spawn(it, 1, { user: 'web', orderable: true });
    expect(it.frame(order(2, 1))).toEqual(encodeCommand(order(2, 1)));
    it.reported(ended(1, 2));
    expect(it.frame(order(3, 2))).toEqual(encodeCommand(order(3, 2)));
    passwd(50);
    await Promise.resolve();
    it.reported(ended(2, 3));
    expect(it.frame(order(4, 3))).toBeNull();
    it.reported(ended(3));
    spawn(it, 5, { user: 'web', orderable: true });
    expect(it.frame(order(6, 5))).toEqual(encodeCommand(order(6, 5)));
  });

  it('is always given for what runs as init', async () => {
    const it = preparation();
    spawn(it, 1, { orderable: true });
    passwd(50);
    await Promise.resolve();
    expect(it.frame(order(2, 1))).toEqual(encodeCommand(order(2, 1)));
  });

  it('is not given for a process of another daemon’s, whose numbers are not known', () => {
    const it = preparation();
    it.resume([
      { token: 1, spec: { ...SPEC, user: 'web' } },
      { token: 2, spec: SPEC },
    ]);
    expect(it.frame(order(3, 1))).toBeNull();
    expect(it.frame(order(4, 2))).toEqual(encodeCommand(order(4, 2)));
  });
});

it('a command that the daemon carries out by itself is not sent', () => {
  expect(preparation().frame({ type: 'kill-cgroup', id: 1, cgroup: 'upstart/none' })).toBeNull();
});
