/** The conditions that there are, by the target that they share. */
import type { Operand, Stanza } from '../../source.ts';
import { readCondition, type Wanted } from './condition.ts';
import type { Memory } from './memory.ts';
import { Target } from './target.ts';

/** One that asks for something. */
interface Condition {
  readonly target: Target;
  readonly wanted: Wanted;
  readonly key: string;
  /** Whether a source before this one has answered it. */
  readonly isAnswered: boolean;
}

/** What was there before is no reason to restart or reload what runs. */
const OF_RUNNING: readonly Stanza[] = ['restart on', 'reload on'];
const isOfRunning = ({ stanza }: Operand): boolean => OF_RUNNING.includes(stanza);

export class Conditions {
  readonly #home: string | null;
  readonly #memory: Memory;
  readonly #targets = new Map<string, Target>();
  readonly #all = new Map<Operand, Condition>();
  readonly #byTarget = new Map<Target, Set<Operand>>();

  /** `home`: the folder that relative paths start from; null: there are none. */
  constructor(home: string | null, memory: Memory) {
    this.#home = home;
    this.#memory = memory;
  }

  /** The value: undefined, if it asks for nothing; or a warning. `isFirst`: nothing else asks for the target. */
  add(operand: Operand): { target: Target; isFirst: boolean } | string | undefined {
    const wanted = readCondition(operand, this.#home);
    if (wanted === undefined || typeof wanted === 'string') return wanted;
    const known = this.#targets.get(wanted.file);
    const target = known ?? new Target(wanted);
    this.#targets.set(wanted.file, target);
    target.count(wanted.happenings, 1);
    const key = JSON.stringify([operand.job, operand.stanza, ...operand.args]);
    const isAnswered = this.#memory.wasAnswered(key);
    if (isAnswered) target.isAnswered = true;
    this.#all.set(operand, { target, wanted, key, isAnswered });
    this.#byTarget.set(target, (this.#byTarget.get(target) ?? new Set()).add(operand));
    return { target, isFirst: known === undefined };
  }

  /** The target that nothing asks for any more; null: there is none. */
  remove(operand: Operand): Target | null {
    const found = this.#all.get(operand);
    if (!found) return null;
    const { target, wanted, key } = found;
    this.#all.delete(operand);
    this.#byTarget.get(target)?.delete(operand);
    this.#memory.dropped(key);
    target.count(wanted.happenings, -1);
    if (target.isUsed) return null;
    this.#targets.delete(wanted.file);
    this.#byTarget.delete(target);
    return target;
  }

  /**
   * The conditions of the target that ask for what there was before them, of `operands` or of those that no source before this one has
   * answered.
   */
  asking(target: Target, operands: readonly Operand[] | null): Operand[] {
    return [...(operands ?? this.#byTarget.get(target) ?? [])].filter((operand) => {
      const found = this.#all.get(operand);
      if (!found?.wanted.happenings.includes('create') || isOfRunning(operand)) return false;
      return operands !== null || !found.isAnswered;
    });
  }

  /** Whether there are conditions of the target that ask for changes only. */
  hasOfRunning(target: Target): boolean {
    return [...(this.#byTarget.get(target) ?? [])].some(isOfRunning);
  }

  /** Init has what there was for it. */
  answered(operand: Operand): void {
    const found = this.#all.get(operand);
    if (found) this.#memory.answered(found.key);
  }
}
