/** Services that turn bad and good again, and what init has to make of it. */
import type { CheckStatus } from '../../packages/protocol/src/index.ts';
import { eventually } from '../eventually.ts';
import { isRunning, signal } from './proc.ts';
import type { Service } from './services.ts';
import type { Session } from './session.ts';

/** Tasks that count the events. */
export const HEALTH_JOBS = {
  doctor: 'start on unhealthy\ntask\nexec perl PROGRAMS/task.pl LEDGER 0 0\n',
  nurse: 'start on healthy\ntask\nexec perl PROGRAMS/task.pl LEDGER 0 0\n',
};

/** Makes a service bad that is up and has a check, and waits for all that follows: the events, and another process if its file asks for one. */
export async function makeIll(session: Session, service: Service): Promise<void> {
  const { ledger, check, shown } = service;
  const pid = await eventually(`${shown} has a process`, () => session.running(ledger)[0]);
  const [treated, healed] = timesGone(session);
  signal(pid, 'SIGUSR1');
  await comes(session, 'doctor', treated + 1);
  if (check === 'restart') {
    await eventually(`${pid} of ${shown}, which is bad, has ended`, () => !isRunning(pid));
    service.starts++;
  } else {
    if (!isRunning(pid)) throw new Error(`${shown} was restarted, which its file does not ask for`);
    signal(pid, 'SIGUSR2');
  }
  await comes(session, 'nurse', healed + 1);
}

/**
 * Kills the process of a service, and waits until init knows. While the supervisor stands still, checks may fail before that: then it counts as
 * ill, and as well again once its next process is there, if it gets one.
 */
export async function killAndLook(
  session: Session,
  { check, ledger, respawns, shown, words }: Service,
  pid: number,
): Promise<{ isIll: boolean; isWell: boolean }> {
  const [treated, healed] = timesGone(session);
  signal(pid, 'SIGKILL');
  await eventually(`${pid} of ${shown} has ended`, () => !isRunning(pid));
  if (check === null) return { isIll: false, isWell: false };
  await eventually(`init knows that ${pid} of ${shown} has ended`, async () => {
    const { stdout } = await session.run('status', ...words);
    return !stdout.includes(`, process ${pid}\n`);
  });
  await hasGone(session, 'doctor');
  const isIll = timesGone(session)[0] > treated;
  const isWell = isIll && (respawns || check === 'restart');
  if (isWell) {
    await eventually(`${shown} has another process`, () => session.running(ledger).length > 0);
    await comes(session, 'nurse', healed + 1);
  }
  return { isIll, isWell };
}

/** How many times the tasks of the events have run. */
function timesGone(session: Session): [number, number] {
  return [session.noted('doctor', 'ends').length, session.noted('nurse', 'ends').length];
}

/**
 * After a loss init may take a service for bad that has become good since: its next failure would be none. Resolves when all checks have
 * seen what is the case, and the events of that were treated.
 */
export async function settleChecks(session: Session): Promise<void> {
  await eventually('no service counts as bad', async () => {
    const rows = JSON.parse((await session.run('upstart', 'ps', '--json')).stdout) as { checks?: CheckStatus[] }[];
    return rows.every(({ checks = [] }) => checks.every(({ healthy }) => healthy !== false));
  });
  for (const task of Object.keys(HEALTH_JOBS)) await hasGone(session, task);
}

/** The task of an event has run so many times, and init knows that it has ended. */
async function comes(session: Session, task: string, times: number): Promise<void> {
  await eventually(`${task} has come`, () => session.noted(task, 'ends').length >= times);
  await hasGone(session, task);
}

async function hasGone(session: Session, task: string): Promise<void> {
  await eventually(
    `${task} has gone`,
    async () => (await session.run('status', task)).stdout === `${task} stop/waiting\n`,
  );
}
