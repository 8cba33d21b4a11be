/** A job that never stops talking, with rotation so that the disk stays free. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const MIB = 1024 * 1024;
/** The size of a log's buffer: so much is read before the logger looks at the file again. */
const BUFFER = 128 * 1024;

test('its logs stay within what is kept, and others are answered as ever', async () => {
  const jobs = { chatty: 'exec yes this is a line of a program that talks much\n', calm: 'exec sleep 1000\n' };
  const options = ['--log-rotate-size', '1M', '--log-rotate-keep=2'];
  const session = await Session.start({ jobs, options });
  onTestFinished(() => session.kill());
  await session.run('start', 'calm');
  await session.run('start', 'chatty');
  const log = join(session.logs, 'chatty.log');
  await eventually('the second old file is there', () => existsSync(`${log}.2`));
  for (let i = 0; i < 20; i++) {
    expect((await session.run('status', 'calm')).stdout).toMatch(/^calm start\/running, process \d+\n$/);
  }
  expect((await session.run('stop', 'chatty')).stdout).toBe('chatty stop/waiting\n');
  const files = ['chatty.log', 'chatty.log.1', 'chatty.log.2'];
  // What its terminal holds is still being written where that takes longer than init waits for it.
  await eventually('the last rotation is over', () => files.every((name) => existsSync(join(session.logs, name))));
  expect(readdirSync(session.logs).filter((name) => name.startsWith('chatty'))).toHaveLength(files.length);
  for (const name of files) expect(statSync(join(session.logs, name)).size).toBeLessThan(2 * MIB + BUFFER);
});
