/** Dependencies of units as `start on` and `stop on`. */
import { END_OF_INIT, type Milestone, milestoneOfTarget } from '../milestones.ts';
import { parseName, pathOfUnit } from '../unit/names.ts';
import { type Directive, lastOf, listOf, type Unit } from '../unit/unit-file.ts';
import { activationsOf } from './activation.ts';
import { instanceVariable } from './specifiers.ts';
import type { KnownUnit, UnitSet } from './unit-set.ts';

export interface Conditions {
  readonly start: string | null;
  readonly stop: string | null;
}

/** Directives of which this file reports everything. */
export const DEPENDENCIES = [
  'Wants',
  'Requires',
  'Requisite',
  'BindsTo',
  'PartOf',
  'Upholds',
  'Conflicts',
  'After',
  'Before',
  'OnFailure',
  'OnSuccess',
  'RequiresMountsFor',
  'PropagatesReloadTo',
  'ReloadPropagatedFrom',
  'PropagatesStopTo',
  'StopPropagatedFrom',
  'JoinsNamespaceOf',
  'WantsMountsFor',
] as const;

export function conditionsOf(own: KnownUnit, set: UnitSet, isTask: boolean): Conditions {
  const { unit } = own;
  const reader = new Dependencies(own, set);
  for (const directive of unit.directives) {
    if (directive.section === 'Install') reader.install(directive);
  }
  reader.alternatives.push(...activationsOf(own, set));
  reader.addPulled();
  for (const directive of unit.directives) if (directive.section === 'Unit') reader.dependency(directive);
  const { alternatives, needs, stops } = reader;
  const [first, ...others] = alternatives;
  const start =
    others.length > 0 && needs.length > 0
      ? `(${alternatives.join(' or ')})`
      : first === undefined
        ? null
        : alternatives.join(' or ');
  if (!isTask && hasDefaultEnd(unit)) stops.push(END_OF_INIT[set.init]);
  const all = start === null ? [] : [start, ...new Set(needs)];
  return {
    start: all.length === 0 ? null : all.join(' and '),
    stop: stops.length === 0 ? null : [...new Set(stops)].join(' or '),
  };
}

/** Whether it is stopped at the shutdown. */
function hasDefaultEnd(unit: Unit): boolean {
  const isOff = /^(?:no|false|off|0)$/i.test(lastOf(unit, 'Unit', 'DefaultDependencies')?.value ?? 'yes');
  return !isOff || listOf(unit, 'Unit', 'Conflicts').includes('shutdown.target');
}

/** Collects what the directives of one unit say. */
class Dependencies {
  /** Any of them starts the job. */
  readonly alternatives: string[] = [];
  /** All of them have to come, too. */
  readonly needs: string[] = [];
  readonly stops: string[] = [];
  readonly #own: KnownUnit;
  readonly #set: UnitSet;
  readonly #wantedBy: readonly string[];

  constructor(own: KnownUnit, set: UnitSet) {
    this.#own = own;
    this.#set = set;
    this.#wantedBy = ['WantedBy', 'RequiredBy', 'UpheldBy'].flatMap((key) => listOf(own.unit, 'Install', key));
  }

  #lists(key: string): string[] {
    return listOf(this.#own.unit, 'Unit', key);
  }

  install({ key, value, place }: Directive): void {
    const at = `${place}: ${key}`;
    const { report } = this.#set;
    if (key === 'Alias') report.refused(at, 'a job has one name');
    else if (key === 'Also') report.exact(at, 'every job is enabled');
    else if (key === 'DefaultInstance')
      report.refused(
        at,
        `start it by hand, or by a job that does: start ${this.#own.job} ${instanceVariable(this.#own.unit)}=${value}`,
      );
    else if (['WantedBy', 'RequiredBy', 'UpheldBy'].includes(key)) {
      for (const target of value.split(/\s+/).filter((word) => word !== '')) this.#trigger(target, at, key);
    }
  }

  #trigger(target: string, at: string, key: string): void {
    const { report, init } = this.#set;
    const milestone = milestoneOfTarget(target, init);
    const named = milestone === undefined ? this.#set.operand(target) : null;
    const isBefore = this.#lists('Before').includes(target);
    const mount =
      parseName(target)?.type === 'mount'
        ? `mounted MOUNTPOINT=${pathOfUnit(target.replace(/\.mount$/, ''))}`
        : undefined;
    const job = named === null ? null : `${isBefore ? 'starting' : 'started'} ${named}`;
    const operand = milestone?.event ?? mount ?? job;
    if (operand === null) {
      report.refused(at, `${target}: no event stands for it`);
      return;
    }
    if (this.#own.instance === '') {
      report.refused(at, `${target}: a condition cannot name the instance of a template`);
      return;
    }
    if (!this.alternatives.includes(operand)) this.alternatives.push(operand);
    const isNear =
      milestone?.toEvent === 'approximated' ||
      (milestone === undefined && mount === undefined && !isBefore && !this.#lists('After').includes(target));
    report.add(
      isNear ? 'approximated' : 'exact',
      at,
      `start on ${operand}${key === 'WantedBy' || isBefore ? '' : ', which does not fail with it'}`,
    );
  }

  /** A unit that nothing else starts: the units that want it. */
  addPulled(): void {
    if (this.alternatives.length > 0 || this.#own.instance === '') return;
    for (const other of this.#set.pulledInBy(this.#own.unit.name)) this.alternatives.push(`starting ${other.job}`);
  }

  dependency({ key, value, place }: Directive): void {
    if (!(DEPENDENCIES as readonly string[]).includes(key)) return;
    for (const name of value.split(/\s+/).filter((word) => word !== '')) this.#one(key, name, `${place}: ${key}`);
  }

  #one(key: string, name: string, at: string): void {
    const { report } = this.#set;
    const type = parseName(name)?.type;
    if (key === 'RequiresMountsFor') {
      if (name.includes('%')) report.refused(at, `${name}: specifiers`);
      else report.exact(at, `${name}: mounted before any runlevel`);
    } else if (key === 'After') this.#after(name, at);
    else if (key === 'Before') {
      if (name === 'shutdown.target') report.exact(at, 'as every job');
      else if (this.#wantedBy.includes(name)) report.exact(at, `start on starting ${this.#set.operand(name)}`);
      else report.approximated(at, `${name}: no order, unless it has \`start on started ${this.#own.job}\``);
    } else if (key === 'Conflicts') this.#conflict(name, at);
    else if (key === 'PartOf' || key === 'StopPropagatedFrom') this.#stopWith(name, at);
    else if (key === 'OnFailure' || key === 'OnSuccess') {
      const result = key === 'OnFailure' ? 'failed' : 'ok';
      report.approximated(at, `${name}: add \`start on stopped ${this.#own.job} RESULT=${result}\` to its job`);
    } else if (['Wants', 'Requires', 'Requisite', 'BindsTo', 'Upholds'].includes(key)) this.#want(key, name, type, at);
    else report.refused(at, `${name}: jobs share no reloads and no namespaces`);
  }

  #after(name: string, at: string): void {
    const { report, init } = this.#set;
    const isWanted = ['Wants', 'Requires', 'Requisite', 'BindsTo', 'PartOf'].some((key) =>
      this.#lists(key).includes(name),
    );
    if (this.#wantedBy.includes(name) || isWanted) return;
    const milestone = milestoneOfTarget(name, init);
    if (
      milestone !== undefined ||
      /\.(?:target|socket|slice|mount|device)$/.test(name) ||
      name.startsWith('systemd-')
    ) {
      report.add(
        this.#startsLate() ? 'exact' : 'approximated',
        at,
        `${name}: ${this.#startsLate() ? 'there before any runlevel' : 'no order'}`,
      );
    } else if (this.#set.has(name) && this.#isSureToStart(name)) this.#need(name, at);
    else report.approximated(at, `${name}: no order: a condition would wait for it even where it never starts`);
  }

  #startsLate(): boolean {
    return (
      this.alternatives.length > 0 && this.alternatives.every((each) => /^(?:runlevel|socket|timer|file)\b/.test(each))
    );
  }

  /** Whether another unit of the import is started by the same targets. */
  #isSureToStart(name: string): boolean {
    const other = this.#set.units.get(name);
    return (
      other !== undefined && this.#wantedBy.some((target) => listOf(other.unit, 'Install', 'WantedBy').includes(target))
    );
  }

  #need(name: string, at: string): void {
    const operand = `started ${this.#set.operand(name)}`;
    if (!this.needs.includes(operand)) this.needs.push(operand);
    this.#set.report.exact(at, `and ${operand}`);
  }

  #want(key: string, name: string, type: string | undefined, at: string): void {
    const { report, init } = this.#set;
    const isOrdered = this.#lists('After').includes(name);
    const milestone = milestoneOfTarget(name, init);
    if (this.alternatives.includes(`starting ${this.#set.operand(name)}`)) {
      report.exact(at, `start on starting ${this.#set.operand(name)}`);
      return;
    }
    if (milestone !== undefined) {
      this.#wantMilestone(milestone, isOrdered, at);
      return;
    }
    if (
      type === 'mount' ||
      type === 'device' ||
      type === 'slice' ||
      type === 'socket' ||
      type === 'timer' ||
      type === 'path'
    ) {
      const what = type === 'mount' ? pathOfUnit(name.replace(/\.mount$/, '')) : name;
      report.approximated(at, `${what}: not started by this job, and not waited for`);
      return;
    }
    const known = this.#set.units.get(name);
    const isPulled = known !== undefined && !this.#set.startsByItself(known);
    if (isPulled) report.exact(at, `${name} has \`start on starting ${this.#own.job}\``);
    else if (this.#set.has(name) && isOrdered) this.#need(name, at);
    else report.approximated(at, `${name}: has to start by its own condition; it is not waited for`);
    if (key !== 'Wants' && key !== 'Upholds' && (this.#set.has(name) || key === 'BindsTo')) this.#stopWith(name, at);
  }

  #wantMilestone({ event, target, isPassed, toEvent }: Milestone, isOrdered: boolean, at: string): void {
    const { report } = this.#set;
    if (isPassed && toEvent === 'exact' && isOrdered) {
      if (!this.alternatives.includes(event)) this.needs.push(event);
      report.exact(at, `and ${event}`);
    } else if (this.#startsLate()) report.exact(at, `${target}: there before any runlevel`);
    else report.approximated(at, `${target}: not waited for`);
  }

  #stopWith(name: string, at: string): void {
    const operand = this.#set.operand(name);
    if (operand === null) {
      this.#set.report.refused(at, `${name}: no event tells that it stops`);
      return;
    }
    this.stops.push(`stopping ${operand}`);
    this.#set.report.exact(at, `stop on stopping ${operand}`);
  }

  #conflict(name: string, at: string): void {
    const { report, init } = this.#set;
    const operand = this.#set.operand(name);
    if (name === 'shutdown.target') report.exact(at, `stop on ${END_OF_INIT[init]}`);
    else if (milestoneOfTarget(name, init) !== undefined || operand === null)
      report.approximated(at, `${name}: not stopped by it`);
    else {
      this.stops.push(`starting ${operand}`);
      report.approximated(at, `stop on starting ${operand}; it does not stop the other one`);
    }
  }
}
