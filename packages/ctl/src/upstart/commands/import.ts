/** `upstart import`: job files from the files of other supervisors. */
import { basename, dirname, resolve } from 'node:path';
import { nearest, UsageError } from '@upstart/common';
import { type Convert, loadConvert, type ProjectTranslation, type Translation } from '../../convert/load.ts';
import { type Call, frontCommand } from '../command.ts';
import { sourceFile, sourceFiles, unitFiles } from '../convert/source-files.ts';
import { putOut, TRANSLATION_OPTIONS } from '../convert/translation-output.ts';
import { readEnv } from '../project/env-file.ts';

type Translate = (convert: Convert, paths: readonly string[], call: Call) => readonly Translation[];

const KINDS: Readonly<Record<string, Translate>> = {
  systemd: ({ fromSystemd }, paths, { session }) => [fromSystemd(unitFiles(paths), session ? 'session' : 'system')],
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
    paths.map((path) =>
      withEnds(convert.fromProcessCompose(sourceFile(path).text, projectOptions(convert, path, call)), path),
    ),
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

/** What the other tool would know besides the file: the variables of the caller, and of `.env` beside it. */
function projectOptions({ IN_SYSTEM, IN_PROJECT }: Convert, path: string, { session, context }: Call) {
  const folder = dirname(resolve(path));
  const { all = null, expanded = {} } = readEnv(folder, context.env) ?? {};
  return {
    ...{ file: basename(path), folder, env: context.env, envFile: all, expanded },
    occasion: session ? IN_PROJECT : IN_SYSTEM,
    switchesUsers: !session,
  };
}

/** Ends of processes that are to end all others, which only a project's own init does. */
function withEnds(translation: ProjectTranslation, path: string): Translation {
  const lost = Object.entries(translation.endsWith).map(([name, when]) => ({
    place: `${basename(path)}: ${name}`,
    kind: 'refused' as const,
    text: `its ${when} ends no other job; \`upstart up\` in the folder of the file does that`,
  }));
  return { files: translation.files, report: [...translation.report, ...lost] };
}
