/** A sample project of test/up/projects in a folder of its own, and the commands of an ordinary user there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { eventually } from '../eventually.ts';
import { asUser, NOBODY, type Outcome, outcomeOf, Product, ROOT } from '../session/product.ts';

const PROJECTS = join(ROOT, 'test/up/projects');

export class ProjectRun {
  readonly product = new Product('up-');
  readonly folder: string;
  readonly #env: Record<string, string>;

  /** A sample by its name, or files by theirs. */
  constructor(project: string | Record<string, string>) {
    this.folder = this.product.place('work');
    if (typeof project === 'string') cpSync(join(PROJECTS, project), this.folder, { recursive: true });
    else for (const [name, text] of Object.entries(project)) this.write(name, text);
    this.#env = {
      HOME: this.product.place('home'),
      XDG_RUNTIME_DIR: this.product.place('run'),
      TMPDIR: this.product.place('tmp'),
      PATH: `${this.product.bin}:${process.env.PATH}`,
    };
    if (process.getuid?.() === 0) for (const name of readdirSync(this.product.folder)) this.#give(name);
  }

  replace(name: string, text: string, by: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(text, by));
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  #give(name: string): void {
    if (name === 'product') return;
    const path = join(this.product.folder, name);
    chownSync(path, NOBODY, NOBODY);
    for (const below of readdirSync(path, { recursive: true, encoding: 'utf8' }))
      chownSync(join(path, below), NOBODY, NOBODY);
  }

  /** Runs `upstart` to its end. */
  upstart(...words: string[]): Promise<Outcome> {
    return outcomeOf(this.#spawn(words));
  }

  /** Starts `upstart` in the foreground. */
  begin(...words: string[]): Foreground {
    return new Foreground(this.#spawn(words));
  }

  /** Runs a command line in a folder. */
  command(line: readonly string[], cwd: string): Promise<Outcome> {
    return outcomeOf(this.#spawnLine(line, cwd));
  }

  #spawn(words: readonly string[]): ChildProcess {
    return this.#spawnLine(['upstart', ...words], this.folder);
  }

  #spawnLine(line: readonly string[], cwd: string): ChildProcess {
    const [program = '', ...rest] = process.getuid?.() === 0 ? asUser(NOBODY, line) : line;
    return spawn(program, rest, { env: this.#env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Ends what still runs. */
  async end(): Promise<void> {
    await this.upstart('down');
    this.product.remove();
  }
}

/** A command in the foreground. */
export class Foreground {
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcess;
  #said = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => {
        this.#said += data;
      });
    this.outcome = outcomeOf(child);
  }

  get said(): string {
    return this.#said;
  }

  /** Resolves when it has printed a line that fits. */
  async prints(pattern: RegExp): Promise<void> {
    await eventually(`${pattern} is printed`, () => pattern.test(this.#said)).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#said}`);
    });
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Reads no more, as `head` does at its end. */
  leaveUnread(): void {
    this.#child.stdout?.destroy();
  }
}

/** The lines of an output without colours; process ids as `N`. */
export function linesOf(text: string): string[] {
  return stripVTControlCharacters(text)
    .replace(/process \d+/g, 'process N')
    .trimEnd()
    .split('\n');
}
