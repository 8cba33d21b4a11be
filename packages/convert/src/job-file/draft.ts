/** A job file in the making, and its text in the order of a job file written by hand. */
import type { TranslatedFile } from '../translation.ts';
import { JobText } from './job-text.ts';
import { faultOf, stanzaName } from './stanza-fault.ts';

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

/** What a job file cannot hold, and leaves out. */
export interface Complaints {
  /** A variable with such a value. */
  variable(name: string): void;
  /** A stanza that no init reads, and why. */
  stanza(name: string, why: string): void;
}

export function jobFile(draft: JobDraft, complain: Complaints): TranslatedFile {
  const job = new JobText(draft.name, draft.origin);
  if (draft.description !== null) job.word('description', draft.description.replaceAll('\n', ' '));
  job.gap();
  const stanza = (text: string): void => {
    const why = faultOf(text);
    if (why === null) job.line(text);
    else complain.stanza(stanzaName(text), why);
  };
  if (draft.startOn !== null) stanza(`start on ${draft.startOn}`);
  if (draft.stopOn !== null) stanza(`stop on ${draft.stopOn}`);
  if (draft.restartOn !== null) stanza(`restart on ${draft.restartOn}`);
  job.gap();
  for (const setting of draft.settings) stanza(setting);
  job.gap();
  if (draft.chdir !== null) job.word('chdir', draft.chdir);
  for (const path of draft.envFiles) job.word('env-file', path);
  for (const [name, value] of draft.env)
    if (!(value === null ? job.word('env', name) : job.env(name, value))) complain.variable(name);
  job.gap();
  stanza(draft.main);
  return job.file();
}
