/** Everything that is wrong or waits, by its root causes: the most important first, a bounded list. */
import type { BrokenFile } from '@upstart/common';
import { CAUSE_KINDS, type RootCause, type Troubles } from '@upstart/protocol';
import { filesByJob } from './health.ts';
import type { Question } from './question.ts';
import { type Root, Roots, type Subject } from './roots.ts';

/** How many causes are listed, and of each how many different things that are waited for, and jobs that wait. */
export const MAX_CAUSES = 100;
export const MAX_WAITS = 20;
export const MAX_JOBS = 50;

interface Group {
  readonly root: Root;
  /** By what they wait for. */
  readonly waiting: Map<string, string[]>;
  affected: number;
}

/** `broken`: all files with errors. */
export function troubles(asked: Question, broken: readonly BrokenFile[]): Troubles {
  const { classes, instances } = asked.context.state;
  const files = filesByJob(broken);
  const roots = new Roots(asked, files);
  const groups = new Map<Root, Group>();
  const groupOf = (root: Root): Group => {
    const known = groups.get(root);
    if (known) return known;
    const group: Group = { root, waiting: new Map(), affected: 0 };
    groups.set(root, group);
    return group;
  };
  const lookAt = (subject: Subject): void => {
    if (!roots.isWrong(subject) && !roots.isWaiting(subject)) return;
    const group = groupOf(roots.rootOf(subject));
    const by = roots.immediate(subject);
    if (by === null) return;
    group.affected++;
    const waiting = group.waiting.get(by);
    if (waiting) waiting.push(roots.displayOf(subject));
    else group.waiting.set(by, [roots.displayOf(subject)]);
  };
  for (const jobClass of classes.values()) lookAt(jobClass);
  for (const instance of instances.values()) lookAt(instance);
  for (const job of files.keys()) if (!classes.has(job)) groupOf(roots.ofFile(job));
  const sorted = [...groups.values()].sort(byImportance);
  return { causes: sorted.slice(0, MAX_CAUSES).map(rootCause), dropped: Math.max(0, sorted.length - MAX_CAUSES) };
}

/** Faults before what is only waited for; of each those with most consequences first. */
function byImportance(a: Group, b: Group): number {
  return (
    Number(isFault(b)) - Number(isFault(a)) ||
    b.affected - a.affected ||
    CAUSE_KINDS.indexOf(a.root.kind) - CAUSE_KINDS.indexOf(b.root.kind) ||
    compare(a.root.job ?? '', b.root.job ?? '') ||
    compare(a.root.instance, b.root.instance)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function isFault({ root: { kind } }: Group): boolean {
  return kind === 'broken' || kind === 'failed' || kind === 'flapping';
}

function rootCause({ root, waiting, affected }: Group): RootCause {
  const { kind, job, instance } = root;
  const shown = [...waiting].sort(([a, one], [b, other]) => other.length - one.length || compare(a, b));
  return {
    kind,
    job,
    instance,
    text: root.text(),
    affected,
    waiting: shown.slice(0, MAX_WAITS).map(([by, jobs]) => ({
      for: by,
      jobs: jobs.sort().slice(0, MAX_JOBS),
      count: jobs.length,
    })),
  };
}
