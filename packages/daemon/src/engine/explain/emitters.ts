/** The emitters of an event: from `emits` of jobs, from calls in their scripts, and from past events. */
import { globMatches, nearest } from '@upstart/common';
import { isKnownEvent, KNOWN_EVENTS, meantEvent } from '@upstart/job-language';
import type { Context } from '../model/context.ts';
import type { ClassState } from '../model/state.ts';

/** The most names without an emitter that get a suggestion: each is compared with every known name. */
const MAX_SUGGESTIONS = 20;
/** The most emitters of one event that are listed. */
const MAX_EMITTERS = 3;
/** Longer names and patterns are not compared: no real event has them, and matching takes long. */
const LONGEST_NAME = 100;
const LONGEST_PATTERN = 200;
/** The most patterns that are compared with a name. */
const MAX_PATTERNS = 200;

/** `initctl emit --no-wait NAME`, as scripts have it. */
const EMIT_CALL = /\bemit[ \t]+(?:-[^\s]*[ \t]+)*["']?([\w.:/+-]+)/g;
const IS_PATTERN = /[*?[\\]/;

/** The jobs by the events that they emit. */
interface Index {
  readonly byName: ReadonlyMap<string, ClassState[]>;
  readonly patterns: ReadonlyMap<string, ClassState[]>;
}

/** Indexes all jobs on the first question. */
export class Emitters {
  readonly #context: Context;
  readonly #found = new Map<string, readonly ClassState[]>();
  #index: Index | null = null;
  #suggestions = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** The jobs that emit events of this name. */
  jobs(name: string): readonly ClassState[] {
    if (name.length > LONGEST_NAME) return [];
    const known = this.#found.get(name);
    if (known) return known;
    this.#index ??= indexOf(this.#context);
    const { byName, patterns } = this.#index;
    const found = new Set(byName.get(name));
    for (const [pattern, jobs] of patterns) {
      if (found.size >= MAX_EMITTERS) break;
      if (globMatches(pattern, name)) for (const job of jobs) found.add(job);
    }
    const jobs = [...found].slice(0, MAX_EMITTERS);
    this.#found.set(name, jobs);
    return jobs;
  }

  /** Whether an emitter is known: init, a package, a job, or a client that emitted it before. */
  hasAny(name: string): boolean {
    return name.length > LONGEST_NAME || this.hasOthers(name) || this.jobs(name).length > 0;
  }

  /** Whether an emitter other than a job is known. */
  hasOthers(name: string): boolean {
    return isKnownEvent(name) || this.#context.state.seenEvents?.has(name) === true;
  }

  /** `` nobody is known to emit it; `runlevel [06]` may be meant ``; null for an event with a known emitter. */
  missing(name: string): string | null {
    if (this.hasAny(name)) return null;
    const nobody = 'nobody is known to emit it';
    if (this.#context.state.classes.has(name)) {
      return `${nobody}; ${name} is a job, whose event is \`started ${name}\``;
    }
    const meant = meantEvent(name) ?? this.#nearest(name);
    return meant === null ? nobody : `${nobody}; \`${meant}\` may be meant`;
  }

  #nearest(name: string): string | null {
    return this.#suggestions++ < MAX_SUGGESTIONS ? nearest(name, this.#names()) : null;
  }

  *#names(): Generator<string> {
    yield* KNOWN_EVENTS;
    yield* this.#context.state.seenEvents ?? [];
    for (const { definition } of this.#context.state.classes.values()) yield* definition.emits;
  }
}

function indexOf({ state }: Context): Index {
  const byName = new Map<string, ClassState[]>();
  const patterns = new Map<string, ClassState[]>();
  for (const jobClass of state.classes.values()) {
    const { emits, processes } = jobClass.definition;
    for (const name of emits) {
      if (!IS_PATTERN.test(name)) add(byName, name, jobClass);
      else if (name.length <= LONGEST_PATTERN && (patterns.size < MAX_PATTERNS || patterns.has(name)))
        add(patterns, name, jobClass);
    }
    for (const { text } of Object.values(processes))
      for (const [, name = ''] of text.matchAll(EMIT_CALL)) add(byName, name, jobClass);
  }
  return { byName, patterns };
}

function add(index: Map<string, ClassState[]>, name: string, jobClass: ClassState): void {
  const jobs = index.get(name);
  if (!jobs) index.set(name, [jobClass]);
  else if (jobs.length < MAX_EMITTERS && jobs.at(-1) !== jobClass) jobs.push(jobClass);
}
