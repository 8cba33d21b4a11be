import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SpawnSpec } from './process-messages.ts';
import { compileInit, compileNotifySend } from './testing/compile.ts';
import { type Daemon, eventually, Init, processExists, textOf } from './testing/init.ts';

const program = compileInit();

/** Where hierarchies are mounted, by a controller or `name=…` of version 1, and as `unified`. */
function hierarchies(): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of textOf('/proc/self/mountinfo').split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    const point = front.split(' ')[4];
    const [type, , options = ''] = back.split(' ');
    if (!point || !type?.startsWith('cgroup')) continue;
    for (const name of type === 'cgroup2' ? ['unified'] : options.split(',')) found.set(name, point);
  }
  return found;
}

const mounted = hierarchies();
const TOP = `upstart-test-${process.pid}`;
const ENOENT = 2;

/** A group of the test's own, in which init runs; '' where none can be made. */
function makeTop(hierarchy: string): string {
  const point = mounted.get(hierarchy);
  if (process.getuid?.() !== 0 || !point) return '';
  try {
    mkdirSync(join(point, TOP));
    return join(point, TOP);
  } catch {
    return '';
  }
}

function isRemoved(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}

/** An init in the group `top`, for which the hierarchy `hidden` is not there. */
async function started(top: string, hidden?: string): Promise<{ init: Init; daemon: Daemon }> {
  onTestFinished(async () => {
    // The kernel holds a group for a moment after its last process has gone.
    await eventually(() => isRemoved(top));
  });
  const enter = `echo $$ > ${top}/cgroup.procs; ${hidden ? `umount -l ${hidden};` : ''} exec "$@"`;
  const init = Init.start(program, { through: ['unshare', '-m', '/bin/sh', '-c', enter, 'sh'] });
  return { init, daemon: await init.daemon() };
}

const pidsStanza = (name: string, key: string | null, value: string | null): Partial<SpawnSpec> => ({
  cgroups: [{ controller: 'pids', name, key, value }],
});

describe('what a stanza asks for', () => {
  let top = '';
  beforeAll(() => {
    top = makeTop('pids');
    if (top) rmdirSync(top);
  });

  async function inTop(): Promise<Daemon> {
    top = makeTop('pids');
    return (await started(top)).daemon;
  }

  test('a group is made, set up, entered and removed', async ({ skip }) => {
    skip(top === '', 'there is no hierarchy of version 1 for pids that can be written to');
    const daemon = await inTop();
    daemon.shell(1, 'exec sleep 1000', pidsStanza('upstart/web', 'max', '7'));
    const { pid } = await daemon.report('spawned', 1);
    await daemon.report('execed', 1);
    const group = join(top, 'upstart/web');
    expect(textOf(join(group, 'pids.max')).trim()).toBe('7');
    expect(textOf(join(group, 'cgroup.procs')).trim()).toBe(String(pid));
    expect(textOf(`/proc/${pid}/cgroup`)).toContain(`pids:/${TOP}/upstart/web\n`);
    process.kill(pid, 'SIGKILL');
    await daemon.report('exited', 1);
    // At once, unless the kernel holds it for a moment still.
    await eventually(() => !existsSync(dirname(group)));
  });

  test('it holds in a chroot and for another user, who may use it further', async ({ skip }) => {
    skip(top === '', 'there is no hierarchy of version 1 for pids that can be written to');
    const daemon = await inTop();
    const whom = { chroot: '/', user: 'nobody' };
    daemon.shell(1, 'exec sleep 1000', { ...pidsStanza('upstart/web', 'pids.max', '9'), ...whom });
    const { pid } = await daemon.report('spawned', 1);
    await daemon.report('execed', 1);
    const group = join(top, 'upstart/web');
    expect(textOf(join(group, 'cgroup.procs')).trim()).toBe(String(pid));
    for (const name of ['', 'cgroup.procs', 'tasks']) expect(statSync(join(group, name)).uid).toBe(65534);
    expect(statSync(join(group, 'pids.max')).uid).toBe(0);
    process.kill(pid, 'SIGKILL');
    await daemon.report('exited', 1);
  });

  test('messages of processes in the group of a job are heard, even if they have left its session', async ({
    skip,
  }) => {
    skip(top === '', 'there is no hierarchy of version 1 for pids that can be written to');
    const daemon = await inTop();
    const spec = { ...pidsStanza('upstart/web', null, null), env: ['PATH=/usr/bin:/bin', 'NOTIFY_SOCKET=@'] };
    const text = `setsid ${compileNotifySend()} -w X & exec sleep 1000`;
    daemon.shell(1, text, { ...spec, notify: { access: 'all', ownGroups: true } });
    daemon.shell(2, text, { ...spec, notify: { access: 'all', ownGroups: false } });
    expect(await daemon.report('notified', 1)).toMatchObject({ errno: 0, detail: 'X' });
    expect(await daemon.report('notified', 2)).toMatchObject({ errno: 1 });
  });

  test('a group is shared by the processes of a job, and goes with the last of what is in it', async ({ skip }) => {
    skip(top === '', 'there is no hierarchy of version 1 for pids that can be written to');
    const daemon = await inTop();
    const stanza = pidsStanza('upstart/web', null, null);
    daemon.shell(1, 'exec sleep 1000', stanza);
    await daemon.report('execed', 1);
    daemon.shell(2, 'setsid sleep 1000 & echo $! > /dev/null', stanza);
    await daemon.report('exited', 2);
    const group = join(top, 'upstart/web');
    const pids = () => textOf(join(group, 'cgroup.procs')).trim().split('\n').map(Number);
    expect(pids()).toHaveLength(2);
    process.kill((await daemon.report('spawned', 1)).pid, 'SIGKILL');
    await daemon.report('exited', 1);
    const [survivor] = pids();
    expect(existsSync(group)).toBe(true);
    process.kill(survivor!, 'SIGKILL');
    await eventually(() => !existsSync(dirname(group)));
  });

  test('failures', async ({ skip }) => {
    skip(top === '', 'there is no hierarchy of version 1 for pids that can be written to');
    const daemon = await inTop();
    const cases: [spec: Partial<SpawnSpec>, errno: number][] = [
      [{ cgroups: [{ controller: 'nonesuch', name: 'x', key: null, value: null }] }, ENOENT],
      [pidsStanza('', null, null), 22],
      [pidsStanza('../x', null, null), 22],
      [pidsStanza('/x', null, null), 22],
      [pidsStanza('x//y', null, null), 22],
      [pidsStanza('x', 'max', 'many'), 22],
      [pidsStanza('x', 'nonesuch', '1'), 2],
      [pidsStanza('x', '../../max', '1'), 22],
    ];
    for (const [i, [spec, errno]] of cases.entries()) {
      daemon.spawn(i + 1, spec);
      expect([i, await daemon.report('spawn-failed', i + 1)]).toMatchObject([i, { step: 'cgroup-setup', errno }]);
    }
    daemon.spawn(100, { cgroups: [{ controller: 'pids', name: 'full', key: 'max', value: '0' }] });
    expect((await daemon.report('exited', 100)).code).toBe(0);
    await eventually(() => readdirSync(top).every((name) => !statSync(join(top, name)).isDirectory()));
  });
});

describe.each(['unified', 'name=systemd'])('the group of a job, in %s', (hierarchy) => {
  test('ends what the job has left behind, and says how much that was', async ({ skip }) => {
    const top = makeTop(hierarchy);
    skip(top === '', 'there is no such hierarchy that can be written to');
    const hidden = hierarchy === 'unified' ? undefined : mounted.get('unified');
    const { init, daemon } = await started(top, hidden);
    const note = join(init.folder, 'pids');
    const leave = `for i in 1 2 3; do setsid sleep 1000 & echo $! >> ${note}; done; exit 0`;
    daemon.shell(1, leave, { jobCgroup: 'upstart/web' });
    daemon.shell(2, 'exec sleep 1000', { jobCgroup: 'upstart/other' });
    await daemon.report('exited', 1);
    const left = textOf(note).trim().split('\n').map(Number);
    expect(left.every(processExists)).toBe(true);
    const group = join(top, `upstart-${init.pid}`, 'web');
    expect(textOf(join(group, 'cgroup.procs')).trim().split('\n')).toHaveLength(3);
    daemon.send({ type: 'kill-cgroup', id: 3, cgroup: 'upstart/web' });
    expect(daemon.said).toEqual(['web left 3 processes behind, which have been killed']);
    await eventually(() => !left.some(processExists) && !existsSync(group));
    daemon.send({ type: 'kill-cgroup', id: 4, cgroup: 'upstart/web' });
    daemon.shell(5, 'true');
    await daemon.report('exited', 5);
    expect(daemon.said).toHaveLength(1);
    expect(processExists((await daemon.report('spawned', 2)).pid)).toBe(true);
  });
});
