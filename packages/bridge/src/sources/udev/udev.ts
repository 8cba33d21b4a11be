/** The source `udev`: an event for each message of udev, such as `net-device-added` (reference: bridges §2). */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textOf } from '../../errors.ts';
import { RunRecord } from '../../run-files.ts';
import type { RunningSource, Source, SourceContext } from '../../source.ts';
import { CatchUp, initializedUs, KNOWN_MS } from './catch-up.ts';
import { deviceEvent } from './device-event.ts';
import { MessageReader } from './message-reader.ts';
import { notedUs } from './noted.ts';
import { ENDED_WELL, endOf, hasUdevadm, startUdevadm, type Udevadm } from './udevadm.ts';

const MONITOR = ['monitor', '--udev', '--property'];
const DEVICES = ['info', '--export-db'];
/** The pause before udevadm is started again: twice as long each time, up to the last. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 60_000;
/** Having run this long it may end again at once. */
const GOOD_RUN_MS = 60_000;
/** udevd has this socket. A udevadm that is started before it is there may hear nothing, for as long as it runs. */
const UDEVD = '/run/udev/control';
/** The pause before udevd is looked for again: half as long again each time, up to the last. */
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 5000;

export const udev = devices(UDEVD);

/** `udevd`: the path that is there while udevd runs. */
export function devices(udevd: string): Source {
  return {
    name: 'udev',
    isMine: (event) => /-device-[a-z]+$/.test(event),
    start(context) {
      if (!hasUdevadm(context.env)) throw new Error('no udevadm here');
      return new Devices(context, udevd);
    },
  };
}

type Properties = ReadonlyMap<string, string>;

interface Passing {
  /** Whether a message, or device, gets an event. */
  isWanted(properties: Properties): boolean;
  /** More properties. */
  readonly more?: Properties;
  /** Something has been printed; init has the events for it. */
  heard?(): void;
  taken?(): void;
}

const NOTHING: Properties = new Map();
const ADDED: Properties = new Map([['ACTION', 'add']]);

class Devices implements RunningSource {
  readonly #context: SourceContext;
  readonly #udevd: string;
  /** When the last message has been taken, for the source after a crash. */
  readonly #record: RunRecord;
  #sinceUs: number | null;
  #catchUp: CatchUp;
  #monitor: Udevadm | null = null;
  #hasBegun = false;
  #isBound = true;
  #pauseMs = FIRST_PAUSE_MS;
  #lookMs = FIRST_LOOK_MS;
  #cancel: () => void = () => {};
  #cancelKnown: () => void = () => {};
  #isOver = false;

  constructor(context: SourceContext, udevd: string) {
    this.#context = context;
    this.#udevd = udevd;
    this.#record = new RunRecord(context, 'devices');
    const { left } = this.#record;
    this.#sinceUs = typeof left === 'number' ? left : context.options.coldplug ? null : context.neededSinceUs;
    this.#catchUp = this.#newCatchUp();
  }

  #newCatchUp(): CatchUp {
    const folder = join(dirname(this.#udevd), 'data');
    return new CatchUp(this.#sinceUs, (device) => notedUs(folder, device));
  }

  follow(): void {
    if (!this.#hasBegun) this.#begin();
    this.#hasBegun = true;
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
    this.#cancelKnown();
    this.#monitor?.kill();
    this.#record.remove();
  }

  /** Listens as soon as udevd is there. */
  #begin(): void {
    const { clock, troubled } = this.#context;
    this.#cancel();
    if (this.#isOver) return;
    const isThere = existsSync(this.#udevd);
    troubled(isThere ? null : `udevd does not run: there is no ${this.#udevd}`);
    if (isThere) {
      this.#listen().catch((error: unknown) => this.#retry(textOf(error)));
      return;
    }
    this.#cancel = clock.after(this.#lookMs, () => this.#begin());
    this.#lookMs = Math.min(this.#lookMs * 1.5, LAST_LOOK_MS);
  }

  async #listen(): Promise<void> {
    const { clock, env, troubled } = this.#context;
    const begunMs = clock.upMs();
    const monitor = await startUdevadm(MONITOR, env, this.#isBound);
    this.#monitor = monitor;
    if (this.#isOver) monitor.kill();
    troubled(null);
    if (this.#catchUp.isOver) this.#catchUp = this.#newCatchUp();
    const catchUp = this.#catchUp;
    let isListening = false;
    const ended = endOf(monitor);
    const heard = (): void => {
      // Its first words: from now on nothing is missed.
      if (!isListening) void this.#find(catchUp);
      isListening = true;
    };
    // Not the time of now: messages of devices that udev knows may still be on their way.
    const taken = (): void => {
      if (!catchUp.isOver || newestUs < (this.#sinceUs ?? 0)) return;
      this.#sinceUs = newestUs + 1;
      this.#record.write(this.#sinceUs);
    };
    let newestUs = 0;
    const isWanted = (message: Properties): boolean => {
      newestUs = Math.max(newestUs, initializedUs(message) ?? 0);
      return catchUp.isNews(message);
    };
    await this.#pass(monitor, { isWanted, heard, taken });
    const how = await ended;
    if (this.#isOver) return;
    if (!isListening && this.#isBound) {
      // The setpriv of another system may not know the option.
      this.#isBound = false;
      return this.#listen();
    }
    if (clock.upMs() - begunMs >= GOOD_RUN_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#retry(`udevadm ${how}; it is started again, and looks for what was added meanwhile`);
  }

  #retry(text: string): void {
    if (this.#isOver) return;
    const { clock, log, troubled } = this.#context;
    if (this.#pauseMs < LAST_PAUSE_MS) log.warn(text);
    troubled(text);
    this.#cancel = clock.after(this.#pauseMs, () => this.#begin());
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  /** Emits an event for each device that has come while nothing listened. */
  async #find(catchUp: CatchUp): Promise<void> {
    const { clock, env, log } = this.#context;
    try {
      const udevadm = await startUdevadm(DEVICES, env, false);
      const ended = endOf(udevadm);
      await this.#pass(udevadm, { more: ADDED, isWanted: (device) => catchUp.finds(device) });
      const how = await ended;
      if (how !== ENDED_WELL) log.warn(`udevadm ${how}; not all devices are known`);
    } catch (error) {
      log.warn(textOf(error));
    }
    this.#cancelKnown();
    if (!this.#isOver) this.#cancelKnown = clock.after(KNOWN_MS, () => catchUp.end());
  }

  /** Emits events for what a udevadm prints. */
  async #pass(udevadm: Udevadm, { isWanted, more = NOTHING, heard, taken }: Passing): Promise<void> {
    const reader = new MessageReader();
    const { emit, options } = this.#context;
    // Read as fast as init takes the events: the kernel buffers what comes meanwhile, 128 MiB of it.
    for await (const chunk of udevadm.stdout) {
      heard?.();
      for (const properties of reader.read(chunk as Buffer)) {
        const event = isWanted(properties)
          ? deviceEvent(new Map([...properties, ...more]), options['no-strip'] === true)
          : null;
        if (event && !this.#isOver) await emit(event.name, event.env);
      }
      taken?.();
    }
  }
}
