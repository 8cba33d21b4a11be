/**
 * Which jobs that are not running may still be started by their conditions in the current state. Computed for all jobs at once,
 * visiting each operand once.
 */
import type { ConditionState, EventNode } from '../model/condition-state.ts';
import type { ClassState } from '../model/state.ts';
import { aboutJob } from './operands.ts';
import type { Question } from './question.ts';

/** A node of the `start on` of a class. */
interface Place {
  readonly jobClass: ClassState;
  readonly at: number;
}

export class Prospects {
  readonly #asked: Question;
  readonly #isDown: (jobClass: ClassState) => boolean;
  /** Of each class, which nodes of its `start on` are true or may become so. */
  readonly #hopes = new Map<ClassState, boolean[]>();
  readonly #parents = new Map<ClassState, number[]>();
  /** The operands that need each class to run. */
  readonly #dependents = new Map<ClassState, Place[]>();

  /** `isDown`: the class does not run, and will not by itself. */
  constructor(asked: Question, isDown: (jobClass: ClassState) => boolean) {
    this.#asked = asked;
    this.#isDown = isDown;
    const { classes } = asked.context.state;
    for (const jobClass of classes.values()) {
      if (!jobClass.startOn) continue;
      this.#hopes.set(
        jobClass,
        Array.from(jobClass.startOn, () => false),
      );
      this.#parents.set(jobClass, parentsOf(jobClass.startOn));
    }
    const open: Place[] = [];
    for (const jobClass of classes.values()) this.#lookAt(jobClass, open);
    for (let place = open.pop(); place; place = open.pop()) this.#raise(place, open);
  }

  /** The first operand of its `start on` that keeps the class from being started: one without hope, if there is any; null: none. */
  missing(jobClass: ClassState): EventNode | null {
    const { startOn } = jobClass;
    if (!startOn) return null;
    const truth = startOn.map((node) => node.op === 'event' && node.event !== 0);
    startOn.forEach((node, at) => {
      if (node.op === 'and') truth[at] = (truth[node.left] && truth[node.right]) === true;
      if (node.op === 'or') truth[at] = (truth[node.left] || truth[node.right]) === true;
    });
    const hopes = this.#hopes.get(jobClass) ?? [];
    let at = startOn.length - 1;
    for (let node = startOn[at]; node && truth[at] !== true; node = startOn[at]) {
      if (node.op === 'event') return node;
      const { left, right } = node;
      if (node.op === 'or') at = hopes[right] === true && hopes[left] !== true ? right : left;
      else if (truth[left] === true) at = right;
      else at = truth[right] !== true && hopes[left] === true && hopes[right] !== true ? right : left;
    }
    return null;
  }

  /** Whether its `start on` may come true as things are. */
  isOpen(jobClass: ClassState): boolean {
    return this.#hopes.get(jobClass)?.at(-1) === true;
  }

  #lookAt(jobClass: ClassState, open: Place[]): void {
    (jobClass.startOn ?? []).forEach((node, at) => {
      if (node.op !== 'event') return;
      const place = { jobClass, at };
      const needs = node.event === 0 ? this.#needs(node) : null;
      if (needs === null || needs.some((needed) => !this.#isDown(needed))) open.push(place);
      else for (const needed of needs) this.#dependOn(needed, place);
    });
  }

  /** The classes one of which has to run for the event to come; null: it may come anyway. */
  #needs(node: EventNode): readonly ClassState[] | null {
    const { context, emitters } = this.#asked;
    const job = aboutJob(node);
    if (job !== null) {
      const jobClass = context.state.classes.get(job);
      return jobClass ? [jobClass] : [];
    }
    const jobs = emitters.jobs(node.name);
    if (jobs.length > 0 && !emitters.hasOthers(node.name)) return jobs;
    return emitters.hasAny(node.name) ? null : [];
  }

  #dependOn(jobClass: ClassState, place: Place): void {
    const places = this.#dependents.get(jobClass);
    if (places) places.push(place);
    else this.#dependents.set(jobClass, [place]);
  }

  /** A node may become true: so may what is above it, and what needs its class. */
  #raise({ jobClass, at }: Place, open: Place[]): void {
    const hopes = this.#hopes.get(jobClass) as boolean[];
    if (hopes[at]) return;
    hopes[at] = true;
    const parent = this.#parents.get(jobClass)?.[at] ?? -1;
    const above = jobClass.startOn?.[parent];
    if (above === undefined) {
      if (jobClass.instances.size === 0 && !this.#hasFailed(jobClass)) open.push(...this.#takeDependents(jobClass));
    } else if (above.op === 'or' || (above.op === 'and' && hopes[above.left] && hopes[above.right]))
      open.push({ jobClass, at: parent });
  }

  #takeDependents(jobClass: ClassState): Place[] {
    const places = this.#dependents.get(jobClass) ?? [];
    this.#dependents.delete(jobClass);
    return places;
  }

  /** A job that has failed needs more than its condition. */
  #hasFailed(jobClass: ClassState): boolean {
    return jobClass.last?.failure != null || jobClass.refused !== undefined;
  }
}

/** The operator above each node; none above the last one. */
function parentsOf(condition: ConditionState): number[] {
  const parents: number[] = [];
  condition.forEach((node, at) => {
    if (node.op !== 'event') parents[node.left] = parents[node.right] = at;
  });
  return parents;
}
