/**
 * The index from events to the classes whose conditions mention them. An operand whose first argument is a plain word
 * is found by that word too, so that a thousand jobs that wait for `started` of a thousand others cost one look-up each.
 */
import { conditionEvents } from '@upstart/protocol';
import type { OfferedEvent } from './condition-state.ts';
import type { ClassState } from './state.ts';

/** Characters that make a value more than a plain word. */
const SPECIAL = /[*?[\\$]/;

export class Listeners {
  private readonly sets = new Map<string, Set<ClassState>>();

  add(jobClass: ClassState): void {
    for (const key of keysOf(jobClass)) {
      const set = this.sets.get(key);
      if (set) set.add(jobClass);
      else this.sets.set(key, new Set([jobClass]));
    }
  }

  remove(jobClass: ClassState): void {
    for (const key of keysOf(jobClass)) {
      const set = this.sets.get(key);
      set?.delete(jobClass);
      if (set?.size === 0) this.sets.delete(key);
    }
  }

  /** The classes that the event may matter to, oldest first. */
  find(event: OfferedEvent): ClassState[] {
    const found = new Set(this.sets.get(event.name));
    const first = event.env[0];
    const keys = event.env.map((entry) => indexKey(event.name, entry.slice(0, entry.indexOf('=')), valuePart(entry)));
    if (first !== undefined) keys.push(indexKey(event.name, '', valuePart(first)));
    for (const key of keys) {
      for (const jobClass of this.sets.get(key) ?? []) found.add(jobClass);
    }
    return [...found].sort((a, b) => a.id - b.id);
  }
}

function keysOf(jobClass: ClassState): Set<string> {
  const { startOn, stopOn } = jobClass.definition;
  const keys = new Set<string>();
  for (const condition of [startOn, stopOn]) {
    if (!condition) continue;
    for (const { name, args } of conditionEvents(condition)) keys.add(operandKey(name, args[0]));
  }
  return keys;
}

function operandKey(name: string, argument: string | undefined): string {
  if (argument === undefined) return name;
  const equals = argument.indexOf('=');
  const value = argument.slice(equals + 1);
  if (SPECIAL.test(value) || argument[equals - 1] === '!') return name;
  return indexKey(name, equals < 0 ? '' : argument.slice(0, equals), value);
}

/** NUL cannot stand in a job file's word nor in an environment entry. */
function indexKey(name: string, variable: string, value: string): string {
  return `${name}\0${variable}\0${value}`;
}

function valuePart(entry: string): string {
  return entry.slice(entry.indexOf('=') + 1);
}
