/** The files by which a folder is a project (`upstart up`), and the project that a folder is in. */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type ProjectKind = 'jobs' | 'procfile' | 'process-compose' | 'compose';

export interface ProjectFile {
  readonly kind: ProjectKind;
  /** A file, or the folder of job files. */
  readonly name: string;
}

/** The first one that exists counts. */
const FILES: readonly ProjectFile[] = [
  { kind: 'jobs', name: 'upstart' },
  { kind: 'procfile', name: 'Procfile' },
  { kind: 'process-compose', name: 'process-compose.yaml' },
  { kind: 'process-compose', name: 'process-compose.yml' },
  { kind: 'compose', name: 'compose.yaml' },
  { kind: 'compose', name: 'compose.yml' },
  { kind: 'compose', name: 'docker-compose.yaml' },
  { kind: 'compose', name: 'docker-compose.yml' },
];
/** The name of a job file. */
export const JOB_FILE = /\.conf$/;

/** What says which services belong to `folder`; null: it is no project. */
export function projectFile(folder: string): ProjectFile | null {
  return FILES.find(({ kind, name }) => exists(kind, join(folder, name))) ?? null;
}

/** The innermost folder around `here` that is a project; null: there is none, as far as the caller may look. */
export function projectAround(here: string): string | null {
  for (let folder = here; ; folder = dirname(folder)) {
    if (isProject(folder)) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function isProject(folder: string): boolean {
  try {
    return projectFile(folder) !== null;
  } catch {
    return false;
  }
}

function exists(kind: ProjectKind, path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return kind === 'jobs' ? found?.isDirectory() === true && hasJobs(path) : found?.isFile() === true;
}

/** Whether there are job files in a folder, or in groups of it. What lies deeper belongs to something else of that name. */
function hasJobs(folder: string): boolean {
  const entries = readdirSync(folder, { withFileTypes: true });
  const hasFile = (name: string): boolean => JOB_FILE.test(name);
  return (
    entries.some(({ name }) => hasFile(name)) ||
    entries.some((entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).some(hasFile))
  );
}
