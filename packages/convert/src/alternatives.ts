/** Conditions as alternatives: each is a list of events that all have to come. */
import type { Condition } from '@upstart/common';

export type EventLeaf = Extract<Condition, { op: 'event' }>;

/** The most alternatives: beyond, a condition counts as one that units cannot express. */
export const MAX_ALTERNATIVES = 64;

/** Null: there are too many. */
export function alternativesOf(condition: Condition): EventLeaf[][] | null {
  if (condition.op === 'event') return [[condition]];
  const left = alternativesOf(condition.left);
  const right = alternativesOf(condition.right);
  if (left === null || right === null) return null;
  if (left.length * right.length > MAX_ALTERNATIVES || left.length + right.length > MAX_ALTERNATIVES) return null;
  return condition.op === 'or' ? [...left, ...right] : left.flatMap((one) => right.map((other) => [...one, ...other]));
}

/** The arguments of an event about a job: its name, its instance, and what else is asked. */
export interface JobArguments {
  readonly job: string | null;
  readonly instance: string | null;
  readonly others: readonly string[];
}

const POSITIONS = ['JOB', 'INSTANCE'] as const;

export function jobArguments({ args }: EventLeaf): JobArguments {
  const found: Record<string, string> = {};
  const others: string[] = [];
  for (const [at, arg] of args.entries()) {
    const [, key, value = ''] = /^(\w+)=([\s\S]*)$/.exec(arg) ?? [];
    const name = arg.includes('=') ? key : POSITIONS[at];
    if (name === 'JOB' || name === 'INSTANCE') found[name] = arg.includes('=') ? value : arg;
    else others.push(arg);
  }
  const { JOB: job = null, INSTANCE: instance = null } = found;
  return { job, instance, others };
}

/** `KEY=VALUE` arguments by their keys. */
export function namedArguments({ args }: EventLeaf): ReadonlyMap<string, string> {
  return new Map(
    args.flatMap((arg) => {
      const equals = arg.indexOf('=');
      return equals > 0 ? [[arg.slice(0, equals), arg.slice(equals + 1)] as const] : [];
    }),
  );
}

/** As in a job file, without quotes. */
export function leafText({ name, args }: EventLeaf): string {
  return [name, ...args].join(' ');
}
