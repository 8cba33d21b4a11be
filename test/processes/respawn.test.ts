/** Services that come back, whether or not the daemon has time for them. */
import { expect, onTestFinished, test } from 'vitest';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

async function running(jobs: Record<string, string>) {
  const session = await Session.start({ jobs });
  onTestFinished(() => session.kill());
  const statusOf = async (job: string): Promise<string> => (await session.run('status', job)).stdout.trim();
  const pidOf = async (job: string): Promise<number> => Number(/process (\d+)/.exec(await statusOf(job))?.[1]);
  return { session, statusOf, pidOf };
}

/** The processes whose command line this is. */
function processesOf(session: Session, line: string): number[] {
  return childrenOf(session.pid).filter((pid) => commandLineOf(pid) === line);
}

test('a service is back while the daemon does nothing, and the daemon knows it afterwards', async () => {
  const { session, statusOf, pidOf } = await running({
    plain: 'respawn\nexec sleep 71001\n',
    asks: 'respawn\npost-stop exec true\nexec sleep 71002\n',
  });
  // One after the other: when the second one runs, the supervisor has all earlier commands.
  for (const job of ['plain', 'asks']) await session.run('start', job);
  const [plain, asks] = [await pidOf('plain'), await pidOf('asks')];
  const daemon = await eventually('there is a daemon', () => session.daemon());
  process.kill(daemon, 'SIGSTOP');
  process.kill(plain, 'SIGKILL');
  process.kill(asks, 'SIGKILL');
  const [next] = await eventually('the next process runs', () => {
    const pids = processesOf(session, 'sleep 71001').filter((pid) => pid !== plain);
    return pids.length > 0 && pids;
  });
  expect(processesOf(session, 'sleep 71002').filter((pid) => pid !== asks)).toEqual([]);
  process.kill(daemon, 'SIGCONT');
  const after = `plain start/running, process ${next}`;
  await eventually('the daemon knows it', async () => (await statusOf('plain')) === after);
  await eventually('the other one, too', async () => (await pidOf('asks')) !== asks);
  await session.run('stop', 'plain');
  await eventually('nothing is left', () => processesOf(session, 'sleep 71001').length === 0);
  expect(await statusOf('plain')).toBe('plain stop/waiting');
});
