/** A project: a folder with a file that says which services belong to it. */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@upstart/common';
import { type JobDefinition, JobFileError, parseJob } from '@upstart/job-language';
import { JOB_FILE, type ProjectKind, projectFile } from '@upstart/protocol';
import { loadConvert, type ProjectTranslation, type ReportLine, type Variables } from '../../convert/load.ts';
import { type EnvFile, readEnv } from './env-file.ts';

export interface Project {
  /** Its folder, without links in the path. */
  readonly folder: string;
  /** The file or folder that says what belongs to it. */
  readonly source: string;
  /** Whether `source` is a folder of job files, which init reads itself. */
  readonly isNative: boolean;
  readonly translation: ProjectTranslation;
  /** The variables of `.env`; null: there is no such file. */
  readonly env: Variables | null;
  /** The jobs that it defines; those with errors are missing. */
  readonly jobs: readonly JobDefinition[];
}

export interface LoadOptions {
  readonly env: Variables;
  readonly profiles: readonly string[];
  /** The port of the first process of a Procfile; undefined: the usual one. */
  readonly port: number | undefined;
}

/** The project of a folder. Throws where there is none, or its file cannot be read. */
export async function loadProject(given: string, options: LoadOptions): Promise<Project> {
  const folder = realpathSync(given);
  const found = projectFile(folder);
  if (found === null)
    throw new UsageError(
      `nothing to run in ${folder}: no upstart/*.conf, Procfile, process-compose.yaml or compose.yaml`,
    );
  const { kind, name } = found;
  const source = join(folder, name);
  const envFile = readEnv(folder, options.env);
  const translation = kind === 'jobs' ? readJobs(source) : await translate(kind, folder, name, envFile, options);
  const broken: ReportLine[] = [];
  const jobs = translation.files.flatMap(({ name: file, text }) => parsed(join(name, file), file, text, broken));
  const whole = { ...translation, report: [...translation.report, ...broken] };
  return { folder, source, isNative: kind === 'jobs', translation: whole, env: envFile?.all ?? null, jobs };
}

async function translate(
  kind: Exclude<ProjectKind, 'jobs'>,
  folder: string,
  file: string,
  envFile: EnvFile | null,
  { env, profiles, port }: LoadOptions,
): Promise<ProjectTranslation> {
  const { fromCompose, fromProcessCompose, fromProcfile, IN_PROJECT } = await loadConvert();
  const text = readFileSync(join(folder, file), 'utf8');
  const { all = null, expanded = {} } = envFile ?? {};
  const options = { file, folder, env, envFile: all, expanded, occasion: IN_PROJECT, switchesUsers: false };
  if (kind === 'procfile') return fromProcfile(text, port === undefined ? options : { ...options, port });
  return kind === 'compose' ? fromCompose(text, { ...options, profiles }) : fromProcessCompose(text, options);
}

/** Job files as a translation of themselves; a folder among them is a group. */
function readJobs(source: string): ProjectTranslation {
  const names = jobFiles(source);
  const files = names.map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }));
  const groups: Record<string, string[]> = {};
  for (const name of names) {
    const [group = '', ...others] = name.split('/');
    if (others.length > 0) groups[group] = [...(groups[group] ?? []), name.replace(JOB_FILE, '')];
  }
  return { files, report: [], ports: {}, groups, endsWith: {} };
}

function jobFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => JOB_FILE.test(name))
    .sort();
}

/** A file with an error defines no job, and is reported. */
function parsed(path: string, file: string, text: string, report: ReportLine[]): JobDefinition[] {
  try {
    return [parseJob(text, { name: file.replace(JOB_FILE, ''), path })];
  } catch (error) {
    if (!(error instanceof JobFileError)) throw error;
    const place = error.line === null ? error.path : `${error.path}:${error.line}`;
    report.push({ place, kind: 'refused', text: error.message });
    return [];
  }
}
