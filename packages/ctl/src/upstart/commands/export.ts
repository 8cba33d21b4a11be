/** `upstart export`: jobs as files for other supervisors. */
import { UsageError } from '@upstart/common';
import { type Convert, type ExportedJob, loadConvert, type Translation } from '../../convert/load.ts';
import { EXIT, frontCommand } from '../command.ts';
import { exportedJobs } from '../convert/exported-jobs.ts';
import { putOut, TRANSLATION_OPTIONS } from '../convert/translation-output.ts';
import { unknownKind } from './import.ts';

interface ExportOptions {
  readonly session: boolean;
  readonly image: string | undefined;
}

type Translate = (convert: Convert, jobs: readonly ExportedJob[], options: ExportOptions) => Translation;

const KINDS: Readonly<Record<string, Translate>> = {
  systemd: ({ toSystemd }, jobs, { session }) => toSystemd(jobs, session ? 'session' : 'system'),
  compose: ({ toCompose }, jobs, { image }) => toCompose(jobs, image === undefined ? {} : { image }),
  kubernetes: ({ toKubernetes }, jobs, { image }) => toKubernetes(jobs, image === undefined ? {} : { image }),
};

export const exportJobs = frontCommand({
  name: 'export',
  words: '<KIND> [JOB..]',
  wordKind: 'job',
  firstWords: Object.keys(KINDS),
  summary:
    'Translate jobs into units of systemd, a compose file or manifests of Kubernetes, with a report on what is exact, what is approximated and what cannot be expressed. KIND is one of systemd, compose and kubernetes. Without JOB: all jobs.',
  options: {
    confdir: {
      ...({ type: 'string', array: true, nargs: 1, wordKind: 'folder' } as const),
      describe: 'use the job files of this folder, whether there is an init or not',
    },
    image: { type: 'string', requiresArg: true, describe: 'the image of all containers (compose, kubernetes)' },
    ...TRANSLATION_OPTIONS,
  },
  examples: [
    ['export systemd web', 'prints the unit of one job, and the report'],
    ['export systemd -o /etc/systemd/system', 'services, sockets, timers and paths for all jobs'],
    ['export compose web db --image registry.example/app:1', 'a compose file with two services'],
    ["export kubernetes 'web*' --confdir ./init -o manifests", 'of job files, without an init'],
  ],
  isLocal: () => true,
  async run(call) {
    const [kind = ''] = call.words;
    const translate = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
    if (translate === undefined) throw new UsageError(unknownKind(kind, Object.keys(KINDS)));
    const { jobs, unknown } = await exportedJobs(call);
    for (const word of unknown) call.print.failure(`unknown job: ${word}`);
    if (unknown.length > 0) return EXIT.unknown;
    return putOut(translate(await loadConvert(), jobs, { session: call.session, image: call.options.image }), call);
  },
});
