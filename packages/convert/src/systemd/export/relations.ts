/** What `start on` and `stop on` become: dependencies of the unit, and units that activate it. */
import type { JobDefinition } from '@upstart/job-language';
import { alternativesOf, type EventLeaf, jobArguments, leafText, namedArguments } from '../../alternatives.ts';
import type { Report } from '../../report-builder.ts';
import { END_OF_INIT, ENDS_OF_INIT, type InitKind, milestoneOfEvent } from '../milestones.ts';
import { mountUnit, unitPrefix } from '../unit/names.ts';
import { type Activation, activationOf } from './activation.ts';

/** Lists of units. */
export interface Relations {
  readonly wantedBy: string[];
  readonly after: string[];
  readonly before: string[];
  readonly wants: string[];
  readonly requires: string[];
  readonly partOf: string[];
  readonly conflicts: string[];
  readonly mounts: string[];
  readonly activations: Activation[];
  /** Targets that are reached before or behind those that units get by default. */
  isSpecial: boolean;
}

export interface RelationContext {
  readonly init: InitKind;
  /** Whether a job of this name is translated as well, and whether it has instances. */
  readonly jobs: ReadonlyMap<string, JobDefinition>;
  readonly report: Report;
}

export function relationsOf(job: JobDefinition, context: RelationContext): Relations {
  const relations: Relations = {
    ...{ wantedBy: [], after: [], before: [], wants: [], requires: [], partOf: [], conflicts: [], mounts: [] },
    ...{ activations: [], isSpecial: false },
  };
  const stops = addStops(job, relations, context);
  addStarts(job, relations, stops, context);
  return relations;
}

/** Targets outside of the ones between which services run by default. */
const SPECIAL = ['sysinit.target', 'poweroff.target', 'reboot.target', 'rescue.target'];
/** Services that start before these targets: one that is ordered before them cannot wait for the targets. */
const EARLY = ['udev.service', 'systemd-udevd.service'];
/** Best first: of events that all have to come, the one that the unit is started by. */
const TRIGGERS = ['multi-user.target', 'graphical.target', 'default.target'];

/** The jobs whose end is to stop this one. */
function addStops(job: JobDefinition, relations: Relations, { init, report }: RelationContext): ReadonlySet<string> {
  const jobs = new Set<string>();
  const { name, stopOn } = job;
  const place = `${name}: stop on`;
  if (stopOn === null) {
    if (!job.task) report.approximated(place, 'none: systemd stops every unit at the shutdown');
    return jobs;
  }
  const alternatives = alternativesOf(stopOn);
  if (alternatives === null) {
    report.refused(place, 'the condition has too many alternatives');
    return jobs;
  }
  for (const leaves of alternatives) {
    const text = leaves.map(leafText).join(' and ');
    const [leaf] = leaves as [EventLeaf];
    const { job: other, others } = jobArguments(leaf);
    const unit = other === null ? null : `${unitPrefix(other)}.service`;
    const isNear = leaves.length > 1 || others.length > 0;
    if (
      ENDS_OF_INIT.includes(text) ||
      (leaf.name === 'runlevel' && leaf.args.length > 0 && leaf.args.every((arg) => /[06]|!/.test(arg)))
    ) {
      if (text === END_OF_INIT[init] || /^runlevel \[(?:!2345|016|!12345)\]$/.test(text))
        report.exact(place, `${text}: every unit is stopped at the shutdown`);
      else report.approximated(place, `${text}: systemd stops the unit at the shutdown`);
    } else if (isNear || unit === null || unit.includes('$')) {
      if (leaf.name.startsWith('stopp') && unit !== null && !unit.includes('$')) {
        relations.partOf.push(unit);
        report.approximated(place, `${text}: PartOf=${unit}, whatever else the condition asks`);
      } else report.refused(place, `${text}: nothing stops a unit on this event`);
    } else if (leaf.name === 'stopping') {
      jobs.add(unit);
      report.exact(place, `${text}: stopped before ${unit}`);
    } else if (leaf.name === 'stopped') {
      relations.partOf.push(unit);
      report.approximated(place, `${text}: PartOf=${unit}, which is stopped at the same time`);
    } else if (leaf.name === 'starting' || leaf.name === 'started') {
      relations.conflicts.push(unit);
      report.approximated(place, `${text}: Conflicts=${unit}, which works both ways`);
    } else report.refused(place, `${text}: nothing stops a unit on this event`);
  }
  return jobs;
}

function addStarts(
  job: JobDefinition,
  relations: Relations,
  stops: ReadonlySet<string>,
  context: RelationContext,
): void {
  const { report } = context;
  const place = `${job.name}: start on`;
  const alternatives = job.startOn === null ? [] : alternativesOf(job.startOn);
  if (alternatives === null) report.refused(place, 'the condition has too many alternatives');
  for (const leaves of alternatives ?? []) addAlternative(job, leaves, relations, stops, context);
  const isGiven = relations.activations.some(({ type }) => type === 'socket');
  if (isGiven && Object.values(job.processes).some(({ text }) => text.includes('UPSTART_FDS')))
    report.approximated(place, 'the program gets LISTEN_FDS instead of UPSTART_FDS');
  for (const unit of stops) {
    if (relations.requires.includes(unit)) continue;
    relations.partOf.push(unit);
    if (![...relations.after, ...relations.before].includes(unit)) relations.after.push(unit);
  }
  relations.isSpecial =
    relations.wantedBy.some((unit) => SPECIAL.includes(unit)) || relations.before.some((unit) => EARLY.includes(unit));
}

function addAlternative(
  job: JobDefinition,
  leaves: readonly EventLeaf[],
  relations: Relations,
  stops: ReadonlySet<string>,
  context: RelationContext,
): void {
  const { report } = context;
  const place = `${job.name}: start on`;
  const found = leaves.flatMap((leaf) => {
    const operand = operandOf(job, leaf, context);
    if (operand === null) report.refused(place, `${leafText(leaf)}: no unit stands for this event`);
    return operand === null ? [] : [operand];
  });
  const trigger =
    found.find(({ activation }) => activation !== undefined) ??
    found.find(({ unit }) => TRIGGERS.includes(unit)) ??
    found.at(-1);
  if (trigger === undefined) return;
  if (trigger.activation !== undefined) relations.activations.push(trigger.activation);
  else if (trigger.mount !== undefined) {
    relations.mounts.push(trigger.mount);
    relations.wantedBy.push(trigger.unit);
  } else {
    relations.wantedBy.push(trigger.unit);
    if (trigger.order !== null) relations[trigger.order].push(trigger.unit);
  }
  report.add(
    trigger.isExact && leaves.length === 1 ? 'exact' : 'approximated',
    place,
    `${trigger.text}: ${trigger.shown}`,
  );
  for (const other of found) if (other !== trigger) addNeed(place, other, relations, stops, context);
}

/** An event that has to come besides the one that starts the unit. */
function addNeed(
  place: string,
  other: Operand,
  relations: Relations,
  stops: ReadonlySet<string>,
  { report }: RelationContext,
): void {
  if (other.activation !== undefined) {
    report.refused(place, `${other.text}: a unit is activated by one thing, not by several together`);
    return;
  }
  if (other.mount !== undefined) {
    relations.mounts.push(other.mount);
    report.exact(place, `${other.text}: RequiresMountsFor=${other.mount}`);
    return;
  }
  if (other.order === 'before') {
    relations.before.push(other.unit);
    report.approximated(place, `${other.text}: ordered before it, whether it starts or not`);
    return;
  }
  const field = stops.has(other.unit) && other.isKnown ? 'requires' : 'wants';
  relations[field].push(other.unit);
  relations.after.push(other.unit);
  const key = field === 'requires' ? 'Requires' : 'Wants';
  report.approximated(
    place,
    `${other.text}: ${key}= and After=${other.unit}, which starts it instead of waiting for it`,
  );
}

interface Operand {
  readonly text: string;
  readonly unit: string;
  readonly order: 'after' | 'before' | null;
  readonly isExact: boolean;
  /** Whether the unit is sure to exist. */
  readonly isKnown: boolean;
  /** What it becomes. */
  readonly shown: string;
  readonly activation?: Activation;
  readonly mount?: string;
}

/** Null: nothing stands for the event. */
function operandOf(job: JobDefinition, leaf: EventLeaf, context: RelationContext): Operand | null {
  const text = leafText(leaf);
  if (leaf.name === 'starting' || leaf.name === 'started') return jobOperand(leaf, text, context);
  const activation = activationOf(leaf, context.report, `${job.name}: start on`);
  if (activation !== null) {
    const shown = `${activation.type} unit`;
    return { text, unit: '', order: null, isExact: activation.isExact, isKnown: true, shown, activation };
  }
  const mount = leaf.name === 'mounted' ? namedArguments(leaf).get('MOUNTPOINT') : undefined;
  if (mount?.startsWith('/') && !/[\s*?[$]/.test(mount)) {
    const unit = mountUnit(mount);
    return {
      text,
      unit,
      order: null,
      isExact: leaf.args.length === 1,
      isKnown: false,
      shown: `RequiresMountsFor=${mount}`,
      mount,
    };
  }
  const milestone = milestoneOfEvent(text, context.init) ?? runlevels(leaf, context);
  if (milestone === undefined) return null;
  const { target: unit, isPassed, toTarget } = milestone;
  return {
    text,
    unit,
    order: isPassed ? 'after' : null,
    isExact: toTarget === 'exact',
    isKnown: true,
    shown: `WantedBy=${unit}`,
  };
}

/** `runlevel [23]` and the like: services of some runlevels belong to the target that stands for all. */
function runlevels(leaf: EventLeaf, { init }: RelationContext): ReturnType<typeof milestoneOfEvent> {
  if (leaf.name !== 'runlevel' || init === 'session') return undefined;
  const levels = leaf.args[0] ?? '';
  const event =
    /[2345]/.test(levels) !== levels.includes('!')
      ? 'runlevel'
      : /0/.test(levels)
        ? 'runlevel 0'
        : /6/.test(levels)
          ? 'runlevel 6'
          : 'runlevel S';
  const milestone = milestoneOfEvent(event, init);
  return milestone && { ...milestone, toTarget: 'approximated' };
}

function jobOperand(leaf: EventLeaf, text: string, { jobs }: RelationContext): Operand | null {
  const { job, instance, others } = jobArguments(leaf);
  if (job === null || /[$*?[]/.test(job + (instance ?? ''))) return null;
  const hasInstance = instance !== null && instance !== '';
  const unit = `${unitPrefix(job)}${hasInstance ? `@${unitPrefix(instance)}` : ''}.service`;
  const order = leaf.name === 'started' ? 'after' : 'before';
  const known = jobs.get(job);
  const isKnown = known !== undefined && (known.instance === '' || hasInstance);
  const key = order === 'after' ? 'After' : 'Before';
  return { text, unit, order, isExact: others.length === 0, isKnown, shown: `WantedBy= and ${key}=${unit}` };
}
