/** All jobs that are at fault or wait, grouped by root cause: a bounded list, the most important cause first. */
import { type BrokenFile, compareTexts } from '@upstart/common';
import { CAUSE_KINDS, type RootCause, type Troubles } from '@upstart/protocol';
import { filesByJob } from './health.ts';
import type { Question } from './question.ts';
import { type Root, Roots, type Subject } from './roots.ts';

/** The most causes in the list, and of each the most different events, and jobs that wait for it. */
export const MAX_CAUSES = 100;
export const MAX_WAITS = 20;
export const MAX_JOBS = 50;

interface Group {
  readonly root: Root;
  /** The jobs, by the thing that they wait for. */
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

/** Faults first; then the causes with the most consequences. */
function byImportance(a: Group, b: Group): number {
  return (
    Number(isFault(b)) - Number(isFault(a)) ||
    b.affected - a.affected ||
    CAUSE_KINDS.indexOf(a.root.kind) - CAUSE_KINDS.indexOf(b.root.kind) ||
    compareTexts(a.root.job ?? '', b.root.job ?? '') ||
    compareTexts(a.root.instance, b.root.instance)
  );
}

function isFault({ root: { kind } }: Group): boolean {
  return kind === 'broken' || kind === 'failed' || kind === 'flapping' || kind === 'unhealthy';
}

function rootCause({ root, waiting, affected }: Group): RootCause {
  const { kind, job, instance } = root;
  const shown = [...waiting].sort(([a, one], [b, other]) => other.length - one.length || compareTexts(a, b));
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
