/** One chaos run: everything in it follows from its seed, except the exact moments. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { ArrivedLogs } from './arrived.ts';
import { HARMLESS, LOSSES } from './faults.ts';
import { checkHistory } from './history.ts';
import { Random } from './random.ts';
import { pause, Session } from './session.ts';
import { World } from './world.ts';

/** How many things a user does in one run. */
const ACTIONS = 14;
/** Few enough descriptors that they can be used up. */
const DESCRIPTORS = 96;
const SMALL_DISK = 512 * 1024;
/** Half of the worlds have a target of logs. */
const LOG_TARGETS = 7919;

export interface RunResult {
  seed: number;
  /** How often each fault was injected. */
  faults: Record<string, number>;
  actions: number;
  /** Milliseconds. */
  took: number;
  error: Error | null;
}

/** Runs one seed; `report` gets the facts that explain a failure. */
export async function runSeed(seed: number): Promise<RunResult> {
  const began = performance.now();
  const faults: Record<string, number> = {};
  const random = new Random(seed);
  const world = new World(random);
  const disk = random.chance(0.3) ? smallDisk() : null;
  const wrapper = random.chance(0.4) ? ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`] : [];
  const actions = { done: 0 };
  // Numbers of its own: what else happens does not depend on it.
  const arrived = new Random(seed + LOG_TARGETS).chance(0.5) ? await ArrivedLogs.start() : null;
  const options = arrived === null ? [] : [arrived.option];
  let error: Error | null = null;
  try {
    const session = await Session.start({ jobs: world.jobs, options, wrapper, ...(disk && { runtime: disk }) });
    try {
      await runWorld(session, world, random, { actions, faults, disk, arrived });
    } catch (failure) {
      error = failure as Error;
      error.message += `\n${world.history.join('\n')}\ninit said:\n${session.said}`;
    } finally {
      await session.kill();
    }
  } catch (failure) {
    error ??= failure as Error;
  } finally {
    arrived?.close();
    if (disk) removeDisk(disk);
  }
  return { seed, faults, actions: actions.done, took: performance.now() - began, error };
}

interface Surroundings {
  readonly actions: { done: number };
  readonly faults: Record<string, number>;
  /** The small disk of the state; null: there is none. */
  readonly disk: string | null;
  /** The target of logs; null: there is none. */
  readonly arrived: ArrivedLogs | null;
}

async function runWorld(
  session: Session,
  world: World,
  random: Random,
  { actions, faults, disk, arrived }: Surroundings,
): Promise<void> {
  const note = (name: string): void => {
    faults[name] = (faults[name] ?? 0) + 1;
  };
  // A generator of its own: how many faults fit in must not change what the user does.
  const others = new Random(random.below(2 ** 31));
  let over = false;
  const sabotage = (async () => {
    while (!over) {
      const name = others.pick(Object.keys(HARMLESS));
      note(name);
      const began = performance.now();
      await HARMLESS[name]?.(session, others);
      // Work gets as much time as the trouble took, however slow the machine is.
      await pause(others.below(250) + performance.now() - began);
    }
  })();
  sabotage.catch(() => {});
  try {
    for (; actions.done < ACTIONS; actions.done++) await world.act(session);
  } finally {
    over = true;
    await sabotage;
  }
  await world.checkAll(session);
  if (arrived !== null) for (const name of world.loggers) await arrived.check(session, name);
  // A small disk may not hold all of it.
  await checkHistory(session, disk === null);

  const before = world.processes(session);
  const name = random.pick(Object.keys(LOSSES));
  note(name);
  await LOSSES[name]?.(session, random);
  await world.settleAfterLoss(session, before);
  for (let i = 0; i < 4; i++, actions.done++) await world.act(session);
  if (disk) {
    note('fullDisk');
    await fullDisk(session, world, disk);
  }
  for (const service of world.services) await world.agrees(session, service);
  await checkHistory(session, false);

  const status = await session.end();
  if (status !== 0) throw new Error(`init ended with ${status}`);
  const bad = /^.*(?:cannot start|ends by an error|at .*daemon\.js:).*$/m.exec(session.said);
  if (bad) throw new Error(`a daemon failed: ${bad[0]}`);
}

/** Nothing can be saved any more, and the daemon is killed. */
async function fullDisk(session: Session, world: World, disk: string): Promise<void> {
  fill(disk);
  await world.act(session, false);
  const before = world.processes(session);
  process.kill(await eventually('there is a daemon', () => session.daemon()), 'SIGKILL');
  await world.settleAfterLoss(session, before);
  rmSync(join(disk, 'filler'));
  await world.act(session, false);
}

function fill(disk: string): void {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize));
  } catch (error) {
    // The daemon has taken some of it meanwhile: full it is all the same.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** A file system of a few blocks; null where we may not mount one. */
function smallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'chaos-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK},mode=700`, 'chaos', path], { stdio: 'ignore' });
    return path;
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

function removeDisk(path: string): void {
  execFileSync('umount', [path]);
  rmSync(path, { recursive: true });
}
