/** What `restart on` and `reload on` become: units that have systemd restart or reload the service when something happens. */
import type { JobDefinition } from '@upstart/job-language';
import { alternativesOf, leafText } from '../../alternatives.ts';
import type { Report } from '../../report-builder.ts';
import type { TranslatedFile } from '../../translation.ts';
import type { InitKind } from '../milestones.ts';
import { unitPrefix } from '../unit/names.ts';
import { UnitText } from '../unit/unit-file.ts';
import { type Activation, activationOf } from './activation.ts';
import { activationText } from './activation-text.ts';
import { instanceVariable, serviceName } from './service.ts';

interface Reaction {
  readonly name: 'restart' | 'reload';
  /** What systemctl is to do. A service that does not run is left alone. */
  readonly verb: string;
}

const REACTIONS: readonly Reaction[] = [
  { name: 'restart', verb: 'try-restart' },
  { name: 'reload', verb: 'try-reload-or-restart' },
];

/** The types of units that can stand for an event here: a socket belongs to the program that it starts. */
const TYPES = ['timer', 'path'] as const;

export function reactionUnits(job: JobDefinition, init: InitKind, report: Report): TranslatedFile[] {
  return REACTIONS.flatMap((reaction) => unitsOf(job, reaction, init, report));
}

function unitsOf(job: JobDefinition, { name, verb }: Reaction, init: InitKind, report: Report): TranslatedFile[] {
  const condition = name === 'restart' ? job.restartOn : job.reloadOn;
  if (condition === null) return [];
  const place = `${job.name}: ${name} on`;
  if (instanceVariable(job) !== null || job.instance !== '') {
    report.refused(place, 'a unit would act on one instance only');
    return [];
  }
  const alternatives = alternativesOf(condition);
  if (alternatives === null) report.refused(place, 'the condition has too many alternatives');
  const own = serviceName(job);
  const helper = `${unitPrefix(job.name)}-${name}`;
  const activations: Activation[] = [];
  for (const [leaf, ...others] of alternatives ?? []) {
    if (leaf === undefined) continue;
    const found = others.length === 0 ? activationOf(leaf, report, place) : null;
    if (found === null || found.type === 'socket') {
      report.refused(place, `${[leaf, ...others].map(leafText).join(' and ')}: nothing ${name}s a unit on this event`);
      continue;
    }
    report.approximated(place, `${leafText(leaf)}: ${helper}.${found.type} has systemctl ${verb} ${own}`);
    activations.push(found);
  }
  if (activations.length === 0) return [];
  const service = new UnitText([]);
  service.add('Unit', 'Description', `Has ${own} ${name}ed`);
  service.add('Service', 'Type', 'oneshot');
  service.add('Service', 'ExecStart', `systemctl ${init === 'session' ? '--user ' : ''}${verb} ${own}`);
  return [
    { name: `${helper}.service`, text: service.toString() },
    ...TYPES.flatMap((type): TranslatedFile[] => {
      const some = activations.filter((each) => each.type === type);
      // It watches while the service runs.
      const texts = { description: `Has ${own} ${name}ed`, partOf: own, unit: null, wantedBy: own };
      return some.length === 0 ? [] : [{ name: `${helper}.${type}`, text: activationText(type, some, texts) }];
    }),
  ];
}
