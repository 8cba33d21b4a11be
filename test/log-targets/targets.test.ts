/** Targets of logs in a session: what jobs output arrives, with its labels, whatever ends meanwhile. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { commandLineOf, processesWith, signal } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { missingPrograms } from '../programs.ts';
import { certificates, journalReceiver, linesOf, otlpReceiver, rsyslog, tlsReceiver } from './receivers.ts';

let session: SessionInit;
afterEach(async () => {
  await session?.end();
  session?.remove();
});

const ours = (name: RegExp): number[] =>
  processesWith(`HOME=${session.home}`).filter((pid) => name.test(commandLineOf(pid)));
const shippers = (): number[] => ours(/log-shipper\.js/);

/** The target of this name, as `upstart doctor` has it. */
const doctor = async (): Promise<string> => (await session.run('upstart', 'doctor')).stdout;

const addJob = (name: string, text: string): void => session.job(name, text);

test('nothing is started without a target, and nothing is left when the last one goes', async () => {
  const port = await freePort();
  const receiver = await otlpReceiver(port);
  session = await SessionInit.start({ jobs: { plain: 'start on startup\nexec sleep 1000\n' } });
  expect(shippers()).toEqual([]);
  addJob(
    'web',
    `log to otlp http://127.0.0.1:${port}\nlog label env=test\ntask\nexec sh -c 'echo "<3>one"; printf two'\n`,
  );
  await session.run('initctl', 'start', 'web');
  await eventually('both lines arrive', () => receiver.lines.length >= 2);
  expect(receiver.lines.map(({ text }) => text)).toEqual(['one', 'two']);
  expect(receiver.lines[0]?.attributes).toMatchObject({ 'service.name': 'web', env: 'test' });
  expect(shippers()).toHaveLength(1);
  await eventually('init knows it', async () =>
    (await doctor()).includes(`otlp http://127.0.0.1:${port}/v1/logs has taken`),
  );
  addJob('web', 'exec true\n');
  await eventually('it has ended', () => shippers().length === 0);
});

const LINES = 3000;
const COUNTING = `i=0; while [ $i -lt ${LINES} ]; do echo "line $i"; i=$((i+1)); done`;
const EXPECTED = Array.from({ length: LINES }, (_, i) => `line ${i}`);

test.skipIf(missingPrograms(['rsyslogd']).length > 0)(
  'rsyslog gets every line by TCP and by a Unix socket',
  async () => {
    const [tcp, udp] = [await freePort(), await freePort()];
    session = await SessionInit.start();
    const { out, unix } = await rsyslog(session.home, tcp, udp);
    const to = `log to syslog tcp://127.0.0.1:${tcp}\nlog to syslog unix:${unix}\nlog to syslog udp://127.0.0.1:${udp}\n`;
    addJob('web', `${to}log label env=test\ninstance $N\ntask\nexec sh -c '${COUNTING}'\n`);
    await session.run('initctl', 'start', 'web', 'N=one');
    const textsOf = (input: string): string[] =>
      linesOf(out)
        .filter((line) => line.startsWith(`${input} web `))
        .map((line) => line.replace(/^.*\] ?/, ''));
    for (const input of ['imtcp', 'imuxsock']) {
      await eventually(`all lines come by ${input}`, () => textsOf(input).length >= LINES);
      expect(textsOf(input)).toEqual(EXPECTED);
    }
    // Datagrams get lost while their receiver is busy with others, but not each of single ones.
    addJob('single', `log to syslog udp://127.0.0.1:${udp}\ntask\nexec echo by itself\n`);
    await eventually('a line comes by UDP', async () => {
      await session.run('initctl', 'start', 'single');
      return linesOf(out).some((line) => /^imudp single .*by itself$/.test(line));
    });
    expect(EXPECTED).toEqual(expect.arrayContaining(textsOf('imudp')));
    const [first = ''] = linesOf(out).filter((line) => line.startsWith('imtcp'));
    expect(first).toMatch(
      /^imtcp web \d+ \[meta sequenceId="1"\]\[upstart@32473 job="web" sequence="0" instance="one" env="test"\]/,
    );
  },
);

const REMOTE = '/lib/systemd/systemd-journal-remote';
test.skipIf(missingPrograms([REMOTE, 'journalctl']).length > 0)(
  'the journal has all fields, and entries of any size',
  async () => {
    session = await SessionInit.start();
    const { path, exported } = await journalReceiver(session.home);
    const long = 400_000;
    addJob(
      'web',
      `log to journald ${path}\nlog label env=test\ntask\nexec sh -c 'echo "<4>short"; head -c ${long} /dev/zero | tr "\\\\0" x; echo; echo last'\n`,
    );
    await session.run('initctl', 'start', 'web');
    await eventually('the last entry comes', () => readFileSync(exported, 'utf8').includes('MESSAGE=last'));
    const journal = join(session.home, 'remote.journal');
    const made = spawnSync(REMOTE, ['--output', journal, exported], { encoding: 'utf8' });
    expect(made.status, made.stderr).toBe(0);
    const read = spawnSync('journalctl', ['--file', journal, '-o', 'json', '--all'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
    });
    const entries = read.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(entries.map(({ MESSAGE }) => MESSAGE.length)).toEqual([5, long, 4]);
    expect(entries[0]).toMatchObject({
      ...{ MESSAGE: 'short', PRIORITY: '4', SYSLOG_IDENTIFIER: 'web', UPSTART_JOB: 'web', ENV: 'test' },
      ...{ UPSTART_SEQUENCE: '0', SYSLOG_FACILITY: '3' },
    });
  },
);

test.skipIf(missingPrograms(['openssl']).length > 0)('TLS is verified, by the authorities of the target', async () => {
  const port = await freePort();
  session = await SessionInit.start({ options: [`--log-target=central syslog tls://localhost:${port} jobs=`] });
  const { ca, cert, key } = certificates(session.home);
  const out = await tlsReceiver(port, cert, key);
  addJob('web', 'log to central\ntask\nexec echo secret\n');
  await session.run('initctl', 'start', 'web');
  await eventually('it does not trust anybody', async () => /central: .*certificate/.test(await doctor()));
  expect(out.text).toBe('');
  await session.end();
  session = await SessionInit.start({
    options: [`--log-target=central syslog tls://localhost:${port} ca=${ca} jobs=`],
  });
  addJob('web', 'log to central\ntask\nexec echo secret\n');
  await session.run('initctl', 'start', 'web');
  await eventually('the line arrives', () => /^\d+ <30>1 .* secret$/.test(out.text));
});

/** Kills the process that `find` finds. */
async function kill(find: () => number[]): Promise<void> {
  const [pid] = await eventually('it runs', () => (find().length > 0 ? find() : null));
  signal(pid as number, 'SIGKILL');
}

test('no line is lost when the log shipper, the daemon, the logger and the target die', async () => {
  const port = await freePort();
  let receiver = await otlpReceiver(port);
  const arrived = [receiver.lines];
  session = await SessionInit.start({ options: ['--log-rotate-size', '20K', '--log-rotate-compress'] });
  const slowly = `i=0; while [ $i -lt ${LINES} ]; do echo "line $i"; i=$((i+1)); [ $((i % 20)) = 0 ] && sleep 0.02; done; sleep 1000`;
  addJob('web', `log to otlp http://127.0.0.1:${port}\nexec sh -c '${slowly}'\n`);
  await session.run('initctl', 'start', 'web');
  const count = (): number => new Set(arrived.flat().map(({ sequence }) => sequence)).size;
  const steps = [shippers, () => ours(/daemon\.(js|snapshot)/), () => ours(/^logger$/), shippers];
  for (const [step, find] of steps.entries()) {
    await eventually('lines arrive', () => count() > (step + 1) * 300);
    await kill(find);
  }
  await receiver.close();
  receiver = await otlpReceiver(port);
  arrived.push(receiver.lines);
  await eventually('all lines have arrived', () => count() >= LINES);
  const bySequence = new Map(arrived.flat().map(({ sequence, text }) => [sequence, text]));
  const inOrder = [...bySequence].sort(([one], [other]) => one - other).map(([, text]) => text);
  expect(inOrder).toEqual(EXPECTED);
});

test('a target that is dead, slow or full of errors holds up neither init nor its jobs, and what is dropped is counted', async () => {
  const port = await freePort();
  const receiver = await otlpReceiver(port);
  receiver.status = 503;
  const target = `bad otlp http://127.0.0.1:${port} queue=1M`;
  session = await SessionInit.start({ options: [`--log-target=${target}`] });
  const flood = 'dd if=/dev/zero bs=1000 count=4000 2>/dev/null | tr "\\\\0" x | fold -w 99';
  addJob('web', `task\nexec sh -c '${flood}; echo; echo last'\n`);
  expect((await session.run('initctl', 'start', 'web')).status).toBe(0);
  await eventually('the target is retried', async () => (await doctor()).includes('bad: status 503'));
  await eventually('the bound is kept', async () => /bad.*[1-9]\d* bytes were dropped/.test(await doctor()));
  receiver.status = null;
  expect((await session.run('initctl', 'start', 'web')).status).toBe(0);
  receiver.status = 200;
  await session.run('upstart', 'doctor');
  await eventually('the end of the output arrives', () => receiver.lines.some(({ text }) => text === 'last'));
  await eventually('it runs again', async () => (await doctor()).includes('bad has taken'));
  const metrics = (await session.run('upstart', 'metrics')).stdout;
  expect(metrics).toMatch(/^upstart_log_target_dropped_bytes_total\{target="bad"\} [1-9]/m);
  expect(metrics).toMatch(/^upstart_log_target_up\{target="bad"\} 1$/m);
});

test('a folder of logs without space for positions is no reason to stop', async () => {
  const port = await freePort();
  const receiver = await otlpReceiver(port);
  const logs = mkdtempSync(join(tmpdir(), 'upstart-log-targets-'));
  onTestFinished(() => rmSync(logs, { recursive: true, force: true }));
  // In the place of the folder of positions: nothing can be saved.
  writeFileSync(join(logs, '.targets'), '');
  session = await SessionInit.start({ options: ['--logdir', logs] });
  addJob('web', `log to otlp http://127.0.0.1:${port}\ntask\nexec echo one\n`);
  await session.run('initctl', 'start', 'web');
  await eventually('the line arrives', () => receiver.lines.length > 0);
  await eventually('the problem is logged', () => session.said.includes('unable to save how far'));
  await session.run('initctl', 'start', 'web');
  await eventually('the next line arrives', () => receiver.lines.length > 1);
});
