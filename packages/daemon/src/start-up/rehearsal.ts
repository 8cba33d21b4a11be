/**
 * The early work of every daemon, done once while the start-up snapshot is built: against a simulated supervisor, in a folder of its own.
 * The snapshot holds the functions that have run as V8 has compiled them. Everything else is closed at the end.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { CONTROL_SOCKET, connect } from '@upstart/protocol';
import { parseOptions } from '../options/options.ts';
import { type FieldName, type Frame, GREETING, LIMITS, REPORTS, SENT } from '../supervisor/frame-table.ts';
import { FrameWriter } from '../supervisor/frame-writer.ts';
import { readNumber } from '../supervisor/frames.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { serve } from './serve.ts';

const JOB = 'start on go\nstop on halt\nrespawn\nenv WORD=1\nexec sleep $WORD\n';
/** Of its process. */
const PID = 4_000_000;
/** Of its end. */
const NONE: readonly FieldName[] = ['code', 'signal', 'core', 'userTime', 'systemTime', 'maxRss'];
const LAST_TIMER_MS = 1500;
const COMMANDS = ['version', 'status job', 'start job', 'status job', 'list', 'emit halt', 'emit go', 'stop job'];

/** The life of a session's daemon, from its greeting to the end of its session. `folder` is an empty one. */
export async function rehearse(folder: string): Promise<void> {
  const conf = join(folder, 'conf');
  mkdirSync(conf);
  writeFileSync(join(conf, 'job.conf'), JOB);
  const peer = new PlayedSupervisor();
  const greeted = Supervisor.over(peer);
  peer.greet();
  const { supervisor, state: supervisorState } = await greeted;
  const options = parseOptions(['--user', '--confdir', conf, '--logdir', join(folder, 'log')]);
  const initEnv = { HOME: folder, XDG_RUNTIME_DIR: folder };
  const link = { fd: -1, failures: 0, acknowledged: 0, crashes: 0, initEnv, note: '', dbusFd: null };
  const abilities = {
    takesOrders: true,
    countsReplacement: true,
    takesNumbers: true,
    hearsBegun: true,
    hearsRecovered: true,
    findsPeers: true,
    takesFiles: true,
    connectsSockets: true,
    listens: true,
    keepsDeadlines: true,
    endsGroups: true,
    takesMessages: true,
  };
  const ended = new Promise<unknown>((resolve) => supervisor.onClose(resolve));
  await serve({
    ...{ program: 'init', link: { ...link, ...abilities }, supervisor, supervisorState, options, watcher: null },
    ...{ socketMaker: '', bridge: '', memory: { note: () => {} } },
  });
  await ask(join(folder, 'upstart', `init-${process.pid}`, CONTROL_SOCKET));
  await ended;
  // Node remembers the due time of its timer, even after every timer was cleared, and a process from the snapshot would not set it again.
  // Node forgets it when the last timer fires, which is this one: all others are shorter.
  await pause(LAST_TIMER_MS);
}

/** Common first requests, and then the end of the session. */
async function ask(path: string): Promise<void> {
  const client = await connect({ path, client: 'rehearsal' });
  const terminal = { out: false, err: false, columns: 80 };
  for (const words of COMMANDS)
    await client.call('run', { argv: ['initctl', ...words.split(' ')], cwd: '/', env: {}, terminal }, { key: words });
  // The session may end before the answer.
  await client.call('endSession', {}).catch(() => {});
  client.close();
}

/** Reports of every process that it runs, and of one that gets a signal that it has ended. */
class PlayedSupervisor extends Duplex {
  readonly #writer = new FrameWriter();
  #reports = 0;
  #process = 0;

  constructor() {
    // As a socket: it closes when the other side has ended.
    super({ allowHalfOpen: false });
  }

  greet(): void {
    this.push(this.#writer.begin(GREETING.hello, 0).number('pid', process.pid).number('lastCommand', 0).take());
    this.push(this.#writer.begin(GREETING['table-end'], 0).take());
  }

  override _read(): void {}

  override _write(frames: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (let at = 0; at < frames.length; at += LIMITS.FRAME_HEADER + frames.readUInt32LE(at))
      this.#take(frames.readUInt16LE(at + 4), readNumber(frames, at + 8));
    done();
  }

  #take(type: number, id: number): void {
    if (type === SENT.spawn.type) {
      this.#process = id;
      this.push(this.#report(REPORTS.spawned).number('pid', PID).take());
      this.push(this.#report(REPORTS.execed).take());
    } else if (type === SENT.signal.type) {
      this.#exited();
    } else if (type === SENT.end.type) {
      this.push(null);
    }
  }

  #exited(): void {
    const report = this.#report(REPORTS.exited).number('pid', PID);
    for (const name of NONE) report.number(name, 0);
    this.push(report.take());
  }

  #report(frame: Frame): FrameWriter {
    return this.#writer.begin(frame, ++this.#reports).number('process', this.#process);
  }
}
