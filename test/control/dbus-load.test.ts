/** When the gateway for D-Bus is loaded: for the first client that is admitted, and not before; without it init works as ever. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { dbusAddress } from '../../packages/protocol/src/index.ts';
import { daemonWith } from '../chaos/proc.ts';
import { missingPrograms } from '../programs.ts';
import { asUser, type Outcome, type Product, whyNoOtherUsers } from '../session/product.ts';
import { SessionInit } from './session-init.ts';

const NOBODY = 65534;
const hasClient = missingPrograms(['dbus-send']).length === 0;

let session: SessionInit;
afterEach(async () => {
  await session?.end();
  session?.remove();
});

const gateway = ({ folder }: Product): string => join(folder, 'product/lib/upstart/dbus.cjs');

const jobs = { job: 'start on go\nexec sleep 1000\n' };
const daemon = (): number | undefined => daemonWith(`HOME=${session.home}`);

/** What every session does. */
async function nativeLife(): Promise<void> {
  for (const words of [['emit', 'go'], ['status', 'job'], ['list'], ['restart', 'job'], ['reload-configuration']])
    expect((await session.run('initctl', ...words)).status).toBe(0);
  await session.run('upstart', 'ps');
}

function ping(...as: string[]): Promise<Outcome> {
  const address = dbusAddress(process.getuid?.() ?? 0, session.pid);
  const [program = '', ...words] = [...as, 'dbus-send', `--address=${address}`, '--print-reply', '/'];
  return session.call(program, ...words, 'org.freedesktop.DBus.Peer.Ping');
}

test.skipIf(!hasClient)('it is loaded for the first client that may come in, once', async () => {
  session = await SessionInit.start({
    jobs,
    prepare: (product) => {
      const [path, text] = [gateway(product), readFileSync(gateway(product), 'utf8')];
      writeFileSync(path, `require('node:fs').appendFileSync(process.env.HOME + '/loaded', 'x');${text}`);
    },
  });
  const loaded = join(session.home, 'loaded');
  await nativeLife();
  if (whyNoOtherUsers() === null) expect((await ping(...asUser(NOBODY, []))).status).not.toBe(0);
  expect(existsSync(loaded)).toBe(false);
  for (const _ of [1, 2]) expect((await ping()).status).toBe(0);
  expect(readFileSync(loaded, 'utf8')).toBe('x');
});

test.skipIf(!hasClient)(
  'where it cannot be loaded its clients are disconnected, and nothing else suffers',
  async () => {
    session = await SessionInit.start({
      jobs,
      prepare: (product) => renameSync(gateway(product), `${gateway(product)}.away`),
    });
    const before = daemon();
    await nativeLife();
    for (const _ of [1, 2]) expect((await ping()).status).not.toBe(0);
    await session.hears('D-Bus connection refused: unable to load the gateway: ');
    await nativeLife();
    expect(daemon()).toBe(before);
  },
);
