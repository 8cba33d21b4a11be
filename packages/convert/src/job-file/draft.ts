/** A job file in the making, and its text in the order of a job file written by hand. */
import type { TranslatedFile } from '../translation.ts';
import { JobText } from './job-text.ts';

export interface JobDraft {
  readonly name: string;
  /** The comment on top: where the job comes from. */
  readonly origin: string;
  description: string | null;
  startOn: string | null;
  stopOn: string | null;
  restartOn: string | null;
  chdir: string | null;
  /** As `env-file` has them: with `-` in front of one that may be missing. */
  envFiles: string[];
  /** With null init's own value. */
  env: [name: string, value: string | null][];
  /** The stanza of the main process. */
  main: string;
  /** All other stanzas, in the order of the file. */
  settings: string[];
}

export function newDraft(name: string, origin: string): JobDraft {
  return {
    ...{ name, origin, description: null, startOn: null, stopOn: null, restartOn: null, chdir: null },
    ...{ envFiles: [], env: [], main: '', settings: [] },
  };
}

/** The job file. `complain` gets the names of variables whose values no job file can hold. */
export function jobFile(draft: JobDraft, complain: (variable: string) => void = () => {}): TranslatedFile {
  const job = new JobText(draft.name, draft.origin);
  if (draft.description !== null) job.word('description', draft.description.replaceAll('\n', ' '));
  job.gap();
  if (draft.startOn !== null) job.line(`start on ${draft.startOn}`);
  if (draft.stopOn !== null) job.line(`stop on ${draft.stopOn}`);
  if (draft.restartOn !== null) job.line(`restart on ${draft.restartOn}`);
  job.gap();
  for (const setting of draft.settings) job.line(setting);
  job.gap();
  if (draft.chdir !== null) job.word('chdir', draft.chdir);
  for (const path of draft.envFiles) job.word('env-file', path);
  for (const [name, value] of draft.env)
    if (!(value === null ? job.word('env', name) : job.env(name, value))) complain(name);
  job.gap();
  job.line(draft.main);
  return job.file();
}
