/**
 * Many jobs with `console log` running at once, each from a file of its own: from the event that starts them until all of them
 * have been stopped. With `--talking` each job says a line, so that each has a log file. Prints figures; fails when a job is not
 * where it should be or init has logged a problem.
 */
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { childrenOf, descriptorsOf, nameOf, residentOf } from '../chaos/proc.ts';
import { pause, Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

export const USAGE = 'usage: node test/processes/ten-thousand.mjs [--jobs N] [--talking]';
const PATIENCE = 600_000;

interface Figures {
  seconds: number;
  supervisor: number;
  daemon: number;
  descriptors: number;
}

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { jobs: { type: 'string', default: '10000' }, talking: { type: 'boolean', default: false } },
  });
  const count = Number(values.jobs);
  const program = values.talking
    ? 'script\n  echo this is job $UPSTART_JOB\n  exec sleep 100000\nend script'
    : 'exec sleep 100000';
  const text = `start on go\nstop on enough\nconsole log\n${program}\n`;
  const names = Array.from({ length: count }, (_, i) => `job${i}`);
  const began = performance.now();
  const session = await Session.start({ jobs: Object.fromEntries(names.map((name) => [name, text])) });
  try {
    const loaded = figures(session, began);
    print('jobs read', loaded, loaded, count);
    const started = performance.now();
    await session.run('initctl', 'emit', '--no-wait', 'go');
    await eventually('all jobs run', async () => (await countOf(session, ' start/running,')) === count, PATIENCE);
    const running = figures(session, started);
    print('all running', running, loaded, count);
    if (values.talking) await eventually('all have spoken', () => logsOf(session) === count, PATIENCE);
    const sleeping = sleepersOf(session.pid);
    if (sleeping !== count) throw new Error(`${sleeping} processes instead of ${count}`);
    const stopped = performance.now();
    await session.run('initctl', 'emit', '--no-wait', 'enough');
    await eventually('all jobs have ended', async () => (await countOf(session, ' stop/waiting')) === count, PATIENCE);
    print('all stopped', figures(session, stopped), loaded, count);
    const said = session.said.split('\n').filter((line) => line !== '' && !line.endsWith(' killed by TERM signal'));
    for (const line of said.slice(0, 20)) console.log(line);
    return said.every((line) => line.includes('Failed to create pty')) ? 0 : 1;
  } finally {
    await session.kill();
  }
}

/** Asking is work for the daemon, too: not more than twice a second. */
async function countOf(session: Session, what: string): Promise<number> {
  await pause(500);
  return (await session.run('initctl', 'list')).stdout.split(what).length - 1;
}

function logsOf(session: Session): number {
  return existsSync(session.logs) ? readdirSync(session.logs).length : 0;
}

function sleepersOf(parent: number): number {
  return childrenOf(parent).filter((pid) => nameOf(pid) === 'sleep').length;
}

function figures(session: Session, began: number): Figures {
  return {
    seconds: (performance.now() - began) / 1000,
    supervisor: residentOf(session.pid),
    daemon: residentOf(session.daemon() ?? 0),
    descriptors: descriptorsOf(session.pid),
  };
}

function print(what: string, now: Figures, before: Figures, count: number): void {
  const memory = (part: 'supervisor' | 'daemon') =>
    `${part} ${(now[part] / 1024).toFixed(1)} MiB (${((now[part] - before[part]) / count).toFixed(2)} KiB a job)`;
  const parts = [
    `${now.seconds.toFixed(2)} s`,
    memory('supervisor'),
    memory('daemon'),
    `${now.descriptors} descriptors`,
  ];
  console.log(`${what.padEnd(12)} ${parts.join(', ')}`);
}
