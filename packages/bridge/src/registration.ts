/** Reports the sources of this bridge to init, so that init starts no other bridge for them, and shows how they are. */

import { VERSION } from '@upstart/common';
import type { Notification, SourceReport, UpstartClient } from '@upstart/protocol';
import type { Frame } from './frame.ts';

/** A bridge that init has started ends when nothing has needed it for so many milliseconds. */
export const IDLE_MS = 10_000;

export class Registration {
  readonly #client: UpstartClient;
  readonly #frame: Frame;
  readonly #managed: boolean;
  readonly #missing: readonly SourceReport[];
  readonly #dismissed: Promise<null>;
  #dismiss: () => void = () => {};
  #reported = '';
  #idle: NodeJS.Timeout | undefined;

  /** `missing`: sources that were asked for and are not part of this program. */
  constructor(client: UpstartClient, frame: Frame, managed: boolean, missing: readonly string[]) {
    this.#client = client;
    this.#frame = frame;
    this.#managed = managed;
    this.#missing = missing.map((name) => ({ name, state: 'failed', reason: 'it is not part of this program' }));
    this.#dismissed = new Promise((resolve) => {
      this.#dismiss = () => resolve(null);
    });
  }

  /** Resolves with null when this bridge is needed no more. */
  dismissed(): Promise<null> {
    return this.#dismissed;
  }

  async begin(): Promise<void> {
    this.#frame.onChange(() => this.#changed());
    const take = ({ event }: Notification): void => {
      if (event !== 'restarted') return;
      this.#reported = '';
      this.#changed();
    };
    await this.#client.watch(take);
    this.#changed();
  }

  #changed(): void {
    if (this.#managed && !this.#frame.isNeeded) this.#idle ??= setTimeout(this.#dismiss, IDLE_MS);
    else {
      clearTimeout(this.#idle);
      this.#idle = undefined;
    }
    const sources = [...this.#frame.report(), ...this.#missing];
    const text = JSON.stringify(sources);
    if (text === this.#reported) return;
    this.#reported = text;
    const given = { version: VERSION, pid: process.pid, managed: this.#managed, sources };
    this.#client.call('registerSources', given).then(
      ({ stay }) => {
        if (!stay) this.#dismiss();
      },
      // An init from before an upgrade knows no sources.
      () => {},
    );
  }
}
