/**
 * The root cause of each trouble. Follows the chain from an instance or a job to the thing that it waits for, and so on to the
 * thing that is wrong. Each waits for one thing at a time, so one walk follows all chains.
 */
import type { BrokenFile } from '@upstart/common';
import type { Health, RootCause } from '@upstart/protocol';
import { conditionsOf } from '../model/condition-state.ts';
import { type ClassState, displayName, type EventState, type InstanceState } from '../model/state.ts';
import { classHealth, instanceHealth, type Verdict } from './health.ts';
import { aboutJob } from './operands.ts';
import { Prospects } from './prospects.ts';
import { knownCause, type Question } from './question.ts';
import { operandText } from './residual.ts';
import { sourceNote } from './source-notes.ts';
import { Waits } from './waits.ts';

/** An instance, or a class without instances. */
export type Subject = InstanceState | ClassState;

/** A root cause. `text` is only made for the causes that are shown. */
export interface Root {
  readonly kind: RootCause['kind'];
  /** The name of the job at fault; null: the cause is an event. */
  readonly job: string | null;
  readonly instance: string;
  text(): string;
}

/** A step towards the root. `by`: the thing that it waits for, in words; null: it is the root itself. */
type Step = { readonly by: string | null } & ({ readonly root: Root } | { readonly next: Subject });

/** The words for a fault of the job itself. */
const WORDS: Partial<Record<Health, string>> = {
  failed: 'failed',
  flapping: 'respawns again and again',
  unhealthy: 'is unhealthy',
  degraded: 'runs, but not well',
};

/** The most members of a loop that are named. */
const MAX_NAMED = 8;

/** The causes that are faults; jobs only wait for the others. */
const WRONG: ReadonlySet<RootCause['kind']> = new Set(['broken', 'failed', 'flapping', 'unhealthy', 'degraded']);

export class Roots {
  readonly #asked: Question;
  readonly #broken: ReadonlyMap<string, readonly BrokenFile[]>;
  readonly #waits: Waits;
  readonly #prospects: Prospects;
  /** By event: the first instance, or class by its condition, that keeps it from finishing. */
  readonly #holders = new Map<number, Subject>();
  readonly #found = new Map<Subject, Root>();
  readonly #roots = new Map<string, Root>();
  readonly #verdicts = new Map<Subject, Verdict>();

  /** `broken`: files with errors, by the names of their jobs. */
  constructor(asked: Question, broken: ReadonlyMap<string, readonly BrokenFile[]>) {
    this.#asked = asked;
    this.#broken = broken;
    this.#waits = new Waits(asked);
    this.#prospects = new Prospects(asked, (jobClass) => !this.#instances(jobClass).some((one) => this.#isUp(one)));
    const { classes, instances } = asked.context.state;
    for (const instance of instances.values()) {
      for (const id of instance.blocking) this.#hold(id, instance);
      for (const [, condition] of conditionsOf(instance))
        for (const node of condition) if (node.op === 'event') this.#hold(node.event, instance);
    }
    for (const jobClass of classes.values())
      for (const node of jobClass.startOn ?? []) if (node.op === 'event') this.#hold(node.event, jobClass);
  }

  /** Whether the job itself is at fault. */
  isWrong(subject: Subject): boolean {
    return WRONG.has(this.#verdict(subject).health as RootCause['kind']);
  }

  /** Whether it waits: an instance between two states, or a class that events would start. */
  isWaiting(subject: Subject): boolean {
    if (this.isWrong(subject)) return false;
    if ('goal' in subject) return this.#verdict(subject).health === 'pending';
    const { instances, startOn, last } = subject;
    if (instances.size > 0 || !startOn) return false;
    if (startOn.some((node) => node.op === 'event' && node.event !== 0)) return true;
    // A job that has done its work, or was stopped by a request, does not wait.
    const mayStart = last === null || last.text.startsWith('stopped by `');
    return mayStart && !this.#prospects.isOpen(subject);
  }

  /** The thing that it waits for, in words: `` `started db` ``; null for a job that is at fault itself. */
  immediate(subject: Subject): string | null {
    return this.#step(subject).by;
  }

  rootOf(subject: Subject): Root {
    const path: Subject[] = [];
    const places = new Map<Subject, number>();
    let at = subject;
    let root = this.#found.get(at);
    while (!root) {
      const loop = places.get(at);
      if (loop !== undefined) {
        root = this.#loop(path.slice(loop));
        break;
      }
      places.set(at, path.length);
      path.push(at);
      const step = this.#step(at);
      if ('next' in step) at = step.next;
      root = 'root' in step ? step.root : this.#found.get(at);
    }
    for (const passed of path) this.#found.set(passed, root);
    return root;
  }

  /** The root for a broken file that defines no job. */
  ofFile(job: string): Root {
    return this.#shared('broken', job, job, () => this.#brokenText(job));
  }

  displayOf(subject: Subject): string {
    return 'goal' in subject ? this.#asked.context.display(subject) : subject.definition.name;
  }

  #brokenText(job: string): string {
    const [file, ...others] = this.#broken.get(job) ?? [];
    const place = file && (file.line === null ? file.path : `${file.path}:${file.line}`);
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return `${job} has a broken file: ${place}: ${file?.message}${more}`;
  }

  #verdict(subject: Subject): Verdict {
    const known = this.#verdicts.get(subject);
    if (known) return known;
    const verdict = 'goal' in subject ? instanceHealth(this.#asked, this.#waits, subject) : this.#classVerdict(subject);
    this.#verdicts.set(subject, verdict);
    return verdict;
  }

  #classVerdict(jobClass: ClassState): Verdict {
    const { name } = jobClass.definition;
    return this.#broken.has(name)
      ? { health: 'broken', why: this.#brokenText(name) }
      : classHealth(this.#asked, jobClass);
  }

  #instances({ instances }: ClassState): InstanceState[] {
    return [...instances.values()].flatMap((id) => this.#asked.context.instance(id) ?? []);
  }

  #isUp(instance: InstanceState): boolean {
    return instance.goal === 'start' && instance.state === 'running';
  }

  #hold(event: number, subject: Subject): void {
    if (event !== 0 && !this.#holders.has(event)) this.#holders.set(event, subject);
  }

  #step(subject: Subject): Step {
    if (this.isWrong(subject)) return { root: this.#own(subject), by: null };
    return 'goal' in subject ? this.#instanceStep(subject) : this.#classStep(subject);
  }

  #own(subject: Subject): Root {
    const { health, why } = this.#verdict(subject);
    const [job, instance] = this.#names(subject);
    const text =
      health === 'broken'
        ? (why ?? '')
        : `${displayName(job, instance)} ${WORDS[health] ?? ''}${why === null ? '' : `: ${why}`}`;
    return { kind: health as RootCause['kind'], job, instance, text: () => text };
  }

  #names(subject: Subject): [job: string, instance: string] {
    if (!('goal' in subject)) return [subject.definition.name, ''];
    return [this.#asked.context.classOf(subject).definition.name, subject.name];
  }

  #instanceStep(instance: InstanceState): Step {
    const { events } = this.#asked.context.state;
    const event = events.get(instance.blocker) ?? this.#waits.ownEvent(instance);
    const holder = event && this.#holders.get(event.id);
    if (event && holder && holder !== instance) return { next: holder, by: this.#eventText(event) };
    const [job, name] = this.#names(instance);
    const why = this.#verdict(instance).why ?? this.#waits.whyNotDone(instance);
    const text = `${displayName(job, name)} is ${instance.goal}/${instance.state}: ${why}`;
    return { root: { kind: 'pending', job, instance: name, text: () => text }, by: null };
  }

  #eventText(event: EventState): string {
    return `\`${this.#asked.tell(event)}\` to be over`;
  }

  #classStep(jobClass: ClassState): Step {
    const { definition, last } = jobClass;
    const node = this.#prospects.missing(jobClass);
    if (node === null) {
      const { name: job } = definition;
      const how =
        last === null
          ? 'has not been started: that takes a request'
          : `does not run: ${knownCause(this.#asked, last.text)}`;
      return { root: { kind: 'stopped', job, instance: '', text: () => `${job} ${how}` }, by: null };
    }
    const wanted = operandText(node);
    const by = `\`${wanted}\``;
    const job = aboutJob(node);
    if (job !== null) return this.#jobStep(job, by);
    const { emitters } = this.#asked;
    if (!emitters.hasAny(node.name)) {
      const text = (): string => `\`${node.name}\`: ${emitters.missing(node.name)}`;
      return { root: this.#shared('no-emitter', node.name, null, text), by };
    }
    const [emitter] = emitters.hasOthers(node.name) ? [] : emitters.jobs(node.name);
    const down = emitter && this.#notUp(emitter);
    if (down) return { next: down, by };
    const text = (): string => [`${by} has not come`, sourceNote(this.#asked, node) ?? []].flat().join('; ');
    return { root: this.#shared('event', wanted, null, text), by };
  }

  #jobStep(job: string, by: string): Step {
    const jobClass = this.#asked.context.state.classes.get(job);
    if (!jobClass) {
      const isBroken = this.#broken.has(job);
      return {
        root: isBroken ? this.ofFile(job) : this.#shared('no-job', job, job, () => `there is no job ${job}`),
        by,
      };
    }
    const down = this.#notUp(jobClass);
    if (down) return { next: down, by };
    return { root: this.#shared('event', by, job, () => `${by} has passed: ${job} runs already`), by };
  }

  /** The class without an instance, or its first instance that does not run; null: all run. */
  #notUp(jobClass: ClassState): Subject | null {
    if (jobClass.instances.size === 0) return jobClass;
    const instances = this.#instances(jobClass);
    return instances.some((one) => this.#isUp(one) && !this.isWrong(one))
      ? null
      : (instances.find((one) => !this.#isUp(one) || this.isWrong(one)) ?? null);
  }

  #loop(members: readonly Subject[]): Root {
    const names = members.map((member) => this.displayOf(member)).sort();
    const [first = ''] = names;
    const others = names.length - MAX_NAMED;
    const named = others > 0 ? `${names.slice(0, MAX_NAMED).join(', ')} and ${others} more` : names.join(', ');
    const text = names.length === 1 ? `${named} waits for itself` : `${named} wait for one another`;
    return { kind: 'loop', job: first, instance: '', text: () => text };
  }

  /** The root of this kind and about this thing, shared by all chains that lead to it. */
  #shared(kind: Root['kind'], about: string, job: string | null, text: () => string): Root {
    const key = `${kind} ${about}`;
    const root = this.#roots.get(key) ?? { kind, job, instance: '', text };
    this.#roots.set(key, root);
    return root;
  }
}
