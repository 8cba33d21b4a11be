/** Runs scripts, and emits the events of the boot as they end. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '@upstart/common';
import type { BootEvents } from './boot-events.ts';
import { type Mount, mountedEnv } from './mounts.ts';
import type { ScriptRunner } from './run.ts';
import type { Script } from './scripts.ts';

/** Says that the network's events have been emitted: ifupdown's hook makes it, too. */
export const NETWORK_MARK = '/run/network/static-network-up-emitted';

export interface BootWorld {
  /** Emits an event without waiting for it. */
  emit(name: string, env: readonly string[]): Promise<void>;
  mounts(): Mount[];
  /** Whether the events of the network are still to be emitted; notes that they are. */
  takeNetwork(): boolean;
}

export class EmittingRunner implements ScriptRunner {
  readonly #runner: ScriptRunner;
  readonly #scripts: readonly Script[];
  readonly #events: BootEvents;
  readonly #world: BootWorld;
  /** Mount points whose event was emitted. */
  readonly #mounted = new Set<string>();
  /** One look after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(runner: ScriptRunner, scripts: readonly Script[], events: BootEvents, world: BootWorld) {
    this.#runner = runner;
    this.#scripts = scripts;
    this.#events = events;
    this.#world = world;
  }

  /** Emits what is due before the first script. */
  begin(): Promise<void> {
    return this.#look(null);
  }

  async run(script: Script): Promise<void> {
    await this.#runner.run(script);
    // Scripts that need this one do not wait for events.
    void this.#look(this.#scripts.indexOf(script));
  }

  /** Resolves when all events have been emitted. */
  end(): Promise<void> {
    return this.#work;
  }

  #look(ended: number | null): Promise<void> {
    this.#work = this.#work.then(() => this.#emitDue(ended));
    return this.#work;
  }

  async #emitDue(ended: number | null): Promise<void> {
    for (const mount of this.#world.mounts()) {
      if (this.#mounted.has(mount.point)) continue;
      this.#mounted.add(mount.point);
      await this.#world.emit('mounted', mountedEnv(mount));
    }
    for (const name of this.#events.ended(ended)) {
      if (name !== 'static-network-up') await this.#world.emit(name, []);
      else if (this.#world.takeNetwork()) {
        await this.#world.emit('net-device-up', ['IFACE=lo', 'LOGICAL=lo', 'ADDRFAM=inet', 'METHOD=loopback']);
        await this.#world.emit(name, []);
      }
    }
  }
}

/** The mark of the machine. */
export function takeNetworkMark(path = NETWORK_MARK): boolean {
  if (existsSync(path)) return false;
  try {
    makeFolder(dirname(path), 0o755);
    writeFileSync(path, '');
  } catch {
    // Without the mark the events may come twice, which is better than never.
  }
  return true;
}
