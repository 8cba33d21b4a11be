import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';

const program = compileInit();

/** A pid namespace of its own, in which the next pid can be chosen; init is not its process 1. */
const NAMESPACE = ['unshare', '-p', '-f', '--mount-proc', '--kill-child', '/bin/sh', '-c', '"$@"; exit', 'sh'];

test.runIf(process.getuid!() === 0)('a pid that has come to another process is not signalled', async () => {
  const init = Init.start(program, { through: NAMESPACE });
  const daemon = await init.daemon();
  const file = (name: string) => join(init.folder, name);
  const until = (name: string) => `while [ ! -e ${file(name)} ]; do :; done`;
  // The followed process is a child of another one of the job, which reaps it.
  daemon.shell(1, `(${until('end')}) & wait; > ${file('reaped')}; exec sleep 1000`, { traceForks: 1 });
  const { pid } = await daemon.report('expect-met', 1);
  // While the supervisor stands still, the process ends and its pid goes to one that is none of ours.
  const reuse = `echo ${pid - 1} > /proc/sys/kernel/ns_last_pid; sleep 1000 & echo $! > ${file('new')}; > ${file('ready')}`;
  daemon.shell(2, `kill -STOP $PPID; > ${file('end')}; ${until('reaped')}; ${reuse}; ${until('go')}; kill -CONT $PPID`);
  await eventually(() => existsSync(file('ready')));
  expect(Number(textOf(file('new')))).toBe(pid);
  daemon.send({ type: 'signal', id: 3, process: 1, signal: 9, group: true });
  await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(file('go'), '');
  const { errno } = await daemon.report('signalled', 1);
  expect([0, 3]).toContain(errno);
  await Promise.race([daemon.report('exited', 1), daemon.report('vanished', 1)]);
  daemon.shell(4, `read -r stat < /proc/${pid}/stat; case $stat in *') Z '*) exit 1; esac`);
  expect((await daemon.report('exited', 4)).code).toBe(0);
});
