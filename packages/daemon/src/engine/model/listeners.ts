/**
 * The index from events to the classes whose conditions mention them. An operand whose first argument is a plain word
 * is found by that word too, so that a thousand jobs that wait for `started` of a thousand others cost one look-up each.
 */
import { type Condition, conditionEvents } from '@upstart/common';
import { getVariable, indexVariables } from '../environment/environment.ts';
import type { OfferedEvent } from './condition-state.ts';
import type { ClassState } from './state.ts';

/** Characters that make a value more than a plain word. */
const SPECIAL = /[*?[\\$]/;

/** Up to so many variables are searched one by one; for more, an index is faster. */
const FEW = 16;

/** The classes that listen to the events of one name. */
interface Listening {
  /** Classes that listen to each of them. */
  always: Set<ClassState>;
  /** Classes that listen only if a variable has a value: variable ('' is the first one, whatever its name) → value → classes. */
  byValue: Map<string, Map<string, Set<ClassState>>>;
}

export class Listeners {
  readonly #names = new Map<string, Listening>();

  add(jobClass: ClassState): void {
    for (const { name, args } of operandsOf(jobClass)) {
      const listening = getOrAdd(this.#names, name, (): Listening => ({ always: new Set(), byValue: new Map() }));
      const word = plainWord(args[0]);
      if (word === null) listening.always.add(jobClass);
      else classesFor(listening, word.variable, word.value).add(jobClass);
    }
  }

  remove(jobClass: ClassState): void {
    for (const { name, args } of operandsOf(jobClass)) {
      const listening = this.#names.get(name);
      if (!listening) continue;
      const word = plainWord(args[0]);
      if (word === null) listening.always.delete(jobClass);
      else dropClass(listening, word.variable, word.value, jobClass);
      if (listening.always.size === 0 && listening.byValue.size === 0) this.#names.delete(name);
    }
  }

  /** The classes whose conditions may match the event, oldest first. */
  find(event: Pick<OfferedEvent, 'name' | 'env'>): ClassState[] {
    const listening = this.#names.get(event.name);
    if (!listening) return [];
    const found = new Set(listening.always);
    // Few conditions name more than one variable, and few events have many.
    const index = listening.byValue.size > FEW ? indexVariables(event.env) : null;
    for (const [variable, values] of listening.byValue) {
      const value =
        variable === '' ? firstValue(event.env) : index ? index.get(variable) : getVariable(event.env, variable);
      const classes = value === undefined ? undefined : values.get(value);
      for (const jobClass of classes ?? []) found.add(jobClass);
    }
    return [...found].sort((a, b) => a.id - b.id);
  }
}

type EventCondition = Extract<Condition, { op: 'event' }>;

/** The operands of all conditions of a class. */
export function operandsOf({ definition }: ClassState): EventCondition[] {
  const operands: EventCondition[] = [];
  for (const condition of [definition.startOn, definition.stopOn, definition.restartOn, definition.reloadOn]) {
    // Most conditions are one event.
    if (condition?.op === 'event') operands.push(condition);
    else if (condition) operands.push(...conditionEvents(condition));
  }
  return operands;
}

/** The variable and value that a first argument requires, if it requires exactly one. */
export function plainWord(argument: string | undefined): { variable: string; value: string } | null {
  if (argument === undefined) return null;
  const equals = argument.indexOf('=');
  const value = argument.slice(equals + 1);
  // A variable without a name is not found by its position.
  if (SPECIAL.test(value) || equals === 0 || argument[equals - 1] === '!') return null;
  return { variable: equals < 0 ? '' : argument.slice(0, equals), value };
}

function classesFor({ byValue }: Listening, variable: string, value: string): Set<ClassState> {
  const values = getOrAdd(byValue, variable, () => new Map<string, Set<ClassState>>());
  return getOrAdd(values, value, () => new Set());
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function dropClass({ byValue }: Listening, variable: string, value: string, jobClass: ClassState): void {
  const values = byValue.get(variable);
  const classes = values?.get(value);
  classes?.delete(jobClass);
  if (classes?.size === 0) values?.delete(value);
  if (values?.size === 0) byValue.delete(variable);
}

function firstValue(env: readonly string[]): string | undefined {
  const first = env[0];
  return first?.slice(first.indexOf('=') + 1);
}
