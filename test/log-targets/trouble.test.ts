/** Targets that take nothing, and a disk that is full: jobs are not held up, memory is bounded, and what is lost is reported. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { commandLineOf, ownMemoryOf, processesWith } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { otlpReceiver } from './receivers.ts';

let session: SessionInit;
afterEach(async () => {
  await session?.end();
  // It still sends what is left, for a moment.
  await eventually('the log shipper has ended', () => shipper() === undefined);
  session?.remove();
});

const shipper = (): number | undefined =>
  processesWith(`HOME=${session.home}`).find((pid) => /log-shipper\.js/.test(commandLineOf(pid)));
const explained = async (job: string): Promise<string> => (await session.run('upstart', 'explain', job)).stdout;
const number = async (pattern: RegExp): Promise<number> =>
  Number(pattern.exec((await session.run('upstart', 'metrics')).stdout)?.[1] ?? 0);

interface DeafReceiver {
  readonly connections: Socket[];
  text: string;
  /** Reads from now on. */
  hear(): void;
}

/** Accepts connections, and reads nothing. */
async function deafReceiver(port: number): Promise<DeafReceiver> {
  let hears = false;
  const receiver: DeafReceiver = {
    connections: [],
    text: '',
    hear() {
      hears = true;
      for (const socket of receiver.connections) socket.resume();
    },
  };
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    receiver.connections.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      receiver.text = (receiver.text + data.toString('latin1')).slice(-1000);
    });
    if (hears) socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of receiver.connections) socket.destroy();
    server.close();
  });
  return receiver;
}

const FLOOD = 'dd if=/dev/zero bs=1000 count=12000 2>/dev/null | tr "\\\\0" x | fold -w 999; echo';
const flood = (words: string): string => `task\nexec sh -c '${FLOOD}; echo; echo ${words}'\n`;
const MAX_GROWTH_KIB = 48 * 1024;

test('receivers that accept and do not read hold up nobody, and cost bounded memory', async () => {
  const [syslog, otlp, good] = [await freePort(), await freePort(), await freePort()];
  const deaf = await deafReceiver(syslog);
  await deafReceiver(otlp);
  const receiver = await otlpReceiver(good);
  const targets = [
    `deaf syslog tcp://127.0.0.1:${syslog} queue=1M`,
    `mute otlp http://127.0.0.1:${otlp} queue=1M`,
    `good otlp http://127.0.0.1:${good}`,
  ];
  session = await SessionInit.start({
    jobs: { web: flood('end of $N').replace('task', 'instance $N\ntask'), quick: 'task\nexec echo quick\n' },
    options: targets.map((target) => `--log-target=${target}`),
  });
  expect((await session.run('initctl', 'start', 'web', 'N=1')).status).toBe(0);
  await eventually('the good target has all of it', () => receiver.lines.some(({ text }) => text === 'end of 1'));
  const pid = await eventually('there is a log shipper', shipper);
  for (const name of ['deaf', 'mute'])
    await eventually(`${name} is reported as such`, async () =>
      new RegExp(`does not reach ${name} since \\d{4}-.*: .*; its queue is full with .*; dropped so far: [1-9]`).test(
        await explained('web'),
      ),
    );
  const before = ownMemoryOf(pid);
  for (const n of [2, 3]) expect((await session.run('initctl', 'start', 'web', `N=${n}`)).status).toBe(0);
  expect((await session.run('initctl', 'start', 'quick')).status).toBe(0);
  for (const text of ['end of 3', 'quick'])
    await eventually(`${text} arrives`, () => receiver.lines.some((line) => line.text === text));
  expect(shipper()).toBe(pid);
  expect(ownMemoryOf(pid) - before, 'KiB').toBeLessThan(MAX_GROWTH_KIB);
  expect(await number(/^upstart_log_target_dropped_bytes_total\{target="deaf"\} (\d+)$/m)).toBeGreaterThan(0);
  deaf.hear();
  expect((await session.run('initctl', 'start', 'web', 'N=4')).status).toBe(0);
  await eventually('it hears again', () => deaf.text.includes('end of 4'));
  await eventually('it is reported as well', async () => !(await explained('web')).includes('does not reach deaf'));
});

/** A file system of 2 MiB; unmounted when the test is over. */
function smallDisk(): string {
  const path = mkdtempSync(join(tmpdir(), 'upstart-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', path]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', path]);
    rmSync(path, { recursive: true });
  });
  return path;
}

function fill(disk: string): void {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize));
  } catch (error) {
    // Somebody else has filled the rest of it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

test.skipIf(process.getuid?.() !== 0)('a full disk, which root alone can arrange, holds up nobody', async () => {
  const port = await freePort();
  const receiver = await otlpReceiver(port);
  const disk = smallDisk();
  const go = join(disk, 'go');
  const wait = (n: number): string => `while [ ! -e ${go}${n} ]; do sleep 0.01; done`;
  const text = `echo before; ${wait(1)}; seq 100000; ${wait(2)}; echo after; ${wait(3)}; echo last; sleep 1000`;
  session = await SessionInit.start({
    jobs: { web: `exec sh -c '${text}'\n`, other: 'task\nexec echo other\n' },
    options: ['--logdir', disk, `--log-target=all otlp http://127.0.0.1:${port}`],
  });
  const arrived = (line: string) => receiver.lines.filter(({ text: found }) => found === line).length;
  receiver.status = 503;
  await session.run('initctl', 'start', 'web');
  await eventually('the target is retried', async () => (await explained('web')).includes('status 503'));
  // The job continues when these files are there.
  const gates = [1, 2, 3].map((n) => `${go}${n}`);
  writeFileSync(`${gates[0]}`, '');
  fill(disk);
  receiver.status = 200;
  await eventually('what was written arrives', () => arrived('before') > 0);
  await eventually('its place cannot be saved', () => /unable to save how far all .*No space left/.test(session.said));
  expect((await session.run('initctl', 'start', 'other')).status).toBe(0);
  await eventually(
    'what is dropped is counted',
    async () => (await number(/^upstart_job_log_dropped_bytes\{job="web",instance=""\} (\d+)$/m)) > 0,
  );
  expect(await explained('web')).toContain('No space left on device');
  rmSync(join(disk, 'filler'));
  await eventually('there is space again', async () => !(await explained('web')).includes('No space left on device'));
  writeFileSync(`${gates[1]}`, '');
  await eventually('what comes then arrives', () => arrived('after') > 0);
  const log = (): string => readFileSync(join(disk, 'web.log'), 'latin1');
  expect(log()).toMatch(/init: \d+ bytes of output are missing here: No space left on device\r\nafter\r\n/);
  expect(receiver.lines.some(({ text: found }) => /bytes of output are missing here/.test(found))).toBe(true);
  const kept = join(disk, '.targets', 'all.json');
  await eventually('its place is saved', () => existsSync(kept) && readFileSync(kept, 'utf8').includes('web'));
  const timed = JSON.parse(
    `[${(await session.run('upstart', 'logs', 'web', '--json')).stdout.trim().split('\n').join(',')}]`,
  );
  expect(timed.find(({ text: found }: { text: string }) => found === 'after')).toMatchObject({
    time: expect.anything(),
  });
  writeFileSync(`${gates[2]}`, '');
  await eventually('and so does the last line', () => arrived('last') > 0);
  const bySequence = new Map(
    receiver.lines.map((line) => [`${line.attributes['service.name']} ${line.sequence}`, line]),
  );
  expect([...bySequence.values()].filter(({ text: found }) => found === 'before')).toHaveLength(1);
  expect(readdirSync(disk).filter((name) => name.endsWith('.idx')).length).toBeGreaterThan(0);
});
