/** A daemon that acknowledges no reports: what is kept of them is bounded, and nothing is lost. */
import { expect, test } from 'vitest';
import { Supervisor } from './supervisor.ts';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';

/** Its reports fill up after a few dozen. */
const program = compileInit('-DREPORTS_MAX=32768u');

test('when nothing is acknowledged reaping stops, and resumes afterwards with nothing lost', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon({ acknowledge: false });
  const count = 200;
  for (let id = 1; id <= count; id++) daemon.shell(id, `exit ${id % 100}`);
  await eventually(() => daemon.reports.some((report) => report.type === 'execed' && report.process === count));
  await eventually(() => zombies(init.pid) >= 50);
  const exits = () => daemon.reports.filter((report) => report.type === 'exited');
  expect(exits().length).toBeLessThan(count - 50);
  // a daemon that dies now is replaced all the same
  daemon.supervisor.ready();
  process.kill(daemon.pid, 'SIGKILL');
  const next = await init.daemon();
  for (let id = 1; id <= count; id++) expect((await next.report('exited', id)).code).toBe(id % 100);
  expect(zombies(init.pid)).toBe(0);
  init.child.kill('SIGUSR1');
  await next.report('signal');
});

test('a process that stops and continues all the time does not fill the reports', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon({ acknowledge: false });
  daemon.spawn(1, { argv: ['sleep', '1000'] });
  const { pid } = await daemon.report('spawned', 1);
  await daemon.report('execed', 1);
  const state = () => /State:\t(.)/.exec(textOf(`/proc/${pid}/status`))?.[1];
  for (let i = 0; i < 200; i++) {
    process.kill(pid, 'SIGSTOP');
    await eventually(() => state() === 'T');
    process.kill(pid, 'SIGCONT');
    await eventually(() => state() !== 'T');
  }
  expect(daemon.reports.length).toBeLessThan(50);
  // the final state is reported when there is room for it
  for (const [signal, type] of [
    ['SIGSTOP', 'stopped'],
    ['SIGCONT', 'continued'],
  ] as const) {
    process.kill(pid, signal);
    await eventually(() => {
      daemon.supervisor.send([], daemon.reports.at(-1)!.seq);
      return daemon.reports.at(-1)!.type === type;
    });
  }
});

test('a daemon that sends commands for ever without acknowledging is replaced', async () => {
  const init = Init.start(program);
  const { socket } = await init.connection();
  const { supervisor } = await Supervisor.over(socket);
  supervisor.send(
    Array.from({ length: 2000 }, (_, i) => ({ type: 'signal', id: i + 1, process: 1, signal: 0, group: false })),
  );
  const next = await init.daemon();
  await eventually(() => init.said.includes('a command though reports are not acknowledged'));
  expect(next.state.lastCommand).toBeGreaterThan(100);
  expect(next.state.lastCommand).toBeLessThan(2000);
});

function zombies(parent: number): number {
  const children = textOf(`/proc/${parent}/task/${parent}/children`).trim().split(' ').filter(Boolean);
  return children.filter((pid) => / Z /.test(textOf(`/proc/${pid}/stat`))).length;
}
