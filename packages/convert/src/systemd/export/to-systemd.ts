/** Jobs as units of systemd: a service each, and the sockets, timers and paths that start it. */
import type { JobDefinition } from '@upstart/job-language';
import { Report } from '../../report-builder.ts';
import type { ExportedJob, TranslatedFile, Translation } from '../../translation.ts';
import type { InitKind } from '../milestones.ts';
import { unitPrefix } from '../unit/names.ts';
import { commonSettings } from './activation.ts';
import { activationText } from './activation-text.ts';
import { reactionUnits } from './reactions.ts';
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
      if (type === 'socket' && own.length > 1)
        report.approximated(`${definition.name}: start on`, `the program gets all sockets of ${unit} at once`);
      for (const key of commonSettings(own).differing)
        report.approximated(`${definition.name}: start on`, `${key}= of ${unit} is one for all: that of the first`);
      const texts = {
        description: `Starts ${name}`,
        partOf: null,
        // The unit of a template has to be named.
        unit: name === `${unitPrefix(definition.name)}.service` ? null : name.replace('@.', '@default.'),
        wantedBy: init === 'session' && type === 'path' ? 'default.target' : TARGETS[type],
      };
      files.set(unit, { name: unit, text: activationText(type, own, texts) });
    }
    for (const unit of reactionUnits(definition, init, report)) {
      if (files.has(unit.name)) report.refused(place, `another job has the unit ${unit.name}`);
      else files.set(unit.name, unit);
    }
  }
  return { files: [...files.values()], report: report.lines };
}

const TARGETS = { socket: 'sockets.target', timer: 'timers.target', path: 'paths.target' } as const;
