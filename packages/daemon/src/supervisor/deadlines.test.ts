import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monotonicNow } from '../time/clock.ts';
import { ALL_ABILITIES } from './abilities.ts';
import { compileInit, loggerOf, SANITIZE } from './testing/compile.ts';
import { eventually, Init, processExists, textOf } from './testing/init.ts';

const variants = [
  ['plain', compileInit()],
  ['with sanitizers', compileInit(...SANITIZE)],
] as const;
const SANITIZER_OPTIONS = { ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99' };

/** One with an executable of its own, which it can be replaced by. */
function start(program: string): Init {
  const folder = mkdtempSync(join(tmpdir(), 'deadlines-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const executable = join(folder, 'init');
  copyFileSync(program, executable);
  copyFileSync(loggerOf(program), loggerOf(executable));
  return Init.start(executable, { env: SANITIZER_OPTIONS });
}

const deadline = (id: number, process: number, inMs: number) =>
  ({ type: 'deadline', id, process, dueMs: monotonicNow() + inMs }) as const;

/** Ignores every signal that it can, and so does its child, whose pid it writes. */
const STUBBORN = (out: string): string =>
  `trap '' TERM INT HUP; sleep 1000 & echo $! > ${out}; while :; do sleep 0.05; done`;

describe.each(variants)('%s', (_name, program) => {
  test('a process is killed at its deadline with its group, though the daemon does nothing', async () => {
    const init = start(program);
    const daemon = await init.daemon();
    const out = join(init.folder, 'out');
    daemon.shell(1, STUBBORN(out));
    await eventually(() => textOf(out) !== '');
    daemon.send(deadline(2, 1, 50));
    expect(await daemon.report('exited', 1)).toMatchObject({ signal: 9 });
    await eventually(() => !processExists(Number(textOf(out))));
  });

  test('the last deadline counts, one that has passed at once, and one of nothing does nothing', async () => {
    const daemon = await start(program).daemon();
    let last = 0;
    const sleeper = (): number => {
      daemon.shell(++last, 'exec sleep 1000');
      return last;
    };
    // It has to be given before it passes: on a slow machine one further away is.
    for (let inMs = 100; ; inMs *= 2) {
      const [one, other] = [sleeper(), sleeper()];
      const first = deadline(++last, one, inMs);
      daemon.send(first, deadline(++last, one, 1e9), deadline(++last, other, 2 * inMs));
      // Answered behind them.
      daemon.send({ type: 'signal', id: ++last, process: one, signal: 0, group: false });
      await daemon.report('signalled', one);
      const wasInTime = monotonicNow() < first.dueMs;
      expect(await daemon.report('exited', other)).toMatchObject({ signal: 9 });
      if (!wasInTime) continue;
      expect(daemon.typesOf(one)).not.toContain('exited');
      daemon.send(deadline(++last, one, 0));
      expect(await daemon.report('exited', one)).toMatchObject({ signal: 9 });
      break;
    }
    const passed = sleeper();
    daemon.send(deadline(++last, passed, -1e6), deadline(++last, 1_000_000, 0));
    expect(await daemon.report('exited', passed)).toMatchObject({ signal: 9 });
  });

  test.runIf(process.getuid?.() === 0)(
    'a process with a deadline dies with the supervisor, others do not',
    async () => {
      const init = start(program);
      const daemon = await init.daemon();
      const dueMs = monotonicNow() + 1e6;
      daemon.shell(1, 'exec sleep 1000', { deadlineMs: dueMs, user: 'nobody' });
      daemon.shell(2, 'exec sleep 1000');
      const [timed, other] = [await daemon.report('spawned', 1), await daemon.report('spawned', 2)];
      for (const id of [1, 2]) await daemon.report('execed', id);
      init.child.kill('SIGKILL');
      await eventually(() => !processExists(timed.pid) || textOf(`/proc/${timed.pid}/stat`).includes(' Z '));
      expect(processExists(other.pid)).toBe(true);
      process.kill(other.pid, 'SIGKILL');
    },
  );

  test('a deadline that comes with the process holds, too', async () => {
    const daemon = await start(program).daemon();
    daemon.shell(1, STUBBORN('/dev/null'), { deadlineMs: monotonicNow() + 100 });
    expect(await daemon.report('exited', 1)).toMatchObject({ signal: 9 });
  });

  test('a deadline outlives the image of the supervisor', async () => {
    const init = start(program);
    // Where the re-execution takes longer, this one gets the report, and the next one once more.
    const first = await init.daemon({ acknowledge: false });
    first.shell(1, 'exec sleep 1000');
    await first.report('execed', 1);
    first.send(deadline(2, 1, 1000));
    first.supervisor.ready();
    first.replace();
    const second = await init.daemon();
    expect(await second.report('exited', 1)).toMatchObject({ signal: 9 });
  });
});

test('an older supervisor gets none', async () => {
  const daemon = await start(compileInit()).daemon({ abilities: { ...ALL_ABILITIES, keepsDeadlines: false } });
  daemon.shell(1, 'exec sleep 1000', { deadlineMs: monotonicNow() });
  await daemon.report('execed', 1);
  daemon.send(deadline(2, 1, 0), { type: 'signal', id: 3, process: 1, signal: 15, group: true });
  expect(await daemon.report('exited', 1)).toMatchObject({ signal: 15 });
});
