/** What programs say besides READY=1, by libsystemd: more time, another main process, the end, reloads with their time, and descriptors. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRunning } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { missingPrograms } from '../programs.ts';
import { removeFolder } from '../remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'notify-messages-'));
const at = (name: string): string => join(folder, name);
const goes = (name: string): void => writeFileSync(at(name), '');

/** With \`sd_notify\`, \`wait_for\` a file, and \`fds\`, which sends a descriptor with a message. */
const HEAD = `
import array, ctypes, os, signal, socket, subprocess, sys, time
sd = ctypes.CDLL('libsystemd.so.0')
def sd_notify(text):
    if sd.sd_notify(0, text.encode()) <= 0: sys.exit(3)
def wait_for(name):
    while not os.path.exists('${folder}/' + name): time.sleep(0.01)
`;
const PROGRAMS: Record<string, string> = {
  /** Asks for more time than it has, and then needs it. */
  extends: `
sd_notify('EXTEND_TIMEOUT_USEC=600000000\\nSTATUS=migrating')
wait_for('extends')
sd_notify('READY=1')
time.sleep(1000)
`,
  /** Hands over to a child, and ends. */
  hands: `
child = os.fork()
if child == 0:
    wait_for('hands')
    open('${folder}/child', 'w').write(str(os.getpid()))
    time.sleep(1000)
sd_notify('READY=1\\nMAINPID=%d' % child)
open('${folder}/parent', 'w').write(str(os.getpid()))
`,
  /** Says that it stops, and does so when the file is there. */
  stops: `
def stop(*_):
    sd_notify('STOPPING=1\\nSTATUS=flushing')
    wait_for('stops')
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
sd_notify('READY=1')
while True: time.sleep(1000)
`,
  /** As a unit with Type=notify-reload has it. */
  reloads: `
def reload(*_):
    sd_notify('RELOADING=1\\nMONOTONIC_USEC=%d' % (time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6))
    wait_for('reloads')
    sd_notify('READY=1')
signal.signal(signal.SIGHUP, reload)
sd_notify('READY=1')
while True: time.sleep(1000)
`,
  /** Wants a descriptor to be kept, and says so once more. */
  stores: `
fds = (ctypes.c_int * 1)(os.open('/dev/null', os.O_RDONLY))
for _ in range(2):
    if sd.sd_pid_notify_with_fds(0, 0, b'FDSTORE=1\\nFDNAME=null', fds, 1) <= 0: sys.exit(4)
sd_notify('READY=1')
time.sleep(1000)
`,
  /** Names a process that is none of the job as its main one. */
  lies: `
sd_notify('READY=1\\nMAINPID=%d' % os.getppid())
time.sleep(1000)
`,
};

let session: Session;
beforeAll(async () => {
  for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(at(`${name}.py`), HEAD + text);
  const job = (name: string, more = ''): string => `expect notify\n${more}exec python3 ${at(`${name}.py`)}\n`;
  session = await Session.start({
    jobs: {
      ...{ extends: job('extends', 'ready timeout 45\n'), hands: job('hands'), reloads: job('reloads') },
      ...{ stops: job('stops', 'kill timeout 600\n'), stores: job('stores'), lies: job('lies') },
    },
  });
});
afterAll(async () => {
  await session?.kill();
  removeFolder(folder);
});

const run = async (...words: [string, ...string[]]): Promise<string> => (await session.run(...words)).stdout.trim();
const explain = (job: string): Promise<string> => run('upstart', 'explain', job);
async function start(job: string): Promise<number> {
  const text = await run('start', job);
  expect(text).toMatch(new RegExp(`^${job} start/running, process \\d+$`));
  return Number(/\d+$/.exec(text)?.[0]);
}

describe('libsystemd', () => {
  beforeEach(({ skip }) => skip(missingPrograms(['libsystemd']).length > 0, 'there is no python3 with libsystemd'));

  it('asks for more time than `ready timeout` gives', async () => {
    const started = session.run('start', 'extends');
    const text = await eventually('its limit has moved', async () => {
      const said = await explain('extends');
      return /(\d+) minutes left/.test(said) && said;
    });
    expect(text).toContain('migrating');
    goes('extends');
    expect((await started).stdout).toMatch(/^extends start\/running/);
  });

  it('names another main process, which is followed and stopped', async () => {
    const first = await start('hands');
    goes('hands');
    const child = Number(await eventually('the child is there', () => textOf('child')));
    await eventually('it is the main one', async () => (await run('status', 'hands')).endsWith(`process ${child}`));
    await eventually('the parent has ended', () => !isRunning(Number(textOf('parent')) || first));
    expect(await run('status', 'hands')).toBe(`hands start/running, process ${child}`);
    expect(await run('stop', 'hands')).toBe('hands stop/waiting');
    expect(isRunning(child)).toBe(false);
  });

  it('says that it stops, which explain tells', async () => {
    await start('stops');
    const stopped = session.run('stop', 'stops');
    await eventually('it says so', async () => (await explain('stops')).includes('flushing'));
    goes('stops');
    expect((await stopped).stdout).toBe('stops stop/waiting\n');
  });

  it('has `reload` wait, with the time at which the reload began', async () => {
    await start('reloads');
    const reloads = async (): Promise<boolean> => /; reloads$/m.test(await explain('reloads'));
    // Half a second after the signal init does not expect a reload any more.
    await eventually('one that begins in time is waited for', async () => {
      rmSync(at('reloads'), { force: true });
      let isAnswered = false;
      const reloaded = session.run('reload', 'reloads').finally(() => {
        isAnswered = true;
      });
      await eventually('it reloads', reloads);
      const waits = !isAnswered;
      goes('reloads');
      expect((await reloaded).status).toBe(0);
      await eventually('it has reloaded', async () => !(await reloads()));
      return waits;
    });
  });

  it('wants descriptors to be kept, and is refused aloud, once', async () => {
    await start('stores');
    expect(await explain('stores')).toContain('asks to have descriptors kept (FDSTORE), which init does not');
    await session.hears('FDSTORE');
    const refusals = session.said.split('\n').filter((line) => line.includes('FDSTORE'));
    expect(refusals).toHaveLength(1);
  });

  it('names a process of somebody else, which is refused', async () => {
    const pid = await start('lies');
    expect(await explain('lies')).toMatch(/names process \d+ as its main process, which is none of the job/);
    expect(await run('status', 'lies')).toBe(`lies start/running, process ${pid}`);
  });
});

function textOf(name: string): string {
  try {
    return readFileSync(at(name), 'utf8');
  } catch {
    return '';
  }
}
