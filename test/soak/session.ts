/** Start/stop cycles on a real session: what daemon and supervisor hold must not grow. */
import { descriptorsOf, residentOf } from '../chaos/proc.ts';
import { eventually, Session } from '../chaos/session.ts';

export interface Footprint {
  daemonKiB: number;
  supervisorKiB: number;
  daemonDescriptors: number;
  supervisorDescriptors: number;
}

export interface SessionSoak {
  before: Footprint;
  after: Footprint;
}

const WARM_UP = 60;

export async function soakSession(cycles: number): Promise<SessionSoak> {
  const session = await Session.start({
    jobs: { web: 'pre-start exec true\nexec sleep 1000\n', chore: 'start on started web\ntask\nexec echo done\n' },
  });
  try {
    for (let i = 0; i < WARM_UP; i++) await cycle(session);
    const before = await footprint(session);
    for (let i = 0; i < cycles; i++) await cycle(session);
    return { before, after: await footprint(session) };
  } finally {
    await session.kill();
  }
}

async function cycle(session: Session): Promise<void> {
  const started = await session.run('start', 'web');
  if (started.status !== 0) throw new Error(`start: ${started.stderr}`);
  const stopped = await session.run('stop', 'web');
  if (stopped.stdout !== 'web stop/waiting\n') throw new Error(`stop: ${stopped.stdout}${stopped.stderr}`);
}

async function footprint(session: Session): Promise<Footprint> {
  await eventually('the last task has ended', async () => {
    return (await session.run('status', 'chore')).stdout === 'chore stop/waiting\n';
  });
  const daemon = await eventually('there is a daemon', () => session.daemon());
  return {
    daemonKiB: residentOf(daemon),
    supervisorKiB: residentOf(session.pid),
    daemonDescriptors: descriptorsOf(daemon),
    supervisorDescriptors: descriptorsOf(session.pid),
  };
}
