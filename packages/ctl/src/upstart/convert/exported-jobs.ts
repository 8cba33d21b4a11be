/** The jobs to export, with their whole definitions: those of the init that runs, or of folders. */
import { existsSync } from 'node:fs';
import { encodeText, globMatches } from '@upstart/common';
import { JobFileError, parseJob } from '@upstart/job-language';
import type { JobConfig, JobsRead } from '@upstart/protocol';
import type { ExportedJob } from '../../convert/load.ts';
import type { Call } from '../command.ts';
import { jobFolders } from '../job-folders.ts';
import { askTool } from '../tool-program.ts';
import { sourceFile } from './source-files.ts';

export interface FoundJobs {
  readonly jobs: readonly ExportedJob[];
  /** Words that name no job. */
  readonly unknown: readonly string[];
}

export async function exportedJobs(
  call: Call<{ readonly confdir?: readonly string[] | undefined }>,
): Promise<FoundJobs> {
  const { options, words, print } = call;
  const [, ...names] = words;
  const configs =
    options.confdir === undefined
      ? await (await call.connect()).call('config', { job: null })
      : inFolders(options.confdir, call);
  const isMeant = ({ job }: JobConfig, word: string): boolean => job === word || globMatches(word, job);
  const meant = configs.filter((config) => names.length === 0 || names.some((word) => isMeant(config, word)));
  const jobs = meant.flatMap((config) => {
    const job = jobOf(config, (error) => print.failure(error));
    return job === null ? [] : [job];
  });
  return { jobs, unknown: names.filter((word) => !configs.some((config) => isMeant(config, word))) };
}

function inFolders(folders: readonly string[], { print }: Call): JobConfig[] {
  const { configs, warnings } = askTool<JobsRead>('read-jobs.js', jobFolders(folders));
  for (const warning of warnings) print.failure(warning);
  return configs;
}

/** Reads its file once more, and the override beside it: init tells the conditions of a job alone. */
function jobOf({ job: name, path }: JobConfig, complain: (error: string) => void): ExportedJob | null {
  try {
    const { text } = sourceFile(path);
    const definition = parseJob(text, { name, path });
    const override = path.replace(/\.conf$/, '.override');
    const isChanged = override !== path && existsSync(encodeText(override));
    const whole = isChanged
      ? parseJob(sourceFile(override).text, { name, path: override, into: definition })
      : definition;
    return { definition: whole, comments: topComments(text) };
  } catch (error) {
    complain(error instanceof JobFileError ? String(error) : (error as Error).message);
    return null;
  }
}

/** The comments above the first stanza, without their marks. */
export function topComments(text: string): string[] {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !/^\s*(?:#|$)/.test(line));
  const top = lines.slice(0, end < 0 ? lines.length : end).map((line) => line.trim());
  return top.filter((line) => line !== '').map((line) => line.replace(/^#+ ?/, ''));
}
