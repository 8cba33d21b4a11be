/** Checks of `upstart doctor` that need no init. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { VERSION } from '@upstart/common';
import type { JobConfig } from '@upstart/protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Check, Finding, InitFound, Patient } from './finding.ts';
import { init } from './init.ts';
import { jobs } from './jobs.ts';
import { logs } from './logs.ts';
import { parts } from './parts.ts';
import { path } from './path.ts';
import { sockets } from './sockets.ts';
import { spaceFindings } from './space.ts';

const TOP = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(TOP, { recursive: true }));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(TOP, 'case-'));
});

const patient = (fields: Partial<Patient>): Patient => ({
  ...{ env: {}, session: true, folder: null, init: null, silence: 'Connection refused' },
  lib: join(folder, 'lib/upstart'),
  ...fields,
});

const found = async (check: Check, fields: Partial<Patient>): Promise<Finding[]> => check.run(patient(fields));
const statuses = async (check: Check, fields: Partial<Patient>): Promise<string[]> =>
  (await found(check, fields)).map(({ status }) => status);

function put(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

/** An installation of this version; `version` is that of its initctl. */
function install(version = VERSION): void {
  for (const name of [
    'core.js',
    'daemon.js',
    'daemon-main.js',
    'commands.js',
    'ctl.js',
    'ctl.cjs',
    'convert.cjs',
    'dbus.cjs',
    'log-shipper.js',
    'probes.cjs',
    'return-memory.node',
  ])
    put(`lib/upstart/${name}`, '');
  for (const name of ['logger', 'conf-watch', 'unconnected-socket', 'peer-door', 'unix-datagram'])
    put(`lib/upstart/${name}`, '');
  put('sbin/upstart', `#!/bin/sh\necho 'init (upstart ${VERSION})'\n`);
  put('sbin/initctl', `#!/bin/sh\necho 'initctl (upstart ${version})'\n`);
}

describe('parts', () => {
  it('are all there, and of one version', async () => {
    install();
    expect(await statuses(parts, {})).toEqual(['ok']);
  });

  it('that are missing, broken or of another version are named', async () => {
    install('1.2.3');
    rmSync(join(folder, 'lib/upstart/logger'));
    put('sbin/upstart', '#!/bin/sh\nexit 1\n');
    expect((await found(parts, {})).map(({ text }) => text.replaceAll(`${folder}/`, ''))).toEqual([
      `sbin/upstart is broken, the rest of version ${VERSION}`,
      `sbin/initctl is of version 1.2.3, the rest of version ${VERSION}`,
      'lib/upstart/logger is missing',
    ]);
  });
});

describe('the PATH', () => {
  const at = (...names: string[]) => ({ env: { PATH: names.map((name) => join(folder, name)).join(':') } });

  it('leads to this installation, also by links', async () => {
    install();
    mkdirSync(join(folder, 'bin'));
    for (const name of ['upstart', 'initctl']) symlinkSync(`../sbin/${name}`, join(folder, 'bin', name));
    expect(await statuses(path, at('bin'))).toEqual(['ok']);
    expect(await statuses(path, at('none'))).toEqual(['warning', 'warning']);
  });

  it('may lead to another one first', async () => {
    install();
    put('other/sbin/initctl', '');
    const [finding, ...others] = await found(path, at('other/sbin', 'sbin'));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      status: 'warning',
      text: `initctl on the PATH is ${join(folder, 'other/sbin/initctl')}, of another installation`,
      advice: `put ${join(folder, 'sbin')} before ${join(folder, 'other/sbin')} in PATH`,
    });
  });
});

const running = (fields: Partial<InitFound>): InitFound => ({
  ...{ pid: process.pid, version: VERSION, configs: [], broken: [] },
  ...fields,
});

describe('init', () => {
  it('that does not answer is a problem of a session', async () => {
    expect(await found(init, {})).toMatchObject([{ status: 'problem', advice: 'start one: upstart --user' }]);
  });

  it('of another version is to be replaced', async () => {
    const [first] = await found(init, { init: running({ version: '1.2.3' }) });
    expect(first).toMatchObject({ status: 'warning', advice: expect.stringContaining(`kill -TERM ${process.pid}`) });
    const [second] = await found(init, { init: running({ version: '1.2.3' }), session: false });
    expect(second).toMatchObject({ advice: expect.stringContaining('telinit u') });
  });
});

describe('jobs', () => {
  const config = (job: string, text: string, fields: Partial<JobConfig> = {}): JobConfig => ({
    ...{ job, path: put(`${job}.conf`, text), description: '', author: '', version: '', usage: null, emits: [] },
    ...{ startOn: null, stopOn: null },
    ...fields,
  });

  it('execute programs that are there', async () => {
    const configs = [config('good', 'exec /bin/sh -c true\n'), config('script', 'script\n/none\nend script\n')];
    expect(await statuses(jobs, { init: running({ configs }) })).toEqual(['ok']);
    const lost = config('lost', 'pre-start exec /none/at/all -x\nexec sh\n');
    expect(await found(jobs, { init: running({ configs: [lost] }) })).toMatchObject([
      { status: 'warning', text: 'lost executes /none/at/all, which is not there' },
    ]);
    const inside = config('inside', 'chroot /none\nexec /none/at/all\n');
    expect(await statuses(jobs, { init: running({ configs: [inside] }) })).toEqual(['ok']);
  });

  it('may wait for events of init that 1.13.2 does not have', async () => {
    const startOn = { op: 'event', name: 'flapping', args: [] } as unknown as NonNullable<JobConfig['startOn']>;
    const waits = config('waits', 'exec sh\n', { startOn });
    expect(await statuses(jobs, { init: running({ configs: [waits] }) })).toEqual(['ok']);
  });

  it('wait for events that something emits', async () => {
    const startOn = { op: 'event', name: 'up', args: [] } as unknown as NonNullable<JobConfig['startOn']>;
    const waits = config('waits', 'exec sh\n', { startOn });
    expect(await found(jobs, { init: running({ configs: [waits] }) })).toMatchObject([
      { status: 'warning', text: 'waits waits for what nothing emits: start on: unknown event up' },
    ]);
    const emits = config('emits', 'exec sh\n', { emits: ['u*'] });
    expect(await statuses(jobs, { init: running({ configs: [waits, emits] }) })).toEqual(['ok']);
  });

  it('have files that can be parsed', async () => {
    const broken = [
      { path: join(folder, 'c.conf'), line: 1, text: 'Unknown stanza' },
    ] as unknown as InitFound['broken'];
    expect(await found(jobs, { init: running({ broken }) })).toMatchObject([{ status: 'problem' }]);
  });
});

it('files of sessions that have ended are named', async () => {
  const env = { XDG_RUNTIME_DIR: folder };
  put(`upstart/sessions/${process.pid}.session`, '');
  expect(await statuses(sockets, { env })).toEqual(['ok']);
  const stale = put(`upstart/sessions/${2 ** 30}.session`, '');
  expect(await found(sockets, { env })).toMatchObject([{ status: 'warning', advice: `rm ${stale}` }]);
});

it('a folder that is not there cannot be written', () => {
  expect(spaceFindings('the folder', folder, 'harm')).toMatchObject([{ text: expect.stringContaining('MiB left') }]);
  expect(spaceFindings('the folder', join(folder, 'none'), 'harm')).toMatchObject([
    { status: 'problem', text: expect.stringContaining('No such file or directory') },
  ]);
});

describe('logs', () => {
  const running = { pid: 1, version: VERSION, configs: [], broken: [] };

  it('are looked for where init says that it writes them', async () => {
    const [finding] = await found(logs, { init: { ...running, logFolder: folder } });
    expect(finding?.text).toContain(`the folder of logs ${folder} has `);
    expect(await found(logs, { init: { ...running, logFolder: join(folder, 'none') } })).toMatchObject([
      { status: 'problem', text: expect.stringContaining('No such file or directory') },
    ]);
    expect(await statuses(logs, { init: { ...running, logFolder: null } })).toEqual(['ok']);
  });

  it('are looked for in the usual place otherwise', async () => {
    mkdirSync(join(folder, 'cache/upstart'), { recursive: true });
    const [finding] = await found(logs, { init: running, env: { XDG_CACHE_HOME: join(folder, 'cache') } });
    expect(finding?.text).toContain(join(folder, 'cache/upstart'));
  });
});
