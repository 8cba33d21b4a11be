/** A configuration whose folders are watched, and conditions on its jobs. */
import { chmodSync, mkdirSync } from 'node:fs';
import { TestConfiguration } from './configuration.ts';

export class WatchedConfiguration extends TestConfiguration {
  #marks = 0;

  /** With an empty folder `conf`. */
  constructor() {
    super();
    mkdirSync(this.path('conf'));
  }

  usage(job: string): string | null | undefined {
    return this.jobs.get(job)?.usage;
  }

  /** Resolves when the job's file says `usage value`. */
  has(job: string, value: string): Promise<void> {
    return this.until(() => this.usage(job) === value);
  }

  unknown(job: string): Promise<void> {
    return this.until(() => !this.jobs.has(job));
  }

  /** Resolves when everything that has been done so far has been noticed. */
  async noticed(directory = 'conf'): Promise<void> {
    const name = `mark${++this.#marks}`;
    this.write(`${directory}/${name}.conf`, '');
    await this.until(() => this.jobs.has(name));
    this.jobs.delete(name);
  }

  /** Watches sources with this program; null: with fs.watch. */
  async watch(watcher: string | null, ...sources: string[]): Promise<void> {
    this.load(sources, { watch: true, watcher });
    await this.noticed();
  }

  /** A stand-in for conf-watch that writes something once the file `go` is there. */
  standIn(writes: string): string {
    const path = this.path('stand-in');
    // The file `go` may be removed, with the folder, before it has been seen.
    const waits = `until [ -e '${this.path('go')}' ]; do [ -e '${path}' ] || exit; done`;
    this.write('stand-in', `#!/bin/sh\n${waits}\n${writes}\nread wait\n`);
    chmodSync(path, 0o755);
    return path;
  }
}
