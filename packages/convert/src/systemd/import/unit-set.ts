/** The units of an import, and how they refer to each other. */
import type { Report } from '../../report-builder.ts';
import type { InitKind } from '../milestones.ts';
import { jobOfUnit, parseName, type UnitName } from '../unit/names.ts';
import { lastOf, listOf, type Unit } from '../unit/unit-file.ts';

export interface KnownUnit extends UnitName {
  readonly unit: Unit;
  /** The name of its job. */
  readonly job: string;
}

export class UnitSet {
  readonly init: InitKind;
  readonly report: Report;
  readonly units: ReadonlyMap<string, KnownUnit>;

  constructor(units: readonly Unit[], init: InitKind, report: Report) {
    this.init = init;
    this.report = report;
    const named = units.flatMap((unit) => {
      const name = parseName(unit.name);
      return name === null ? [] : [{ unit, name }];
    });
    const plain = new Set(named.filter(({ name }) => name.instance === null).map(({ name }) => jobOfUnit(name)));
    this.units = new Map(
      named.map(({ unit, name }) => [unit.name, { ...name, unit, job: jobNameOf(name, plain.has(jobOfUnit(name))) }]),
    );
  }

  /** As an operand of a condition names it: `db`, `web INSTANCE=a`; null: it is no unit that runs. */
  operand(name: string): string | null {
    const parsed = parseName(name);
    if (parsed === null || !['service', 'target'].includes(parsed.type)) return null;
    const own = this.units.get(name);
    if (own !== undefined || parsed.instance === null) return own?.job ?? jobOfUnit(parsed);
    const template = this.units.get(`${parsed.prefix}@.${parsed.type}`);
    return `${template?.job ?? jobOfUnit(parsed)} INSTANCE=${parsed.instance}`;
  }

  /** Whether its job is among those of this import. */
  has(name: string): boolean {
    const parsed = parseName(name);
    return (
      this.units.has(name) ||
      (parsed !== null && parsed.instance !== null && this.units.has(`${parsed.prefix}@.${parsed.type}`))
    );
  }

  /** The units of a type that start this one. */
  activatorsOf(service: KnownUnit, type: 'socket' | 'timer' | 'path'): KnownUnit[] {
    return [...this.units.values()].filter(
      (each) => each.type === type && this.activatedBy(each) === service.unit.name,
    );
  }

  /** The service that a socket, a timer or a path starts. */
  activatedBy({ unit, prefix, type, instance }: KnownUnit): string {
    const [section, key] = type === 'socket' ? ['Socket', 'Service'] : [type === 'timer' ? 'Timer' : 'Path', 'Unit'];
    const accepts = type === 'socket' && /^(?:yes|true|on|1)$/i.test(lastOf(unit, 'Socket', 'Accept')?.value ?? '');
    return (
      lastOf(unit, section as string, key as string)?.value ??
      `${prefix}${instance !== null || accepts ? '@' : ''}.service`
    );
  }

  /** Whether a target or another unit of its own starts it. */
  startsByItself(own: KnownUnit): boolean {
    const isWanted = ['WantedBy', 'RequiredBy', 'UpheldBy'].some((key) => listOf(own.unit, 'Install', key).length > 0);
    return isWanted || (['socket', 'timer', 'path'] as const).some((type) => this.activatorsOf(own, type).length > 0);
  }

  /** The units that pull this one in by Wants= and the like. */
  pulledInBy(name: string): KnownUnit[] {
    return [...this.units.values()].filter(
      ({ unit, type }) =>
        ['service', 'target'].includes(type) &&
        ['Wants', 'Requires', 'BindsTo'].some((key) => listOf(unit, 'Unit', key).includes(name)),
    );
  }
}

function jobNameOf(name: UnitName, isTaken: boolean): string {
  const job = jobOfUnit(name);
  if (name.instance === null) return job;
  if (name.instance === '') return isTaken ? `${job}@` : job;
  return `${job}-${name.instance}`;
}
