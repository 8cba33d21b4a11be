/** A daemon that recovers the saved state and crashes before it answers clients, each time. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InitSession } from '../session/init-session.ts';
import { Product } from '../session/product.ts';

/** The daemon, which ends as soon as it reads a job file. */
const CRASHES = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { openSync } = fs;
fs.openSync = (path, ...options) => {
  if (String(path).endsWith('/job.conf')) process.exit(3);
  return openSync(path, ...options);
};
syncBuiltinESMExports();
await import('./product/lib/upstart/daemon.js');
`;

const product = new Product('crashing-daemon-');
afterAll(() => product.remove());

test('it is replaced, and its session ends without one when asked to', async () => {
  product.place('.', { 'crashes.mjs': CRASHES });
  const session = new InitSession({
    product,
    words: [join(product.bin, 'init'), '--user', '--confdir', product.place('conf', { 'job.conf': 'exec true\n' })],
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: product.folder,
      XDG_RUNTIME_DIR: product.place('run'),
      UPSTART_NODE: process.execPath,
      UPSTART_DAEMON: join(product.folder, 'crashes.mjs'),
    },
  });
  await session.hears('init: the daemon ended with status 3; starting another one', 4);
  await session.exit('SIGTERM');
  expect(session.status).toBe(1);
  await session.hears('init: no daemon comes up: ending without one');
});
