/**
 * What jobs cost that are ready and have no `check`: nothing of init wakes up. The kernel counts how often each thread has been taken off a
 * processor; a thread that sleeps all the time is not.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { removeFolder } from '../remove-folder.ts';

/** How long nothing may happen, in milliseconds: longer than each pause between two tries, and than the batches of the history. */
const SILENCE_MS = 3000;

const folder = mkdtempSync(join(tmpdir(), 'idle-'));
const SERVER = `
const [port] = process.argv.slice(2);
require('node:http').createServer((_request, response) => response.end())
  .listen(Number(port), '127.0.0.1', () => console.log('listening'));
`;

let session: Session;
beforeAll(async () => {
  writeFileSync(join(folder, 'server.cjs'), SERVER);
  const [first, second] = [await freePort(), await freePort()];
  const serve = (port: number): string => `exec ${process.execPath} ${join(folder, 'server.cjs')} ${port}\n`;
  session = await Session.start({
    jobs: {
      all: `${serve(first)}ready tcp ${first}\nready http http://127.0.0.1:${first}/\nready log listening\nready exec true\nready after 0.1\n`,
      told: 'expect fd 3\nscript\necho >&3\nexec 3>&-\nexec sleep 1000\nend script\n',
      checked: `${serve(second)}ready tcp ${second}\ncheck tcp ${second}\ncheck interval 0.5\n`,
    },
  });
});
afterAll(async () => {
  await session?.kill();
  removeFolder(folder);
});

/** Init and what belongs to it: its daemon, its logger, and the watcher of job files. */
function processesOfInit(): number[] {
  const daemon = session.daemon() as number;
  const isOwn = (pid: number): boolean => /logger|conf-watch/.test(commandLineOf(pid));
  return [session.pid, daemon, ...childrenOf(session.pid).filter(isOwn), ...childrenOf(daemon).filter(isOwn)];
}

/** How often the threads of these processes have been taken off a processor, each by its number. */
function switches(pids: readonly number[]): Record<string, string> {
  const counts: Record<string, string> = {};
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
      counts[`${commandLineOf(pid)} ${thread}`] = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(text)?.[1] ?? '';
    }
  }
  return counts;
}

/** Whether some thread has run within the silence. */
async function isAwake(pids: readonly number[]): Promise<boolean> {
  const before = switches(pids);
  await sleep(SILENCE_MS);
  return JSON.stringify(switches(pids)) !== JSON.stringify(before);
}

/** Whether it is the same in two silences: a process that waits for a processor neither runs nor sleeps. */
const staysAwake = async (pids: readonly number[], expected: boolean): Promise<boolean> =>
  (await isAwake(pids)) === expected && (await isAwake(pids)) === expected;

it('jobs that are ready cause no wake-up, and one with a check does', async () => {
  for (const job of ['all', 'told'])
    expect((await session.run('start', job)).stdout).toMatch(new RegExp(`^${job} start/running, process \\d+\n$`));
  const pids = await eventually('the watcher runs, too', () => {
    const found = processesOfInit();
    return found.length >= 4 && found;
  });
  await eventually('nothing of init wakes up', () => staysAwake(pids, false));
  expect((await session.run('start', 'checked')).stdout).toMatch(/^checked start\/running/);
  await eventually('it is answered', async () =>
    (await session.run('status', '-v', 'checked')).stdout.includes(': healthy'),
  );
  await eventually('init wakes up', () => staysAwake(pids, true));
});
