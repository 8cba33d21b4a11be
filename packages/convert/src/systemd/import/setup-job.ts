/** What has to be done with all privileges before a service starts, although the service has a user: a task of its own. */

import { GroupedJob } from '../../job-file/grouped-job.ts';
import { scriptStanza, shellWord } from '../../job-file/words.ts';
import type { Report } from '../../report-builder.ts';
import type { TranslatedFile } from '../../translation.ts';
import { lastOf, listOf, type Unit } from '../unit/unit-file.ts';
import { plainText, type SpecifierContext } from './specifiers.ts';

/** The folders that a service asks for, and where they are. */
const FOLDERS: readonly (readonly [key: string, system: string, session: string])[] = [
  ['RuntimeDirectory', '/run', '"$XDG_RUNTIME_DIR"'],
  ['StateDirectory', '/var/lib', '"${XDG_STATE_HOME:-$HOME/.local/state}"'],
  ['CacheDirectory', '/var/cache', '"${XDG_CACHE_HOME:-$HOME/.cache}"'],
  ['LogsDirectory', '/var/log', '"${XDG_STATE_HOME:-$HOME/.local/state}"/log'],
  ['ConfigurationDirectory', '/etc', '"${XDG_CONFIG_HOME:-$HOME/.config}"'],
];

export const FOLDER_KEYS: readonly string[] = FOLDERS.flatMap(([key]) => [key, `${key}Mode`]);

/** Lines of the shell that make the folders. */
export function folderLines(unit: Unit, context: SpecifierContext, group: string | null, report: Report): string[] {
  return FOLDERS.flatMap(([key, system, session]) =>
    listOf(unit, 'Service', key).flatMap((value) => {
      const name = plainText(value.split(':')[0] as string, context, true);
      const place = `${lastOf(unit, 'Service', key)?.place}: ${key}`;
      if (name === null) {
        report.refused(place, `${value}: a specifier that no stanza has`);
        return [];
      }
      const mode = lastOf(unit, 'Service', `${key}Mode`)?.value ?? '0755';
      const owner =
        context.user === null || key === 'ConfigurationDirectory'
          ? []
          : ['-o', context.user, ...(group === null ? [] : ['-g', group])];
      const base = context.init === 'system' ? system : session;
      const path = name.includes('$') ? `"${base}/${name.replace(/\$(\w+)/g, '${$1}')}"` : `${base}/${shellWord(name)}`;
      report.approximated(
        place,
        `made by \`install -d\`; it stays when the job stops, and is not in $${environmentOf(key)}`,
      );
      return [['install', '-d', '-m', mode, ...owner, path].join(' ')];
    }),
  );
}

function environmentOf(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}

/** The task that runs before the job starts. */
export function setupJob(job: string, lines: readonly string[], isTemplate: string | null): TranslatedFile {
  const draft = new GroupedJob(`${job}-setup`, `What ${job} needs done with all privileges before it starts`);
  draft.stanza('conditions', `start on starting ${job}`);
  draft.stanza('conditions', 'task');
  if (isTemplate !== null) draft.stanza('instance', 'instance $INSTANCE');
  if (isTemplate !== null && isTemplate !== 'INSTANCE')
    draft.stanza('instance', `# $${isTemplate} of ${job} is INSTANCE here`);
  draft.stanza('processes', scriptStanza(lines.join('\n')));
  return draft.file();
}
