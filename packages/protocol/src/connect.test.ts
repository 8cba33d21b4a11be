/** The first connection of a client, to a daemon that its init restarts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from './client.ts';
import { encodeAnswer } from './request-stream.ts';
import { initIdentity, writeOwner } from './run-folder.ts';
import { FakeDaemon } from './testing/fake-daemon.ts';

/** Listens on a socket and is killed, so that the socket stays. */
const LEAVE_SOCKET =
  "require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";

it('waits for a daemon that its init restarts, while that init lives', async () => {
  const init = spawn(process.execPath, ['-e', 'process.title = "init"; console.log(); setInterval(() => {}, 1e6)']);
  await once(init.stdout, 'data');
  const folder = mkdtempSync(join(tmpdir(), 'upstart-connect-'));
  onTestFinished(() => {
    init.kill();
    rmSync(folder, { recursive: true });
  });
  writeOwner(folder, initIdentity(init.pid as number), { sources: [], logDir: '/' });
  const socket = join(folder, 'control.sock');
  // A socket without a listener.
  await once(spawn(process.execPath, ['-e', LEAVE_SOCKET, socket]), 'exit');
  await expect(connect({ path: socket, retryForMs: 20, retryPauseMs: 1 })).rejects.toThrow('Connection refused');
  const opened = connect({ path: socket, retryPauseMs: 1 });
  const restarted = new FakeDaemon();
  let hellos = 0;
  // The first one ends before it greets.
  restarted.onHello = (send, id) => {
    if (hellos++ === 0) void restarted.drop(false);
    else send(encodeAnswer({ id, result: { version: 1, daemon: 'init (upstart 1.2.3)', pid: 7 } }));
  };
  await restarted.listen(`${socket}.new`);
  renameSync(`${socket}.new`, socket);
  expect(await (await opened).call('version', {})).toBeNull();
  expect(hellos).toBe(2);
  (await opened).close();
  await restarted.drop(true);
  init.kill();
  await once(init, 'exit');
  await once(spawn(process.execPath, ['-e', LEAVE_SOCKET, socket]), 'exit');
  await expect(connect({ path: socket })).rejects.toThrow('Connection refused');
});
