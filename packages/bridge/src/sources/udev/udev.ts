/**
 * The source `udev`: an event for each message of udev, such as `net-device-added` (reference: bridges §2). udevadm(8) receives them, since
 * Node has no netlink sockets.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { textOf } from '../../errors.ts';
import type { RunningSource, Source, SourceContext } from '../../source.ts';
import { deviceEvent } from './device-event.ts';
import { MessageReader } from './message-reader.ts';

const MONITOR = ['monitor', '--udev', '--property'];
const DEVICES = ['info', '--export-db'];
/** It is part of systemd or eudev; /sbin is where old distributions have it. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The pause before udevadm is started again: twice as long each time, up to the last. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 60_000;
/** Having run this long it may end again at once. */
const GOOD_RUN_MS = 60_000;

type Udevadm = ChildProcessByStdio<null, Readable, null>;

export const udev: Source = {
  name: 'udev',
  isMine: (event) => /-device-[a-z]+$/.test(event),
  async start(context) {
    const source = new Devices(context);
    await source.begin();
    return source;
  },
};

class Devices implements RunningSource {
  readonly #context: SourceContext;
  #monitor: Udevadm | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #cancelRetry: () => void = () => {};
  #isOver = false;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  /** Rejects where there is no udevadm. */
  async begin(): Promise<void> {
    await this.#listen();
    if (this.#context.options.coldplug) void this.#coldplug();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancelRetry();
    this.#monitor?.kill();
  }

  async #listen(): Promise<void> {
    const { clock } = this.#context;
    const begunMs = clock.upMs();
    const monitor = await startUdevadm(MONITOR, this.#context.env);
    this.#monitor = monitor;
    if (this.#isOver) monitor.kill();
    void this.#pass(monitor, new Map()).then((how) => {
      if (this.#isOver) return;
      if (clock.upMs() - begunMs >= GOOD_RUN_MS) this.#pauseMs = FIRST_PAUSE_MS;
      this.#retry(`udevadm ${how}; messages are lost until it runs again`);
    });
  }

  #retry(text: string): void {
    const { clock, log } = this.#context;
    if (this.#pauseMs < LAST_PAUSE_MS) log.warn(text);
    this.#cancelRetry = clock.after(this.#pauseMs, () => {
      this.#listen().catch((error: unknown) => this.#retry(textOf(error)));
    });
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  /** Emits an event for each device that there is, as if it had been added now. */
  async #coldplug(): Promise<void> {
    try {
      const how = await this.#pass(await startUdevadm(DEVICES, this.#context.env), new Map([['ACTION', 'add']]));
      if (how !== ENDED_WELL) this.#context.log.warn(`udevadm ${how}; not all devices are known`);
    } catch (error) {
      this.#context.log.warn(textOf(error));
    }
  }

  /** Emits events for the messages that a udevadm prints, with `more` properties; resolves with a text about its end. */
  async #pass(udevadm: Udevadm, more: ReadonlyMap<string, string>): Promise<string> {
    const ended = once(udevadm, 'close');
    const reader = new MessageReader();
    const { options } = this.#context;
    // Read as fast as init takes the events: the kernel buffers what comes meanwhile, 128 MiB of it.
    for await (const chunk of udevadm.stdout) {
      for (const properties of reader.read(chunk as Buffer)) {
        const event = deviceEvent(new Map([...properties, ...more]), options['no-strip'] === true);
        if (event && !this.#isOver) await this.#context.emit(event.name, event.env);
      }
    }
    const [status, signal] = (await ended) as [number | null, string | null];
    return status === 0 ? ENDED_WELL : signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
  }
}

const ENDED_WELL = 'ended';

async function startUdevadm(args: readonly string[], { PATH = USUAL_PATH }: SourceContext['env']): Promise<Udevadm> {
  const udevadm = spawn('udevadm', args, { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH } });
  try {
    await once(udevadm, 'spawn');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(isMissing ? 'no udevadm here' : `Unable to run udevadm: ${textOf(error)}`);
  }
  return udevadm;
}
