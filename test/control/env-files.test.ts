/** `env-file` on a file system that does not answer, against a real init. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAN_LEASE, hang } from '../../packages/daemon/src/supervisor/testing/lease.ts';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { SessionInit } from './session-init.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'env-files-'));
const FILE = join(FOLDER, 'hangs');

let session: SessionInit;

beforeAll(async () => {
  writeFileSync(FILE, 'VALUE=right\n');
  writeFileSync(join(FOLDER, 'good'), 'VALUE=good\n');
  const web = `env-file ${FILE}\nscript\necho $VALUE > ${FOLDER}/value\nexec sleep 1000\nend script\n`;
  session = await SessionInit.start({
    jobs: {
      web,
      other: `env-file ${FOLDER}/good\nexec sleep 1000\n`,
      optional: `env-file -${FILE}\nexec sleep 1000\n`,
    },
  });
});
afterAll(async () => {
  await session?.end('SIGKILL');
  session?.remove();
  rmSync(FOLDER, { recursive: true, force: true });
});

const said = async (...words: [string, ...string[]]): Promise<string> => (await session.run(...words)).stdout;
const explained = (): Promise<string> => said('initctl', 'explain', 'web');
const WAITS = `waits until env-file ${FILE} is read`;
const GIVEN_UP = `unable to read env-file: ${FILE}: reading it has timed out`;

/** Waits until `explain` prints this of `web`. The job is started again where the daemon has given up the file, as after a standstill of this process. */
function webIs(what: string): Promise<unknown> {
  return eventually(what, async () => {
    const text = await explained();
    if (text.includes(GIVEN_UP)) await session.run('start', '--no-wait', 'web');
    return text.includes(what);
  });
}

function daemonPid(): number | null {
  return childrenOf(session.pid).find((pid) => commandLineOf(pid).includes('daemon.js')) ?? null;
}

describe.runIf(CAN_LEASE)('a job whose env-file hangs', () => {
  it('waits alone, also over the death of the daemon, and starts when the file answers', async () => {
    const letGo = await hang(FILE);
    await session.run('start', '--no-wait', 'web');
    await eventually('another job starts meanwhile', async () => {
      await webIs(WAITS);
      await session.run('start', 'other');
      const isRunning = (await said('status', 'other')).startsWith('other start/running');
      return isRunning && (await explained()).includes(WAITS);
    });
    process.kill((await eventually('there is a daemon', daemonPid)) as number, 'SIGKILL');
    await webIs(WAITS);
    letGo();
    await webIs('web start/running');
    const value = join(FOLDER, 'value');
    await eventually('it has the variable', () => existsSync(value) && readFileSync(value, 'utf8') === 'right\n');
    expect(await said('stop', 'web')).toBe('web stop/waiting\n');
  });

  it('can be stopped meanwhile', async () => {
    await hang(FILE);
    await session.run('start', '--no-wait', 'web');
    await eventually('it is stopped', async () => {
      await webIs(WAITS);
      return (await said('stop', 'web')) === 'web stop/waiting\n';
    });
  });

  it('fails to start after a while, though the file may be missing', async () => {
    await hang(FILE);
    expect(await session.run('start', 'optional')).toMatchObject({ status: 1 });
    expect(await said('initctl', 'explain', 'optional')).toContain(GIVEN_UP);
  });
});
