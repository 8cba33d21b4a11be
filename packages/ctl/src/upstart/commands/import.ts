/** `upstart import`: job files from the files of other supervisors. */
import { basename, dirname, resolve } from 'node:path';
import { nearest, UsageError } from '@upstart/common';
import { type Convert, loadConvert } from '../../convert/load.ts';
import { type Call, frontCommand } from '../command.ts';
import { sourceFile, sourceFiles } from '../convert/source-files.ts';
import { putOut, TRANSLATION_OPTIONS } from '../convert/translation-output.ts';

type Translations = readonly ReturnType<Convert['fromSystemd']>[];
type Translate = (convert: Convert, paths: readonly string[], call: Call) => Translations;

/** The files of folders that count. */
const UNIT = /\.(?:service|socket|timer|path|target)$/;

const KINDS: Readonly<Record<string, Translate>> = {
  systemd: ({ fromSystemd }, paths, { session }) => [
    fromSystemd(
      sourceFiles(paths, (name) => UNIT.test(name)),
      session ? 'session' : 'system',
    ),
  ],
  supervisord: ({ fromSupervisord, IN_SYSTEM, IN_PROJECT }, paths, { session }) =>
    paths.map((path) =>
      fromSupervisord(
        sourceFiles([path], (name) => /\.(?:conf|ini)$/.test(name)),
        { occasion: session ? IN_PROJECT : IN_SYSTEM, folder: dirname(resolve(path)) },
      ),
    ),
  procfile: (convert, paths, call) =>
    paths.map((path) => convert.fromProcfile(sourceFile(path).text, projectOptions(convert, path, call))),
  compose: (convert, paths, call) =>
    paths.map((path) => convert.fromCompose(sourceFile(path).text, projectOptions(convert, path, call))),
  'process-compose': (convert, paths, call) =>
    paths.map((path) => convert.fromProcessCompose(sourceFile(path).text, projectOptions(convert, path, call))),
};

export const importJobs = frontCommand({
  name: 'import',
  words: '<KIND> <FILE..>',
  wordKind: 'file',
  firstWords: Object.keys(KINDS),
  summary:
    'Translate the files of another supervisor into job files, with a report on what is exact, what is approximated and what cannot be expressed. KIND is one of systemd, supervisord, procfile, compose and process-compose; of systemd also folders and drop-ins.',
  options: TRANSLATION_OPTIONS,
  examples: [
    ['import systemd /lib/systemd/system/nginx.service', 'prints the job file, and the report'],
    ['import systemd units/ -o /etc/init', 'all units of a folder, with their drop-ins'],
    ['import supervisord web.conf --strict', 'fails if a key of the program has no stanza'],
    ['import compose compose.yaml -o upstart', 'the services of a project as jobs'],
    ['import procfile Procfile --json', 'files and report, for programs'],
  ],
  isLocal: () => true,
  async run(call) {
    const [kind = '', ...paths] = call.words;
    const translate = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
    if (translate === undefined) throw new UsageError(unknownKind(kind, Object.keys(KINDS)));
    const translations = translate(await loadConvert(), paths, call);
    return putOut(
      { files: translations.flatMap(({ files }) => files), report: translations.flatMap(({ report }) => report) },
      call,
    );
  },
});

export function unknownKind(kind: string, known: readonly string[]): string {
  const meant = nearest(kind, known);
  return `unknown kind: ${kind}; ${meant === null ? `expected ${known.join(', ')}` : `did you mean ${meant}?`}`;
}

function projectOptions({ IN_SYSTEM, IN_PROJECT }: Convert, path: string, { session, context }: Call) {
  return {
    file: basename(path),
    folder: dirname(resolve(path)),
    occasion: session ? IN_PROJECT : IN_SYSTEM,
    switchesUsers: !session,
    env: context.env,
    envFile: null,
  };
}
