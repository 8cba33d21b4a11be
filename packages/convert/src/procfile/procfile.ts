/** A Procfile, as foreman and its kin read it: a line `NAME: COMMAND` a process. */
import { join } from 'node:path';
import { jobFile, newDraft } from '../job-file/draft.ts';
import { commandStanza } from '../job-file/words.ts';
import type { ProjectOptions, ProjectTranslation, ReportLine, TranslatedFile } from '../translation.ts';

/** The port of the first process, and how far apart those of two processes are. */
export const FIRST_PORT = 5000;
export const PORT_STEP = 100;

const PROCESS = /^([\w-]+)\s*:\s*(\S.*)$/;
const IGNORED = /^\s*(?:#.*)?$/;

export interface ProcfileOptions extends ProjectOptions {
  /** The port of the first process; `FIRST_PORT` if it is absent. */
  readonly port?: number;
}

/** One job for each process, with its PORT and the variables of `.env`. */
export function fromProcfile(text: string, options: ProcfileOptions): ProjectTranslation {
  const ports: Record<string, number[]> = {};
  const files: TranslatedFile[] = [];
  const report: ReportLine[] = [];
  const names = new Set<string>();
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (IGNORED.test(line)) continue;
    const place = `${options.file}:${index + 1}`;
    const refuse = (why: string) => report.push({ place, kind: 'refused', text: why });
    const [, name = '', command = ''] = PROCESS.exec(line) ?? [];
    if (name === '') refuse('not of the form NAME: COMMAND');
    else if (names.has(name)) refuse(`a second process ${name}`);
    else {
      const port = firstPort(options) + PORT_STEP * names.size;
      names.add(name);
      ports[name] = [port];
      files.push(jobOf(name, command, port, place, options, (why) => refuse(`${name}: ${why}`)));
      report.push({ place, kind: 'exact', text: `${name}, PORT ${port}` });
    }
  }
  return { files, report, ports, groups: {}, endsWith: {} };
}

/** A whole number in PORT is the port of the first process, as foreman has it. */
function firstPort({ port, envFile, env }: ProcfileOptions): number {
  const given = envFile?.PORT ?? env.PORT ?? '';
  return port ?? (/^[0-9]+$/.test(given) ? Number(given) : FIRST_PORT);
}

function jobOf(
  name: string,
  command: string,
  port: number,
  place: string,
  options: ProcfileOptions,
  refuse: (why: string) => void,
): TranslatedFile {
  const { folder, occasion, envFile, expanded } = options;
  const job = newDraft(name, `${name}, from ${place}`);
  job.startOn = occasion.start;
  job.stopOn = occasion.stop;
  job.chdir = folder;
  if (envFile !== null) job.envFiles.push(`-${join(folder, '.env')}`);
  job.env.push(['PORT', String(port)]);
  // Variables of files replace those of `env`: a PORT of `.env` is that of the first process.
  const isReplaced = envFile?.PORT !== undefined;
  job.main = commandStanza(command, { env: { ...expanded, ...(isReplaced && { PORT: String(port) }) } });
  return jobFile(job, { variable: refuse, stanza: (stanza, why) => refuse(`${stanza}: ${why}`) });
}
