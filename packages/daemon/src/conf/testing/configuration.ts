/** A configuration on a directory of its own, for tests. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobDefinition } from '@upstart/job-language';
import { Configuration, type ConfigurationOptions } from '../configuration.ts';

/** How long a condition may take to come true, in ms. */
const PATIENCE = 180_000;

type LoadOptions = Partial<Pick<ConfigurationOptions, 'watch' | 'watcher' | 'debug' | 'now'>>;

export class TestConfiguration {
  readonly directory = mkdtempSync(join(tmpdir(), 'conf-test-'));
  /** The last report about each job. */
  readonly jobs = new Map<string, JobDefinition>();
  /** `NAME` and `-NAME` for every reported change. */
  readonly told: string[] = [];
  readonly errors: string[] = [];
  readonly log: string[] = [];
  /** How often a helper has been started. */
  helpers = 0;
  #configuration: Configuration | null = null;
  #changed: (() => void)[] = [];

  /** Writes a file below the directory. */
  write(path: string, text: string): void {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  path(path: string): string {
    return join(this.directory, path);
  }

  /** Loads sources, which are named relative to the directory. */
  load(sources: string[], options: LoadOptions = {}): Configuration {
    const { watch = false, watcher = null, ...others } = options;
    const relative = (text: string) => text.replaceAll(`${this.directory}/`, '');
    this.#configuration = new Configuration({
      sources: sources.map((source) => this.path(source)),
      watch,
      watcher,
      debug: false,
      ...others,
      onChange: (name, definition) => {
        if (definition === null) this.jobs.delete(name);
        else this.jobs.set(name, definition);
        this.#tell(this.told, definition === null ? `-${name}` : name);
      },
      onError: (error) => this.#tell(this.errors, relative(String(error))),
      onLog: (level, text) => this.#tell(this.log, relative(`${level}: ${text}`)),
      onHelper: () => {
        this.helpers++;
      },
    });
    this.#configuration.load();
    return this.#configuration;
  }

  /** The `usage` of every job by name, sorted: tests distinguish definitions by it. */
  usages(): Record<string, string | null> {
    return Object.fromEntries([...this.jobs].map(([name, { usage }]) => [name, usage] as const).sort());
  }

  /** Resolves once a condition holds; checks it after every report of the configuration. */
  async until(condition: () => boolean): Promise<void> {
    const limit = Date.now() + PATIENCE;
    while (!condition()) {
      const left = limit - Date.now();
      if (left <= 0) throw new Error(`not in ${PATIENCE} ms: ${condition}; told: ${this.told.join(' ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  close(): void {
    this.#configuration?.close();
    // Not by rmSync, which overflows its stack on very deep folders.
    execFileSync('rm', ['-rf', this.directory]);
  }

  #tell(list: string[], what: string): void {
    list.push(what);
    for (const check of this.#changed.splice(0)) check();
  }
}

/** Compiles conf-watch into a directory and returns its path. */
export function buildConfWatch(directory: string): string {
  const source = fileURLToPath(new URL('../../../watcher/conf-watch.c', import.meta.url));
  const program = join(directory, 'conf-watch');
  execFileSync('cc', ['-std=gnu11', '-D_GNU_SOURCE=', '-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
  return program;
}
