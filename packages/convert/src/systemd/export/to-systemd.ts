/** Jobs as units of systemd: a service each, and the sockets, timers and paths that start it. */
import type { JobDefinition } from '@upstart/job-language';
import { Report } from '../../report-builder.ts';
import type { ExportedJob, TranslatedFile, Translation } from '../../translation.ts';
import type { InitKind } from '../milestones.ts';
import { unitPrefix } from '../unit/names.ts';
import { UnitText } from '../unit/unit-file.ts';
import type { Activation } from './activation.ts';
import { relationsOf } from './relations.ts';
import { serviceName, serviceText } from './service.ts';

export function toSystemd(jobs: readonly ExportedJob[], init: InitKind): Translation {
  const report = new Report();
  const byName: ReadonlyMap<string, JobDefinition> = new Map(
    jobs.map(({ definition }) => [definition.name, definition]),
  );
  const files = new Map<string, TranslatedFile>();
  for (const { definition, comments } of jobs) {
    const relations = relationsOf(definition, { init, jobs: byName, report });
    const name = serviceName(definition);
    const place = `${definition.name}: name`;
    if (files.has(name)) {
      report.refused(place, `another job has the unit ${name}`);
      continue;
    }
    files.set(name, { name, text: serviceText(definition, relations, comments, report) });
    for (const type of ['socket', 'timer', 'path'] as const) {
      const own = relations.activations.filter((each) => each.type === type);
      if (own.length === 0) continue;
      const unit = `${unitPrefix(definition.name)}.${type}`;
      files.set(unit, { name: unit, text: activationText(definition, type, own, name, init) });
    }
  }
  return { files: [...files.values()], report: report.lines };
}

const SECTIONS = { socket: 'Socket', timer: 'Timer', path: 'Path' } as const;
const TARGETS = { socket: 'sockets.target', timer: 'timers.target', path: 'paths.target' } as const;

function activationText(
  job: JobDefinition,
  type: Activation['type'],
  activations: readonly Activation[],
  service: string,
  init: InitKind,
): string {
  const unit = new UnitText([]);
  unit.add('Unit', 'Description', `Starts ${service}`);
  const lines = activations.flatMap((each) => each.lines);
  const seen = new Set<string>();
  for (const [key, value] of lines) {
    if (!seen.has(`${key}=${value}`)) unit.add(SECTIONS[type], key, value);
    seen.add(`${key}=${value}`);
  }
  // The unit of a template has to be named.
  if (service !== `${unitPrefix(job.name)}.service`)
    unit.add(SECTIONS[type], type === 'socket' ? 'Service' : 'Unit', service.replace('@.', '@default.'));
  unit.add('Install', 'WantedBy', init === 'session' && type === 'path' ? 'default.target' : TARGETS[type]);
  return unit.toString();
}
