/** Start/stop cycles on a real session: the memory and descriptors of daemon and supervisor must not grow. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { descriptorsOf, residentOf } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

export interface Footprint {
  daemonKiB: number;
  supervisorKiB: number;
  daemonDescriptors: number;
  supervisorDescriptors: number;
}

/** As /proc/net/unix says it. */
const CONNECTED = '03';
const COUNTED = ['daemonDescriptors', 'supervisorDescriptors'] as const;

export interface SessionSoak {
  cycles: number;
  /** After the warm-up, half of the cycles, and all of them. */
  before: Footprint;
  half: Footprint;
  after: Footprint;
  /** Milliseconds that stopping took before and after, with a kill timeout of 1 s that is needed. */
  killedAfter: [number, number];
}

const WARM_UP = 60;
/** KiB. The heap grows to its limit before it collects, which shows in the first thousands of cycles. */
const WARM_DAEMON_GROWTH = 64 * 1024;
const DAEMON_GROWTH = 16 * 1024;
const SUPERVISOR_GROWTH = 512;
/** From so many cycles on the second half counts as warm. */
const WARM_FROM = 2000;

const JOBS = {
  web: 'pre-start exec true\nexec sleep 1000\n',
  chore: 'start on started web\ntask\nexec echo done\n',
  stubborn: 'kill timeout 1\nscript\n  trap "" TERM\n  echo > LEDGER/deaf\n  exec sleep 1000\nend script\n',
};

export async function soakSession(cycles: number): Promise<SessionSoak> {
  const session = await Session.start({ jobs: JOBS });
  try {
    for (let i = 0; i < WARM_UP; i++) await cycle(session);
    const killedBefore = await killedAfter(session);
    const before = await footprint(session, null);
    for (let i = 0; i < cycles / 2; i++) await cycle(session);
    const half = await footprint(session, before);
    for (let i = 0; i < cycles / 2; i++) await cycle(session);
    const killed = await killedAfter(session);
    const after = await footprint(session, before);
    return { cycles, before, half, after, killedAfter: [killedBefore, killed] };
  } finally {
    await session.kill();
  }
}

/** The limits that are exceeded. */
export function sessionComplaints({ cycles, before, half, after, killedAfter }: SessionSoak): string[] {
  const complaints: string[] = [];
  const grown = (what: string, growth: number, limit: number): void => {
    if (growth > limit) complaints.push(`session: the ${what} has grown by ${growth} KiB`);
  };
  grown('daemon', after.daemonKiB - before.daemonKiB, WARM_DAEMON_GROWTH);
  if (cycles >= WARM_FROM) grown('daemon, warm,', after.daemonKiB - half.daemonKiB, DAEMON_GROWTH);
  grown('supervisor', after.supervisorKiB - before.supervisorKiB, SUPERVISOR_GROWTH);
  for (const took of killedAfter) if (took < 1000) complaints.push(`session: a kill timeout of 1000 ms took ${took}`);
  return complaints;
}

async function killedAfter(session: Session): Promise<number> {
  const deaf = join(session.ledger, 'deaf');
  rmSync(deaf, { force: true });
  await session.run('start', 'stubborn');
  await eventually('it ignores the signal', () => existsSync(deaf));
  return Math.round((await session.run('stop', 'stubborn')).took);
}

async function cycle(session: Session): Promise<void> {
  const started = await session.run('start', 'web');
  if (started.status !== 0) throw new Error(`start: ${started.stderr}`);
  const stopped = await session.run('stop', 'web');
  if (stopped.stdout !== 'web stop/waiting\n') throw new Error(`stop: ${stopped.stdout}${stopped.stderr}`);
}

/** Once nothing is under way, and no more descriptors are open than at the time of `same`, or as many as a moment before: one may be open for a moment. */
async function footprint(session: Session, same: Footprint | null): Promise<Footprint> {
  await eventually('the last task has ended', async () => {
    return (await session.run('status', 'chore')).stdout === 'chore stop/waiting\n';
  });
  await eventually('the last client is gone', () => !hasClients(session));
  const daemon = await eventually('there is a daemon', () => session.daemon());
  const look = (): Footprint => ({
    daemonKiB: residentOf(daemon),
    supervisorKiB: residentOf(session.pid),
    daemonDescriptors: descriptorsOf(daemon),
    supervisorDescriptors: descriptorsOf(session.pid),
  });
  let before: Footprint | null = null;
  return eventually(`the descriptors are as before: ${JSON.stringify(same)}`, () => {
    const now = look();
    const isSettled = COUNTED.every((count) => (same ? now[count] <= same[count] : now[count] === before?.[count]));
    before = now;
    return isSettled && now;
  });
}

/** Whether the daemon's end of a connection is open: it goes by the name of the socket that was connected to. */
function hasClients({ runtime }: Session): boolean {
  const lines = readFileSync('/proc/net/unix', 'latin1').split('\n');
  return lines.some((line) => line.includes(`${runtime}/`) && line.split(/\s+/)[5] === CONNECTED);
}
