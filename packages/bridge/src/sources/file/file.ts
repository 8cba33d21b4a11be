/** The source `file`: files and folders that appear, change and go (reference: bridges §4). */

import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Inotify } from '@upstart/common';
import { sourceOf } from '@upstart/job-language';
import type { EmitOptions, Operand, OperandChanges, RunningSource, Source, SourceContext } from '../../source.ts';
import { Conditions } from './conditions.ts';
import type { Happening } from './entry.ts';
import { realLook } from './look.ts';
import { Memory } from './memory.ts';
import type { Target } from './target.ts';
import { Tree, type TreeParts } from './tree.ts';

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
  readonly #conditions: Conditions;
  readonly #memory: Memory;
  readonly #tree: Tree;
  /** Targets of which what exists already is being looked for. */
  #fresh: ReadonlySet<Target> = new Set();
  #inotify: Inotify;
  #events = 0;
  /** Resolves when init has all events so far. */
  #taken: Promise<void> = Promise.resolve();
  #isPaused = false;
  #pauseMs = FIRST_PAUSE_MS;
  #cancelRestart: () => void = () => {};
  #isOver = false;

  /** `program`: the helper conf-watch. */
  constructor(context: SourceContext, program: string) {
    this.#context = context;
    this.#program = program;
    this.#memory = new Memory(context);
    this.#conditions = new Conditions(context.isSession ? userInfo().homedir : null, this.#memory);
    this.#inotify = this.#startHelper();
    const parts: TreeParts = {
      look: realLook,
      warn: (text) => {
        context.log.warn(text);
        context.troubled(text);
      },
      emit: (target, happening, path) => this.#report(target, happening, path),
      emitNew: (target, path) => this.#announce(target, path, null),
      recall: (path) => this.#memory.recall(path),
      remember: (path, found) =>
        this.#whenTaken(() => (found ? this.#memory.is(path, found) : this.#memory.isNot(path))),
    };
    this.#tree = new Tree(parts, this.#inotify);
  }

  async follow({ added, removed }: OperandChanges): Promise<void> {
    const gone = removed.flatMap((operand) => this.#conditions.remove(operand) ?? []);
    for (const target of gone) this.#tree.remove(target);
    const fresh = new Set<Target>();
    const known = new Map<Target, Operand[]>();
    for (const operand of added) {
      const found = this.#conditions.add(operand);
      if (typeof found === 'string') this.#context.log.warn(found);
      if (typeof found !== 'object') continue;
      const { target, isFirst } = found;
      if (isFirst) fresh.add(target);
      else if (!fresh.has(target)) known.set(target, [...(known.get(target) ?? []), operand]);
    }
    for (const [target, operands] of known)
      this.#tree.announce(target, (path) => this.#announce(target, path, operands));
    this.#fresh = fresh;
    this.#tree.add([...fresh]);
    await this.#tree.idle();
    this.#fresh = new Set();
    this.#tree.missed(this.#memory.takeLeft());
    this.#whenTaken(() => {
      for (const operand of added) this.#conditions.answered(operand);
    });
  }

  stop(): void {
    this.#isOver = true;
    this.#cancelRestart();
    this.#inotify.close();
    this.#memory.close();
  }

  #report(target: Target, happening: Happening, path: string): void {
    const isFirst = this.#fresh.has(target) && !target.isAnswered && happening === 'create';
    if (isFirst && this.#conditions.hasOfRunning(target)) this.#announce(target, path, null);
    else this.#emit(target.env(happening, path));
  }

  /** Emits `create` for what there is already, for these conditions alone, or those that no source before this one has answered. */
  #announce(target: Target, path: string, operands: readonly Operand[] | null): void {
    for (const { job, args } of this.#conditions.asking(target, operands))
      this.#emit(target.env('create', path), { only: { job, args: [...args] } });
  }

  #whenTaken(then: () => void): void {
    void this.#taken.then(then);
  }

  #emit(env: readonly string[], options?: EmitOptions): void {
    if (this.#isOver) return;
    this.#events += 1;
    if (this.#events > MANY_EVENTS && !this.#isPaused) {
      this.#isPaused = true;
      this.#inotify.pause();
    }
    this.#taken = this.#context.emit('file', env, options).then(() => {
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
