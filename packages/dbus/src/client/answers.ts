/** Properties of jobs and instances, as the native protocol has them (reference: dbus §4). */
import type { Condition, Slot } from '@upstart/common';
import type { InstanceStatus, JobConfig } from '@upstart/protocol';
import { failed, invalidReply } from '../errors.ts';
import type { Value } from '../wire/message.ts';

export type Properties = ReadonlyMap<string, Value>;

/** Types of the properties that are not texts. */
const TYPES: Readonly<Record<string, string>> = { emits: 'as', start_on: 'aas', stop_on: 'aas', processes: 'a(si)' };

/** The answer of `GetAll`. Throws if a property that is used has another type than it should. */
export function propertiesOf(answer: Value | undefined): Properties {
  return new Map((answer as [string, Value][]).map(([name, value]) => [name, propertyOf(name, value)]));
}

/** The value of the property `name`, out of its variant. Throws if it has another type than the property should. */
export function propertyOf(name: string, variant: Value | undefined): Value {
  const [[type], [content]] = variant as unknown as [[TypeTree], [Value]];
  if (typeText(type) !== (TYPES[name] ?? 's')) throw invalidReply();
  return content;
}

/** A type as the library has it: `child` are the types of what is in an array or a struct. */
interface TypeTree {
  readonly type: string;
  readonly child: readonly TypeTree[];
}

const CLOSED: Readonly<Record<string, string>> = { '(': ')', '{': '}' };

const typeText = ({ type, child }: TypeTree): string => type + child.map(typeText).join('') + (CLOSED[type] ?? '');

export function instanceStatus(properties: Properties): InstanceStatus {
  const processes = list<[Slot, number]>(properties, 'processes').map(([slot, pid]) => ({ slot, pid }));
  return {
    name: text(properties, 'name'),
    goal: text(properties, 'goal') as InstanceStatus['goal'],
    state: text(properties, 'state') as InstanceStatus['state'],
    processes,
  };
}

export function jobConfig(properties: Properties): JobConfig {
  return {
    job: text(properties, 'name'),
    // D-Bus does not say which file the job is from.
    path: '',
    description: text(properties, 'description'),
    author: text(properties, 'author'),
    version: text(properties, 'version'),
    usage: text(properties, 'usage') || null,
    emits: list<string>(properties, 'emits'),
    startOn: conditionOf(list<string[]>(properties, 'start_on')),
    stopOn: conditionOf(list<string[]>(properties, 'stop_on')),
  };
}

/** An older init may lack a property. */
const text = (properties: Properties, name: string): string => String(properties.get(name) ?? '');
const list = <T>(properties: Properties, name: string): T[] => (properties.get(name) ?? []) as T[];

/** A condition in reverse Polish notation as a tree; null: there is none. */
export function conditionOf(notation: readonly string[][]): Condition | null {
  const stack: Condition[] = [];
  for (const [name = '', ...args] of notation) {
    if (name !== '/AND' && name !== '/OR') {
      stack.push({ op: 'event', name, args });
      continue;
    }
    const right = stack.pop();
    const left = stack.pop();
    if (!left || !right) throw failed('The init daemon sent a condition that is none');
    stack.push({ op: name === '/AND' ? 'and' : 'or', left, right });
  }
  return stack.pop() ?? null;
}
