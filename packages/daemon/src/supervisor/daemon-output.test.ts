/** The output of the daemon and the supervisor blocks neither of them, and arrives whole and in order. */
import { closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileInit, SANITIZE } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';

const program = compileInit(...SANITIZE);
const LINES = 20_000;
const LINE = new RegExp(`^relay (\\d+) ${'x'.repeat(100)}$`);

/** The numbers of the lines of daemons. */
function numbers(text: string): number[] {
  return text.split('\n').flatMap((line) => LINE.exec(line)?.slice(1).map(Number) ?? []);
}

test('lines that nobody reads hold up neither the daemon nor the supervisor; those left out are counted', async () => {
  const init = Init.start(program, { env: { RELAY_SAYS: `${LINES}`, RELAY_SAYS_ERRORS: '1' }, unread: true });
  // it has said it all when it connects
  const first = await init.daemon();
  first.supervisor.ready();
  first.spawn(1, {});
  await first.report('exited', 1);
  init.listen();
  // the backlog is read first, so that there is room for more
  await eventually(() => numbers(init.said).length > 5000);
  process.kill(first.pid, 'SIGKILL');
  await init.daemon();
  const notice = await eventually(() => /^init: (\d+) lines left out: standard error was not read$/m.exec(init.said));
  const before = init.said.slice(0, notice.index);
  const kept = numbers(before);
  expect(before.split('\n').slice(0, -1)).toHaveLength(kept.length);
  expect(kept).toEqual(kept.map((_, i) => i));
  expect(kept.length + Number(notice[1])).toBe(LINES);
});

/** How many bytes were read from a pipe, 0 when there are none at the moment. */
function readNow(fd: number, bytes: Buffer): number {
  try {
    return readSync(fd, bytes);
  } catch {
    return 0;
  }
}

test('a full pipe holds up no log', async () => {
  const init = Init.start(program, {
    env: { RELAY_SAYS: `${LINES}`, RELAY_SAYS_ERRORS: '1' },
    through: ['/bin/sh', '-c', 'mkfifo pipe; exec "$@" 2> pipe', 'sh'],
  });
  const pipe = join(init.folder, 'pipe');
  await eventually(() => existsSync(pipe));
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reader));
  const daemon = await init.daemon();
  const log = join(init.folder, 'log');
  daemon.shell(1, 'seq 20000; exit 3', { console: 'log', logPath: log });
  expect((await daemon.report('exited', 1)).code).toBe(3);
  expect(textOf(log).endsWith('\n20000\r\n')).toBe(true);
  let said = '';
  const bytes = Buffer.alloc(65536);
  await eventually(() => {
    said += bytes.toString('latin1', 0, readNow(reader, bytes));
    return numbers(said).length > 5000;
  });
  expect(numbers(said)).toEqual(numbers(said).map((_, i) => i));
});

test('the last lines are written before the end, and an end does not wait for readers', async () => {
  const init = Init.start(program, { env: { RELAY_SAYS: '3000', RELAY_SAYS_ERRORS: '1' } });
  (await init.daemon()).send({ type: 'end', id: 1, status: 0 });
  expect(await init.exit()).toBe(0);
  await eventually(() => numbers(init.said).length === 3000);

  const unread = Init.start(program, { env: { RELAY_SAYS: `${LINES}`, RELAY_SAYS_ERRORS: '1' }, unread: true });
  (await unread.daemon()).send({ type: 'end', id: 1, status: 3 });
  expect(await unread.exit()).toBe(3);
});

/** A longer line of a job is divided (LINE_LONGEST). */
const LONGEST = 60 * 1024;

test.each(['web', ''])('a line of a job that is too long is divided, with the label %j', async (outputLabel) => {
  const init = Init.start(program, { through: ['/bin/sh', '-c', 'exec "$@" > said', 'sh'] });
  const daemon = await init.daemon();
  // The terminal adds a carriage return, which counts.
  const script = `printf %0${LONGEST - 1}d 0; echo; printf %0${LONGEST}d 0; echo; echo short; printf end`;
  daemon.shell(1, script, { console: 'log', outputLabel });
  await daemon.report('exited', 1);
  const [begin, rest] = outputLabel === '' ? ['', '\r'] : ['web: ', ''];
  const lines = ['0'.repeat(LONGEST - 1) + rest, '0'.repeat(LONGEST), rest, `short${rest}`, 'end'];
  const said = join(init.folder, 'said');
  await eventually(() => textOf(said).endsWith('end\n'));
  expect(textOf(said) === lines.map((line) => `${begin}${line}\n`).join('')).toBe(true);
});

test('lines on both stay in order where both go to the same place', async () => {
  const init = Init.start(program, {
    env: { RELAY_SAYS: '2000' },
    through: ['/bin/sh', '-c', 'exec "$@" > both 2>&1', 'sh'],
  });
  const daemon = await init.daemon();
  daemon.send({ type: 'end', id: 1, status: 0 });
  expect(await init.exit()).toBe(0);
  // Init waits no more than a moment for the logger.
  const both = join(init.folder, 'both');
  await eventually(() => numbers(textOf(both)).length === 2000);
  expect(numbers(textOf(both))).toEqual(Array.from({ length: 2000 }, (_, i) => i));
});

test('the last words of a daemon that dies are heard, and those of one that cannot be executed', async () => {
  const init = Init.start(program, { env: { UPSTART_NODE: '/nonexistent/node' } });
  await eventually(() => init.said.includes('init: cannot run node: No such file or directory\n'));
  const mute = Init.start(program, { through: ['/bin/sh', '-c', 'exec "$@" >&- 2>&-', 'sh'] });
  (await mute.daemon()).send({ type: 'end', id: 1, status: 4 });
  expect(await mute.exit()).toBe(4);
});
