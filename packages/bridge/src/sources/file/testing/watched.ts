/** A tree above a file system in memory, with what it has reported. */
import { readCondition, type Wanted } from '../condition.ts';
import type { Happening } from '../entry.ts';
import type { Remembered } from '../memory.ts';
import { Target } from '../target.ts';
import { Tree } from '../tree.ts';
import { ModelFiles } from './model-files.ts';

/** Nothing was there before, and nothing is remembered. */
export const ALONE = { emitNew: () => {}, recall: () => undefined, remember: () => {} };

export class Watched {
  readonly files = new ModelFiles();
  tree: Tree;
  readonly events: string[] = [];
  /** By target and path, the last event. */
  readonly last = new Map<string, Happening>();
  /** Breaches of the order of events. */
  readonly faults: string[] = [];
  readonly #paths: string[] = [];
  readonly #remembered = new Map<string, Remembered>();
  /** What the tree before has left. */
  #left = new Map<string, Remembered>();

  constructor() {
    this.tree = this.#plant();
  }

  add(...paths: string[]): Target[] {
    const targets = paths.map((file) => this.#target(file));
    this.#paths.push(...paths);
    this.tree.add(targets);
    return targets;
  }

  /** The tree ends without a word, and another one comes, for the same targets and those of `more`. */
  crash(meanwhile: readonly ((files: ModelFiles) => void)[], more: readonly string[] = []): Target[] {
    this.files.crash();
    for (const step of meanwhile) step(this.files);
    this.files.crash();
    this.#left = new Map(this.#remembered);
    this.tree = this.#plant();
    const targets = this.#paths.map((file) => this.#target(file));
    for (const target of targets) target.isAnswered = true;
    targets.push(...more.map((file) => this.#target(file)));
    this.tree.add(targets);
    this.files.run();
    const missed = [...this.#left.keys()];
    this.#left.clear();
    this.tree.missed(missed);
    return targets;
  }

  /** Whether the last event of a path says that it is there. */
  isKnown(key: string): boolean {
    return (this.last.get(key) ?? 'delete') !== 'delete';
  }

  #plant(): Tree {
    const tree = new Tree(
      {
        look: this.files,
        emit: (target, happening, at) => this.#emit(target, happening, at),
        emitNew: () => {},
        recall: (at) => {
          const found = this.#left.get(at);
          this.#left.delete(at);
          return found;
        },
        remember: (at, found) => {
          if (found) this.#remembered.set(at, found);
          else this.#remembered.delete(at);
        },
        warn: (text) => this.faults.push(text),
      },
      this.files,
    );
    this.files.deliver = (...event) => tree.event(...event);
    return tree;
  }

  #target(file: string): Target {
    const operand = { job: 'j', stanza: 'start on', event: 'file', args: [`FILE=${file}`] } as const;
    const wanted = readCondition(operand, null) as Wanted;
    const target = new Target(wanted);
    target.count(wanted.happenings, 1);
    return target;
  }

  #emit(target: Target, happening: Happening, at: string): void {
    const isContent = target.kind === 'folder' && at !== '';
    const key = `${target.file} ${target.kind === 'pattern' || isContent ? at : ''}`;
    this.events.push(`${happening} ${key}`.trimEnd());
    if (isContent) return;
    const before = this.last.get(key) ?? 'delete';
    if (before === 'delete' && happening !== 'create') this.faults.push(`${happening} of what is not there: ${key}`);
    this.last.set(key, happening);
  }
}
