/** The helper conf-watch ends, hangs, is stopped or loses events: changes are noticed all the same. */
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { childrenOf, nameOf } from '../../../../test/chaos/proc.ts';
import { eventually } from '../../../../test/eventually.ts';
import { buildConfWatch } from './testing/configuration.ts';
import { answer, event, IN_Q_OVERFLOW, octal } from './testing/inotify.ts';
import { WatchedConfiguration } from './testing/watched.ts';
import type { WatchEvent } from './watcher.ts';
import { Watches } from './watches.ts';

let build: string;
let program: string;
let conf: WatchedConfiguration;

beforeAll(() => {
  build = mkdtempSync(join(tmpdir(), 'conf-watch-'));
  program = buildConfWatch(build);
});
afterAll(() => rmSync(build, { recursive: true }));
beforeEach(() => {
  conf = new WatchedConfiguration();
});
afterEach(() => conf.close());

test('nobody waits for a watcher that has ended', async () => {
  const configuration = conf.load(['conf'], { watch: true, watcher: conf.standIn('exit 1') });
  const settled = configuration.settled();
  conf.write('go', '');
  await settled;
  conf.write('conf/job.conf', 'usage seen');
  await conf.has('job', 'seen');
  await configuration.settled();
});

/** The pids of the helpers that this process has. */
function helpers(): number[] {
  return childrenOf(process.pid).filter((pid) => nameOf(pid) === 'conf-watch');
}

/** That of the test before may be about to end, and the next one about to begin. */
const onlyHelper = (): Promise<number> => eventually('there is one', () => helpers().length === 1 && helpers()[0]);

test('a helper that was stopped is continued, which is logged once', async () => {
  await conf.watch(program, 'conf');
  for (const round of ['one', 'two']) {
    process.kill(await onlyHelper(), 'SIGSTOP');
    conf.write('conf/job.conf', `usage ${round}`);
    await conf.has('job', round);
  }
  expect(conf.log.filter((line) => line.includes('was stopped by a signal and has been continued'))).toHaveLength(1);
});

test('a helper that is killed is started again, and the fourth time in a minute fs.watch has to do', async () => {
  await conf.watch(program, 'conf');
  for (let death = 1; death <= 4; death++) {
    const helper = await onlyHelper();
    process.kill(helper, 'SIGKILL');
    conf.write('conf/job.conf', `usage ${death}`);
    await conf.has('job', String(death));
    appendFileSync(conf.path('conf/job.conf'), '-edited');
    await conf.has('job', `${death}-edited`);
    expect(helpers()).not.toContain(helper);
  }
  expect(helpers()).toEqual([]);
  expect(conf.helpers).toBe(4);
  const warnings = conf.log.filter((line) => line.startsWith('warn'));
  expect(warnings.map((line) => line.replace(/^.*: /, ''))).toEqual([
    ...Array(3).fill('This program, which watches configuration, ended with SIGKILL; it is started again'),
    'ended with SIGKILL',
  ]);
});

test('a helper that does not answer keeps nobody waiting for long, and what was written counts', async () => {
  const configuration = conf.load(['conf', 'late'], { watch: true, watcher: conf.standIn('') });
  conf.write('conf/job.conf', 'usage one');
  conf.write('late/other.conf', 'usage two');
  await configuration.settled();
  expect(conf.usages()).toEqual({ job: 'one', other: 'two' });
  conf.write('go', '');
});

test('a helper that has answered while this process stood still is not late: nothing is scanned', async () => {
  const seen: WatchEvent[] = [];
  const watches = new Watches(
    program,
    (events) => seen.push(...events),
    () => {},
    () => {},
  );
  onTestFinished(() => watches.close());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  watches.update([], []);
  const settled = watches.settled();
  // A timer that is due goes off before what has come meanwhile is read.
  vi.advanceTimersToNextTimer();
  await settled;
  expect(seen).toEqual([]);
});

test('lost events are made up for by looking at everything', async () => {
  for (const job of ['kept', 'changed', 'deleted', 'sub/job']) conf.write(`conf/${job}.conf`, 'usage old');
  conf.load(['conf', 'late'], { watch: true, watcher: conf.standIn(`printf '${octal(event(-1, IN_Q_OVERFLOW))}'`) });
  const kept = conf.jobs.get('kept');
  conf.write('conf/changed.conf', 'usage changed');
  conf.write('conf/new/job.conf', 'usage new');
  rmSync(conf.path('conf/deleted.conf'));
  rmSync(conf.path('conf/sub'), { recursive: true });
  conf.write('go', '');
  await conf.has('new/job', 'new');
  expect(conf.usages()).toEqual({ kept: 'old', changed: 'changed', 'new/job': 'new' });
  expect(conf.jobs.get('kept')).toBe(kept);
});

test('a directory that cannot be watched is named', async () => {
  conf.load(['conf'], { watch: true, watcher: conf.standIn(`printf '${octal(answer(-28))}'`) });
  conf.write('go', '');
  const warning = 'warn: conf: Unable to watch configuration directory: No space left on device';
  await conf.until(() => conf.log.includes(warning));
});

test('what cannot be watched is looked at instead, asked for again each time, and named once', async () => {
  const answers = { '+': answer(-28), '?': answer(0) };
  const bytes = Object.entries(answers).map(([kind, record]) => `'${kind}': '${record.toString('hex')}'`);
  const asked = conf.path('asked');
  conf.write(
    'refusing',
    `#!${process.execPath}
    process.stdin.on('data', (data) => {
      for (const [kind] of String(data).split('\\0').slice(0, -1)) {
        require('node:fs').appendFileSync('${asked}', kind);
        process.stdout.write(Buffer.from({ ${bytes} }[kind], 'hex'));
      }
    });`,
  );
  chmodSync(conf.path('refusing'), 0o755);
  const configuration = conf.load(['conf'], { watch: true, watcher: conf.path('refusing') });
  await conf.until(() => conf.log.some((line) => line.startsWith('warn')));
  for (const round of ['one', 'two']) {
    conf.write('conf/job.conf', `usage ${round}`);
    await configuration.settled();
    expect(conf.usage('job')).toBe(round);
  }
  await eventually('the last request', () => readFileSync(asked, 'utf8') === '+?+?+');
  expect(conf.log.filter((line) => line.startsWith('warn'))).toHaveLength(1);
});
