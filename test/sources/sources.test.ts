/** Sources of events in a session: init starts them for the jobs that need them, and nothing is lost when a part of it dies. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { MAX_IN_FLIGHT } from '../../packages/bridge/src/emitter.ts';
import { commandLineOf, isRunning, processesWith, signal } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { missingPrograms } from '../programs.ts';

const CONNECTIONS = 1000;
/** So many files' events are behind the kernel's queue. */
const IN_THE_PIPE = 4000;
/** So many files appear at once. */
const BURST = 200;
/** So many clients ask at a time. */
const LANES = 4;
/** After so many connections a server ends. */
const SERVED = 50;

let session: SessionInit;
afterEach(async () => {
  await session?.end();
  session?.remove();
});

const ours = (name: RegExp): number[] =>
  processesWith(`HOME=${session.home}`).filter((pid) => name.test(commandLineOf(pid)));
const daemons = (): number[] => ours(/daemon\.(js|snapshot)/);
const bridges = (): number[] => ours(/bridge\.js/);

/** What the source of files keeps for the next one; '' where it keeps nothing. */
function remembered(): string {
  const names = readdirSync(session.runtime, { recursive: true, encoding: 'utf8' });
  const name = names.find((each) => each.endsWith('/files.json'));
  return name === undefined ? '' : readFileSync(join(session.runtime, name), 'utf8');
}

const sources = async (): Promise<string> => (await session.run('upstart', 'doctor')).stdout;

async function kill(find: () => number[]): Promise<void> {
  const [pid] = await eventually('it runs', () => (find().length > 0 ? find() : null));
  signal(pid as number, 'SIGKILL');
}

test('nothing is started where no job needs a source, and one program for all that do', async () => {
  session = await SessionInit.start({ jobs: { plain: 'start on startup\nexec sleep 1000\n' } });
  expect(bridges()).toEqual([]);
  const folder = join(session.home, 'watched');
  mkdirSync(folder);
  const out = join(session.home, 'out');
  writeFileSync(out, '');
  session.job('drop', `start on file FILE=${folder}/*.x EVENT=create\ntask\nexec sh -c 'echo $MATCH >> ${out}'\n`);
  session.job('tick', `start on timer EVERY=1s\ntask\nexec sh -c 'echo tick >> ${out}'\n`);
  await eventually('the timer runs', () => readFileSync(out, 'utf8').includes('tick'));
  // A program that it is about to run is still a copy of it.
  const [bridge] = await eventually('one runs', () => bridges().length === 1 && bridges());
  writeFileSync(join(folder, '1.x'), '');
  await eventually('the file is noticed', () => readFileSync(out, 'utf8').includes('/1.x'));
  // An event that comes while a task runs does not start it again.
  await eventually('it has ended', async () => (await session.run('status', 'drop')).stdout === 'drop stop/waiting\n');
  await kill(daemons);
  writeFileSync(join(folder, '2.x'), '');
  await eventually('the next file, too', () => readFileSync(out, 'utf8').includes('/2.x'));
  await eventually('it runs alone', () => bridges().join() === String(bridge));
  expect(await sources()).not.toContain('problem  sources');
  signal(bridge as number, 'SIGKILL');
  await eventually('another one runs', () => bridges().length === 1 && bridges()[0] !== bridge);
});

test('a source that is killed repeats nothing that init has taken, and loses nothing', async () => {
  session = await SessionInit.start();
  const folder = join(session.home, 'watched');
  mkdirSync(folder);
  const out = join(session.home, 'out');
  writeFileSync(out, '');
  const job = (name: string, event: string): void =>
    session.job(
      name,
      `start on file FILE=${folder}/*.x EVENT=${event}\ninstance $MATCH\ntask\nexec sh -c 'echo ${name} \${MATCH##*/} >> ${out}'\n`,
    );
  const make = (name: string): void => writeFileSync(join(folder, `${name}.x`), '');
  const lines = (): string[] => readFileSync(out, 'utf8').trimEnd().split('\n').sort();
  const has = (...wanted: string[]): Promise<unknown> =>
    eventually(`there is ${wanted}`, () => wanted.every((line) => lines().includes(line)));
  make('1');
  job('come', 'create');
  job('go', 'delete');
  await has('come 1.x');
  make('2');
  await has('come 2.x');
  // What init has taken counts once the source has the answer.
  await eventually('the source remembers both, and both jobs', () => {
    const kept = remembered();
    return kept.includes('/1.x"') && kept.includes('/2.x"') && kept.split('["job",').length === 3;
  });
  const dead = async (): Promise<number> => {
    const pid = await eventually('there is one', () => bridges()[0]);
    signal(pid, 'SIGKILL');
    await eventually('it has ended', () => !isRunning(pid));
    return pid;
  };
  await dead();
  make('3');
  rmSync(join(folder, '1.x'));
  job('later', 'create');
  await has('come 3.x', 'go 1.x', 'later 2.x', 'later 3.x');
  expect(lines()).toEqual(['come 1.x', 'come 2.x', 'come 3.x', 'go 1.x', 'later 2.x', 'later 3.x']);
  // In the middle of a burst those that were on their way may come twice.
  const burst = Array.from({ length: BURST }, (_, i) => `b${i}`);
  for (const name of burst.slice(0, BURST / 2)) make(name);
  await has('come b0.x');
  await dead();
  for (const name of burst.slice(BURST / 2)) make(name);
  await has(...burst.map((name) => `come ${name}.x`));
  const twice = lines().filter((line, i, all) => line.startsWith('come b') && line === all[i - 1]);
  expect(twice.length).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  // A job that has gone and comes back gets what there is.
  for (const name of ['come', 'go', 'later']) rmSync(join(session.home, `.config/upstart/${name}.conf`));
  await eventually('they have gone', async () => (await session.run('initctl', 'list')).stdout === '');
  // The source notices it later than init: a job that comes back before has not gone for it.
  await eventually('the source has forgotten them', () => {
    const kept = remembered();
    return kept.split('["job",').length === kept.split('["gone",').length;
  });
  writeFileSync(out, '');
  job('come', 'create');
  await has('come 2.x', 'come 3.x');
});

test('what the kernel has dropped in a burst is found', async () => {
  session = await SessionInit.start();
  const folder = join(session.home, 'watched');
  mkdirSync(folder);
  const out = join(session.home, 'out');
  writeFileSync(out, '');
  session.job(
    'find',
    `start on file FILE=${folder}/*.x EVENT=create\ninstance $MATCH\ntask\nexec sh -c 'echo \${MATCH##*/} >> ${out}'\n`,
  );
  const make = (name: string): void => writeFileSync(join(folder, name), '');
  const found = (): string[] => readFileSync(out, 'utf8').trimEnd().split('\n').sort();
  make('0.x');
  await eventually('the folder is watched', () => found().includes('0.x'));
  const bridge = await eventually('there is one', () => bridges()[0]);
  signal(bridge, 'SIGSTOP');
  // Each file has two events; the helper and its pipe take some before the queue of the kernel is full.
  const most = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  for (let i = 0; i < most / 2 + IN_THE_PIPE; i++) make(`other${i}`);
  const late = Array.from({ length: 20 }, (_, i) => `late${i}.x`);
  for (const name of late) make(name);
  signal(bridge, 'SIGCONT');
  await eventually('all are found', () => late.every((name) => found().includes(name)));
  expect(found()).toEqual(['0.x', ...late].sort());
});

/** What a server answers. */
function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    connect(port, '127.0.0.1')
      .on('data', (bytes) => {
        said += bytes;
      })
      .on('error', reject)
      .on('close', () => resolve(said));
  });
}

test('no connection is refused or lost while the job, the daemon and the source end', async () => {
  const port = await freePort();
  const server = [
    'let left = Number(process.env.SERVED);',
    'const server = require("net").createServer((client) => {',
    '  client.end(`${process.env.LISTEN_PID == process.pid} ${process.env.LISTEN_FDS}`);',
    '  if (--left === 0) server.close();',
    '}).listen({ fd: Number(process.env.UPSTART_FDS) });',
    // Who is asked to end serves what it has accepted.
    'process.on("SIGTERM", () => server.close());',
  ].join('\n');
  session = await SessionInit.start();
  const program = join(session.home, 'server.js');
  writeFileSync(program, server);
  const job = `start on socket PROTO=inet PORT=${port} ADDR=127.0.0.1\nkill timeout 600\nenv SERVED=${SERVED}\nexec ${process.execPath} ${program}\n`;
  session.job('svc', job);
  await eventually('init listens', async () => (await ask(port).catch(() => '')) !== '');
  const initctl = (...words: string[]) => session.run('initctl', ...words);
  const disturbances: Record<number, () => Promise<unknown>> = {
    60: () => kill(daemons),
    120: () => kill(bridges),
    240: () => Promise.all([kill(daemons), kill(bridges)]),
    300: () => initctl('restart', 'svc'),
    360: () => initctl('stop', 'svc'),
    420: () => Promise.all([initctl('restart', 'svc'), kill(daemons)]),
    480: () => Promise.all([initctl('stop', 'svc'), kill(bridges)]),
    540: () => initctl('reload-configuration'),
    600: () => initctl('restart', 'svc'),
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < CONNECTIONS; at = next++) {
      const disturbed = disturbances[at]?.();
      expect([at, await ask(port)]).toEqual([at, 'true 1']);
      await disturbed;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
});

test.each([
  ["by a job with the bridge's old name", true],
  ['without any such job', false],
])("a session sees the events of the system's init %s", async (_, hasJob) => {
  const system = await SessionInit.start();
  onTestFinished(async () => {
    await system.end();
    system.remove();
  });
  const env = { UPSTART_SYSTEM_SOCKET_DIR: dirname(system.socket) };
  const bridge = [
    'start on startup\nrespawn',
    `env UPSTART_SYSTEM_SOCKET_DIR=${env.UPSTART_SYSTEM_SOCKET_DIR}`,
    `exec ${join(system.product.bin, 'upstart-event-bridge')}\n`,
  ].join('\n');
  session = await SessionInit.start(hasJob ? { jobs: { 'upstart-event-bridge': bridge } } : { env });
  const out = join(session.home, 'out');
  writeFileSync(out, '');
  session.job('heard', `start on :sys:hello A=1\ntask\nexec sh -c 'echo "$UPSTART_EVENTS $A $B" >> ${out}'\n`);
  const heard = (): string => readFileSync(out, 'utf8');
  await eventually('an event has come', async () => {
    await system.run('initctl', 'emit', 'hello', 'A=1', 'B=two words');
    return heard().includes(':sys:hello 1 two words');
  });
  await kill(bridges);
  writeFileSync(out, '');
  await eventually('also after the death of the source', async () => {
    await system.run('initctl', 'emit', 'hello', 'A=1');
    return heard().includes(':sys:hello 1');
  });
});

test.skipIf(missingPrograms(['dbus-daemon', 'dbus-send']).length > 0)(
  'a bus that is needed later is connected to then, and one that is not there is named beside it',
  async () => {
    const config = '/usr/share/dbus-1/session.conf';
    const bus = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void bus.kill());
    const [line] = (await once(bus.stdout, 'data')) as [Buffer];
    const env = { DBUS_SESSION_BUS_ADDRESS: String(line).trim(), DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent' };
    session = await SessionInit.start({ env });
    const add = (name: string, place: string): void =>
      session.job(name, `start on dbus SIGNAL=Rang BUS=${place}\nexec sleep 1000\n`);
    const trouble = 'Could not connect to D-Bus: Failed to connect to socket /nonexistent: No such file or directory';
    add('far', 'system');
    await eventually('the system bus is named', async () =>
      (await sources()).includes(`far needs, has failed: ${trouble}`),
    );
    add('near', 'session');
    await eventually('the job has started', async () => {
      execFileSync('dbus-send', ['--session', '/', 'a.b.Rang'], { env: { ...process.env, ...env } });
      return /start\/running/.test((await session.run('status', 'near')).stdout);
    });
    // Its word of the other bus comes by another way than the event.
    await eventually('the bus is named', async () => (await sources()).includes(`${trouble} (the system bus)`));
  },
);

test('a source that has failed, and a word that is wrong, are named by explain, doctor and check', async () => {
  const abstract = `@upstart-sources-test-${process.pid}`;
  const web = `start on socket PROTO=unix PATH=${abstract}\nexec sleep 1000\n`;
  const bell = `start on dbus SIGNAL=Rang BUS=session\nexec sleep 1000\n`;
  // An address of no machine.
  const away = 'start on socket PROTO=inet PORT=8080 ADDR=192.0.2.77\nexec sleep 1000\n';
  const wrong = 'start on startup\nstop on socket PROTO=inet PORT=99999\nexec sleep 1000\n';
  session = await SessionInit.start({ jobs: { web, bell, away, wrong } });
  const explained = async (job: string): Promise<string> => (await session.run('upstart', 'explain', job)).stdout;
  await eventually('the bus has not been reached', async () =>
    /its source `dbus` has failed: Could not connect to D-Bus: /.test(await explained('bell')),
  );
  // Sources report one after the other.
  const text = 'Failed to bind socket at 192.0.2.77:8080: Cannot assign requested address';
  await eventually('the address is refused', async () => (await explained('away')).includes(text));
  expect(await explained('web')).toMatch(new RegExp(`\\(waits for a connection to ${abstract}[;)]`));
  expect(await explained('wrong')).toContain('PORT=99999` never comes: socket event with invalid PORT=99999');
  const { stdout, status } = await session.run('upstart', 'doctor');
  expect([status, stdout]).toEqual([
    1,
    expect.stringMatching(/^problem {2}sources +dbus, which bell needs, has failed: /m),
  ]);
  expect(stdout).toContain(`socket, which away, web and wrong need, is run by init: ${text}`);
  const file = join(session.home, '.config/upstart/wrong.conf');
  const checked = await session.run('upstart', 'check', file);
  expect(checked.stderr).toContain('socket event with invalid PORT=99999');
});
