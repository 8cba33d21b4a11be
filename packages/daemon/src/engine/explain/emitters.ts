/** Emitters of an event: by `emits` of jobs, by calls in their scripts, and by events of the past. */
import { globMatches, nearest } from '@upstart/common';
import { isKnownEvent, KNOWN_EVENTS, meantEvent } from '@upstart/job-language';
import type { Context } from '../model/context.ts';
import type { ClassState } from '../model/state.ts';

/** For so many names an answer is looked for; a condition may have thousands. */
const MAX_NAMES = 20;
/** So many emitters of one event are listed. */
const MAX_EMITTERS = 3;
/** Longer names and patterns are not compared: no real event has such, and matching them takes long. */
const LONGEST_NAME = 100;
const LONGEST_PATTERN = 200;

/** Looks once for each name. */
export class Emitters {
  readonly #context: Context;
  readonly #found = new Map<string, ClassState[]>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** The jobs that emit events of this name; none where that would take too long to find out. */
  jobs(name: string): readonly ClassState[] {
    const known = this.#found.get(name);
    if (known !== undefined || this.#found.size >= MAX_NAMES || name.length > LONGEST_NAME) return known ?? [];
    const found: ClassState[] = [];
    const call = emitCall(name);
    for (const jobClass of this.#context.state.classes.values()) {
      if (found.length < MAX_EMITTERS && emits(jobClass, name, call)) found.push(jobClass);
    }
    this.#found.set(name, found);
    return found;
  }

  /** `` nobody is known to emit it; `runlevel [06]` may be meant ``; null for an event that somebody emits. */
  missing(name: string): string | null {
    const { seenEvents, classes } = this.#context.state;
    if (isKnownEvent(name) || seenEvents?.has(name) || this.jobs(name).length > 0 || !this.#found.has(name))
      return null;
    const nobody = 'nobody is known to emit it';
    if (classes.has(name)) return `${nobody}; ${name} is a job, whose event is \`started ${name}\``;
    const meant = meantEvent(name) ?? nearest(name, this.#names());
    return meant === null ? nobody : `${nobody}; \`${meant}\` may be meant`;
  }

  *#names(): Generator<string> {
    yield* KNOWN_EVENTS;
    yield* this.#context.state.seenEvents ?? [];
    for (const { definition } of this.#context.state.classes.values()) yield* definition.emits;
  }
}

function emits({ definition }: ClassState, name: string, call: RegExp): boolean {
  if (definition.emits.some((pattern) => pattern.length <= LONGEST_PATTERN && globMatches(pattern, name))) return true;
  return Object.values(definition.processes).some(({ text }) => text.includes(name) && call.test(text));
}

/** `initctl emit --no-wait NAME`, as scripts have it. */
function emitCall(name: string): RegExp {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`\\bemit[ \\t]+(?:-[^\\s]*[ \\t]+)*["']?${word}(?![\\w-])`);
}
