/** Events with a descriptor, by D-Bus: the right processes have it, and it is closed everywhere else. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { LIMITS } from '../../packages/daemon/src/supervisor/frame-table.ts';
import { compileSender } from '../../packages/daemon/src/supervisor/testing/compile.ts';
import { FileSender } from '../../packages/daemon/src/supervisor/testing/file-sender.ts';
import { countOpen, openFilesOf } from '../../packages/daemon/src/supervisor/testing/open-files.ts';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { eventBody, FileClient } from './dbus-client.ts';
import { SessionInit } from './session-init.ts';

const sender = compileSender();
/** Each process of it writes the content of its descriptors into a file of its own. */
const SHOWS = `
script
  echo "main $UPSTART_FDS $(cat /proc/self/fd/$UPSTART_FDS)" >> $OUT
  exec sleep 1000
end script
`;

let session: SessionInit;
let folder: string;

async function begin(jobs: Record<string, string>): Promise<void> {
  session = await SessionInit.start({ jobs });
  folder = session.home;
  writeFileSync(join(folder, 'sent'), 'content\n');
  await session.run('initctl', 'set-env', '-g', `OUT=${join(folder, 'out')}`);
}

const out = (): string => {
  try {
    return readFileSync(join(folder, 'out'), 'utf8');
  } catch {
    return '';
  }
};

/** A client that sends this descriptor, by default that of a file. */
async function client(fd = openSync(join(folder, 'sent'), 'r')): Promise<FileClient> {
  const address = `@/com/ubuntu/upstart-session/${process.getuid?.()}/${session.pid}`;
  const found = await FileClient.on(new FileSender(sender, address, fd));
  closeSync(fd);
  onTestFinished(() => found.close());
  return found;
}

/** A descriptor of a process and its target a line. */
const opened = (pid: number): string[] => [...openFilesOf(pid)].map((found) => found.join(' '));

const countSent = (pid: number): number => countOpen(pid, (target) => target === join(folder, 'sent'));

/** How many descriptors a process has open, two looks one after the other: one may be open for a moment. */
async function settled(pid: number): Promise<number> {
  let before = 0;
  return eventually('no descriptor comes or goes', () => {
    const last = before;
    before = opened(pid).length;
    return before === last && before;
  });
}

async function pidOf(job: string): Promise<number> {
  const { stdout } = await session.run('initctl', 'status', job);
  return Number(/running, process (\d+)/.exec(stdout)?.[1]);
}

function daemonPid(): number {
  return Number(childrenOf(session.pid).find((pid) => commandLineOf(pid).includes('daemon.js')));
}

/** The pid of a process that is started again may be known before it executes its program. */
const hasDescriptor = (pid: number): Promise<true> =>
  eventually('it has the descriptor', () => opened(pid).includes(`3 ${join(folder, 'sent')}`));

afterEach(async () => {
  await session.end();
  session.remove();
});

test('every process of a job has the descriptor, respawns included, and no other process; it ends with the instance', async () => {
  const hook = (name: string) => `${name} exec sh -c 'echo "${name} $UPSTART_FDS $(cat /proc/self/fd/3)" >> $OUT'\n`;
  await begin({
    svc: `start on ev\nrespawn\n${hook('pre-start')}${hook('post-stop')}${SHOWS}`,
    other: 'start on ev2\nexec sleep 1000\n',
  });
  const dbus = await client();
  expect(await dbus.emit('ev', { env: ['A=1'] })).toEqual({ error: undefined, text: undefined });
  await eventually('it has run', () => out().includes('main 3'));
  await session.run('initctl', 'emit', 'ev2');
  const first = await pidOf('svc');
  expect(opened(first)).toContain(`3 ${join(folder, 'sent')}`);
  const other = await pidOf('other');
  await eventually('another job has none', () => countSent(other) === 0);
  expect([countSent(session.pid), countSent(daemonPid())]).toEqual([1, 0]);
  process.kill(first, 'SIGKILL');
  await eventually('it runs again', async () => ![first, Number.NaN].includes(await pidOf('svc')));
  await hasDescriptor(await pidOf('svc'));
  await session.run('initctl', 'stop', 'svc');
  expect(out()).toContain('pre-start 3 content\nmain 3 ');
  expect(out()).toContain('post-stop 3');
  await eventually('it is closed', () => countSent(session.pid) === 0);
});

test('a listening socket works as such', async () => {
  const serve = `require('net').createServer((s) => s.end('served')).listen({ fd: Number(process.env.UPSTART_FDS) })`;
  await begin({ svc: `start on socket\nexec ${process.execPath} -e "${serve}"\n` });
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  const found = await FileClient.on(
    new FileSender(sender, `@/com/ubuntu/upstart-session/${process.getuid?.()}/${session.pid}`, fd),
  );
  onTestFinished(() => found.close());
  await found.emit('socket');
  // It is the job that accepts.
  server.close();
  found.close();
  let text = '';
  const socket = connect(port, '127.0.0.1').on('data', (chunk) => {
    text += chunk.toString();
  });
  onTestFinished(() => void socket.destroy());
  await eventually('it is served', () => text === 'served');
});

test('two events of a condition, and instances', async () => {
  await begin({
    both: 'start on a and b\nscript\n  echo "both $UPSTART_FDS" >> $OUT\n  exec sleep 1000\nend script\n',
    many: 'start on inst\ninstance $N\nscript\n  echo "$N $UPSTART_FDS" >> $OUT\n  exec sleep 1000\nend script\n',
  });
  const dbus = await client();
  await dbus.emit('b', { wait: false });
  await dbus.emit('a');
  for (const n of ['1', '2']) await dbus.emit('inst', { env: [`N=${n}`] });
  await eventually('all have run', () => out().split('\n').length === 4);
  expect(out().split('\n').sort()).toEqual(['', '1 3', '2 3', 'both 3 4']);
  expect(countSent(await pidOf('both'))).toBe(2);
  expect(countSent(session.pid)).toBe(4);
});

test('it survives the daemon and a re-execution', async () => {
  await begin({
    svc: `start on ev\nrespawn\nrespawn limit unlimited\n${SHOWS}`,
    waits: 'start on half and more\nexec sleep 1000\n',
  });
  const dbus = await client();
  await dbus.emit('ev');
  await dbus.emit('half', { wait: false });
  const respawn = async (): Promise<void> => {
    const before = await pidOf('svc');
    process.kill(before, 'SIGKILL');
    await eventually('it runs again', async () => ![before, Number.NaN].includes(await pidOf('svc')));
    await hasDescriptor(await pidOf('svc'));
  };
  process.kill(daemonPid(), 'SIGKILL');
  await eventually('the connection ends', () => dbus.isOver);
  await respawn();
  const second = await client();
  const before = daemonPid();
  expect((await second.call('Restart', '', Buffer.alloc(0))).error).toBe('the connection is over');
  await eventually('another daemon answers', async () => {
    const { status } = await session.run('initctl', 'version');
    return status === 0 && ![before, Number.NaN].includes(daemonPid());
  });
  await respawn();
  await session.run('initctl', 'emit', 'more');
  expect(opened(await pidOf('waits'))).toContain(`3 ${join(folder, 'sent')}`);
  expect(countSent(session.pid)).toBe(2);
  await session.run('initctl', 'stop', 'svc');
  await eventually('one is closed', () => countSent(session.pid) === 1);
  await session.run('initctl', 'stop', 'waits');
  await eventually('both are closed', () => countSent(session.pid) === 0);
});

test('a simulation knows what has them, and changes nothing', async () => {
  await begin({
    svc: `start on ev\n${SHOWS}`,
    waits: 'start on half and more\nexec sleep 1000\n',
    after: 'start on stopped svc\nexec sleep 1000\n',
  });
  const dbus = await client();
  await dbus.emit('ev');
  await dbus.emit('half', { wait: false });
  const before = await pidOf('svc');
  const simulate = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, status } = await session.run('upstart', 'simulate', ...args);
    expect([stderr, status]).toEqual(['', 0]);
    return stdout.replace(/ +/g, ' ');
  };
  expect(await simulate('emit', 'more')).toContain('waits starts by `half` and `more`');
  expect(await simulate('restart', 'svc', 'then', 'stop', 'svc', 'then', 'emit', 'ev')).toContain('after starts');
  expect(await pidOf('svc')).toBe(before);
  expect(countSent(session.pid)).toBe(2);
  await session.run('initctl', 'emit', 'more');
  expect(opened(await pidOf('waits'))).toContain(`3 ${join(folder, 'sent')}`);
});

test('events that start nothing leave nothing, whatever clients send', async () => {
  await begin({});
  const dbus = await client();
  await dbus.emit('warm');
  const before = await settled(session.pid);
  for (let i = 0; i < 1000; i++) await dbus.emit('nothing', { wait: i % 2 === 0 });
  const answers = [
    await dbus.call('GetAllJobs', '', Buffer.alloc(0), 0, 1),
    await dbus.call('EmitEventWithFile', 'sasbh', eventBody('', [], true), 1),
    await dbus.call('EmitEventWithFile', 'sasbh', eventBody('ev', ['no pair'], true), 1),
    await dbus.call('EmitEventWithFile', 'sasbh', eventBody('ev', [], true), 1, 0),
    await dbus.call('EmitEventWithFile', 'sasbh', eventBody('ev', [], true, 1), 1),
    await dbus.call('EmitEventWithFile', 'sasbh', eventBody('ev', [], true), 2),
    await dbus.call('Nonsense', '', Buffer.alloc(0), 1),
  ];
  expect(answers.map(({ error, text }) => [error?.replace(/.*\./, ''), text])).toEqual([
    [undefined, []],
    ['InvalidArgs', 'Name may not be empty string'],
    ['InvalidArgs', 'Env must be KEY=VALUE pairs'],
    ['InvalidArgs', 'Invalid arguments to EmitEventWithFile method'],
    ['InvalidArgs', 'Invalid arguments to EmitEventWithFile method'],
    ['LimitsExceeded', 'A message has more than 1 file descriptor'],
    ['UnknownMethod', expect.any(String)],
  ]);
  await eventually('all are closed', () => opened(session.pid).length === before);
  // Descriptors of a message that does not end: the connection is closed.
  dbus.raw(Buffer.from('l'), 1);
  for (let i = 0; i < 10; i++) dbus.raw(Buffer.from([0]), 1);
  await eventually('it is cut off', () => dbus.isOver);
  await eventually(
    'all are closed',
    () => opened(session.pid).length === before - 1 || opened(session.pid).length === before,
  );
  expect(countSent(session.pid)).toBe(0);
});

test('more than init keeps are refused, and there is room again when an instance ends', async () => {
  await begin({ many: 'start on inst\ninstance $N\nexec sleep 1000\n' });
  const dbus = await client();
  for (let n = 0; n < LIMITS.FILES_MAX; n++)
    expect((await dbus.emit('inst', { env: [`N=${n}`] })).error).toBeUndefined();
  const one = await dbus.emit('inst', { env: ['N=more'] });
  expect(one).toEqual({
    error: 'org.freedesktop.DBus.Error.LimitsExceeded',
    text: 'Too many file descriptors of events are in use',
  });
  await session.run('initctl', 'stop', 'many', 'N=7');
  // The release and the next one reach the supervisor by two ways, of which either may be the faster.
  await eventually('one is closed', () => countSent(session.pid) === LIMITS.FILES_MAX - 1);
  expect((await dbus.emit('inst', { env: ['N=more'] })).error).toBeUndefined();
  expect(countSent(session.pid)).toBe(LIMITS.FILES_MAX);
});
