/** Warnings about a job's file, for clients that ask why the job does not run. */

import { JobFileError, lint, NOWHERE } from '@upstart/job-language';
import { readJobFile } from '../conf/job-file.ts';

/** Larger files are not checked, so that other clients do not wait. In UTF-16 units. */
export const MAX_LINTED = 8 * 1024;
/** The most warnings in an answer; init-checkconf prints all of them. */
const MAX_TOLD = 5;
/** Rules whose findings are in explanations anyway. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set([
  ...['second-job', 'unknown-event', 'limit-without-respawn'],
  ...['unknown-user', 'unknown-group', 'folder', 'limit-range'],
  ...['timer', 'socket', 'file'],
]);

/** `FILE:LINE: WARNING`. Skips the checks that read the machine's files, which take a while. */
export function fileWarnings(name: string, path: string): string[] {
  try {
    const text = readJobFile(path)?.text ?? '';
    if (text.length > MAX_LINTED) return [];
    return lint(text, { name, path }, NOWHERE)
      .filter(({ rule }) => !TOLD_OTHERWISE.has(rule))
      .slice(0, MAX_TOLD)
      .map(({ place, text: warning }) => `${path}:${place.line}: ${warning}`);
  } catch (error) {
    // A broken file is reported elsewhere; a file that cannot be read now is not the one in use.
    if (error instanceof JobFileError || (error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}
