/** Faults that are injected into a working session. */

import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { ConnectionError, connect } from '../../packages/protocol/src/index.ts';
import { eventually } from '../eventually.ts';
import { signal } from './proc.ts';
import type { Random } from './random.ts';
import { pause, type Session } from './session.ts';

const YEAR = 365 * 24 * 3600;

type Fault = (session: Session, random: Random) => Promise<void>;

/** Faults that neither jobs nor clients may notice. */
export const HARMLESS: Record<string, Fault> = {
  /** The daemon is killed, perhaps again before it has recovered. */
  async kill(session, random) {
    for (let kills = random.pick([1, 1, 1, 2, 3]); kills > 0; kills--) {
      const pid = await eventually('there is a daemon', () => session.daemon());
      await pause(random.below(120));
      signal(pid, 'SIGKILL');
    }
    await recovered(session);
  },

  /** The daemon stands still for a while. */
  async freeze(session, random) {
    const pid = await eventually('there is a daemon', () => session.daemon());
    signal(pid, 'SIGSTOP');
    await pause(random.below(300));
    signal(pid, random.chance(0.5) ? 'SIGCONT' : 'SIGKILL');
    await recovered(session);
  },

  /** The supervisor stands still, and the daemon is killed meanwhile. */
  async freezeSupervisor(session, random) {
    signal(session.pid, 'SIGSTOP');
    const pid = session.daemon();
    if (pid !== null && random.chance(0.5)) signal(pid, 'SIGKILL');
    await pause(random.below(200));
    signal(session.pid, 'SIGCONT');
    await recovered(session);
  },

  /** The logger is killed, perhaps again, or stands still for a while. */
  async logger(session, random) {
    for (let times = random.pick([1, 1, 2, 3]); times > 0; times--) {
      const pid = await eventually('there is a logger', () => session.logger());
      await pause(random.below(60));
      signal(pid, 'SIGSTOP');
      await pause(random.pick([0, random.below(200)]));
      signal(pid, random.chance(0.7) ? 'SIGKILL' : 'SIGCONT');
    }
  },

  /** The log shipper, where there is one, is killed, or stands still for a while. */
  async logShipper(session, random) {
    const pid = session.logShipper();
    await pause(random.below(120));
    if (pid === null) return;
    signal(pid, 'SIGSTOP');
    await pause(random.pick([0, random.below(300)]));
    signal(pid, random.chance(0.7) ? 'SIGKILL' : 'SIGCONT');
  },

  /** More connections than there are descriptors, and one that talks nonsense. */
  async crowd(session, random) {
    const path = (session.env.UPSTART_SESSION ?? '').replace('unix:path=', '');
    const sockets: Socket[] = [];
    for (let i = 0; i < 150; i++) sockets.push(createConnection(path).on('error', () => {}));
    sockets[0]?.write(random.bytes(64));
    await pause(random.below(200, 20));
    for (const socket of sockets) socket.destroy();
  },

  /** Supervisor and daemon are replaced by the installed ones, while work continues. */
  async upgrade(session, random) {
    const before = await eventually('there is a daemon', () => session.daemon());
    await pause(random.below(120));
    session.installAgain();
    await replace(session);
    await eventually('there is another daemon', () => (session.daemon() ?? before) !== before);
    // The program that was replaced is one that no name leads to.
    if (readlinkSync(`/proc/${session.pid}/exe`).endsWith(' (deleted)'))
      throw new Error('the old supervisor still runs');
    await recovered(session);
  },

  /** The clock is set, by up to a year, and seldom back again. */
  async clock(session, random) {
    session.clock.set(random.chance(0.2) ? 0 : random.below(2 * YEAR) - YEAR);
  },

  /** All job files are read again. */
  async reload(session) {
    signal(session.pid, 'SIGHUP');
  },
};

/** Faults that lose a part of the state; they happen while no client waits for an answer. */
export const LOSSES: Record<string, Fault> = {
  tornJournal: (session, random) =>
    damage(session, 'journal', (bytes) =>
      bytes.subarray(0, bytes.length - random.below(Math.min(bytes.length, 900) + 1)),
    ),
  changedJournal: (session, random) => damage(session, 'journal', (bytes) => flip(bytes, random)),
  changedSnapshot: (session, random) => damage(session, 'snapshot', (bytes) => flip(bytes, random)),
  garbageAtTheEnd: (session, random) =>
    damage(session, 'journal', (bytes) => Buffer.concat([bytes, random.bytes(random.below(200, 1))])),
  async nothingLeft(session) {
    await whileDaemonIsDead(session, () => rmSync(session.stateFolder, { recursive: true, force: true }));
  },
};

function flip(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  if (changed.length > 0) {
    const at = random.below(changed.length);
    changed[at] = (changed[at] as number) ^ (1 << random.below(8));
  }
  return changed;
}

function damage(session: Session, kind: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  return whileDaemonIsDead(session, () => {
    const names = readdirSync(session.stateFolder).filter((name) => new RegExp(`^${kind}-\\d+$`).test(name));
    for (const name of names) {
      const path = join(session.stateFolder, name);
      writeFileSync(path, change(readFileSync(path)));
    }
  });
}

async function whileDaemonIsDead(session: Session, work: () => void): Promise<void> {
  const pid = await eventually('there is a daemon', () => session.daemon());
  // So that no other daemon is started before the damage is done.
  signal(session.pid, 'SIGSTOP');
  signal(pid, 'SIGKILL');
  await eventually('the daemon is dead', () => session.daemon() === null);
  work();
  signal(session.pid, 'SIGCONT');
  await eventually('there is another daemon', () => session.daemon());
}

/** Asks until it is heard: there may be no daemon at the moment, or no descriptor for another client. */
async function replace(session: Session): Promise<void> {
  const path = (session.env.UPSTART_SESSION ?? '').replace('unix:path=', '');
  await eventually('init takes the request', async () => {
    const client = await connect({ path }).catch(() => null);
    // It is never answered: the connection ends with the daemon.
    const error = await client?.call('reexecute', {}).catch((failure) => failure);
    client?.close();
    return error instanceof ConnectionError;
  });
}

/** A daemon answers again. Daemons that are never let come to work are another matter: their state is distrusted. */
async function recovered(session: Session): Promise<void> {
  await eventually('a daemon answers', async () => (await session.run('initctl', 'version')).status === 0);
}
