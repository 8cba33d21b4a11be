/** The source `file`: files and folders that appear, change and go (reference: bridges §4). */

import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Inotify } from '@upstart/common';
import { sourceOf } from '@upstart/job-language';
import type { Operand, OperandChanges, RunningSource, Source, SourceContext } from '../../source.ts';
import { readCondition, type Wanted } from './condition.ts';
import { realLook } from './look.ts';
import { Target } from './target.ts';
import { Tree } from './tree.ts';

export const file: Source = {
  name: 'file',
  isMine: (event) => sourceOf(event) === 'file',
  start: (context) => new Files(context, join(dirname(process.argv[1] as string), 'conf-watch')),
};

/** With more events than this that init has not taken, nothing more is read of the kernel; with fewer than that, it is again. */
const MANY_EVENTS = 4096;
const FEW_EVENTS = 1024;
/** The pauses before a helper that has ended is started again: the first, and the longest. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 10_000;

export class Files implements RunningSource {
  readonly #context: SourceContext;
  readonly #program: string;
  readonly #home: string | null;
  readonly #targets = new Map<string, Target>();
  readonly #wanted = new Map<Operand, Wanted>();
  readonly #tree: Tree;
  #inotify: Inotify;
  #events = 0;
  #isPaused = false;
  #pauseMs = FIRST_PAUSE_MS;
  #cancelRestart: () => void = () => {};
  #isOver = false;

  /** `program`: the helper conf-watch. */
  constructor(context: SourceContext, program: string) {
    this.#context = context;
    this.#program = program;
    this.#home = context.isSession ? userInfo().homedir : null;
    this.#inotify = this.#startHelper();
    const emit = (target: Target, ...[happening, path]: Parameters<Target['env']>): void =>
      this.#emit(target.env(happening, path));
    this.#tree = new Tree({ look: realLook, emit, warn: context.log.warn }, this.#inotify);
  }

  async follow({ added, removed }: OperandChanges): Promise<void> {
    for (const operand of removed) this.#remove(operand);
    const fresh: Target[] = [];
    const known = new Set<Target>();
    for (const operand of added) {
      const wanted = this.#read(operand);
      if (wanted === undefined) continue;
      this.#wanted.set(operand, wanted);
      let target = this.#targets.get(wanted.file);
      if (target === undefined) {
        target = new Target(wanted);
        this.#targets.set(wanted.file, target);
        fresh.push(target);
      } else if (!fresh.includes(target) && wanted.happenings.includes('create')) known.add(target);
      target.count(wanted.happenings, 1);
    }
    for (const target of known) this.#tree.announce(target);
    this.#tree.add(fresh);
    await this.#tree.idle();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancelRestart();
    this.#inotify.close();
  }

  /** What an operand wants; undefined: nothing, or nothing that is possible. */
  #read(operand: Operand): Wanted | undefined {
    const wanted = readCondition(operand, this.#home);
    if (typeof wanted !== 'string') return wanted;
    this.#context.log.warn(wanted);
    return undefined;
  }

  #remove(operand: Operand): void {
    const wanted = this.#wanted.get(operand);
    const target = this.#targets.get(wanted?.file ?? '');
    if (!wanted || !target) return;
    this.#wanted.delete(operand);
    target.count(wanted.happenings, -1);
    if (target.isUsed) return;
    this.#targets.delete(wanted.file);
    this.#tree.remove(target);
  }

  #emit(env: readonly string[]): void {
    if (this.#isOver) return;
    this.#events += 1;
    if (this.#events > MANY_EVENTS && !this.#isPaused) {
      this.#isPaused = true;
      this.#inotify.pause();
    }
    void this.#context.emit('file', env).then(() => {
      this.#events -= 1;
      if (!this.#isPaused || this.#events > FEW_EVENTS) return;
      this.#isPaused = false;
      this.#inotify.resume();
    });
  }

  #startHelper(): Inotify {
    const { log, clock, fail } = this.#context;
    return new Inotify(this.#program, {
      event: (...event) => this.#tree.event(...event),
      hampered: (what) => log.warn(`conf-watch ${what}`),
      failed: (reason, again) => {
        if (!again) return fail(new Error(`Unable to run ${this.#program}: ${reason}`));
        log.warn(`conf-watch ${reason}; looking at all files again`);
        this.#cancelRestart = clock.after(this.#pauseMs, () => this.#restart());
        this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
      },
    });
  }

  #restart(): void {
    this.#isPaused = false;
    this.#inotify = this.#startHelper();
    this.#tree.rescan(this.#inotify);
  }
}
