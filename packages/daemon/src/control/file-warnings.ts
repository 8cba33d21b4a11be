/** Warnings about a job's file, for clients that ask why the job does not run. */

import { JobFileError, lint, NOWHERE } from '@upstart/job-language';
import { readJobFile } from '../conf/job-file.ts';

/** Larger files are not looked through: others would have to wait for that. In UTF-16 units. */
export const MAX_LINTED = 8 * 1024;
/** So many warnings are shown; init-checkconf has them all. */
const MAX_TOLD = 5;
/** Rules whose findings explanations have already. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set([
  ...['second-job', 'unknown-event', 'limit-without-respawn'],
  ...['unknown-user', 'unknown-group', 'folder', 'limit-range'],
]);

/** `FILE:LINE: WARNING`. Nothing of the machine is asked, for that would take a while. */
export function fileWarnings(name: string, path: string): string[] {
  try {
    const text = readJobFile(path)?.text ?? '';
    if (text.length > MAX_LINTED) return [];
    return lint(text, { name, path }, NOWHERE)
      .filter(({ rule }) => !TOLD_OTHERWISE.has(rule))
      .slice(0, MAX_TOLD)
      .map(({ place, text: warning }) => `${path}:${place.line}: ${warning}`);
  } catch (error) {
    // A broken file is reported already, and one that cannot be read just now is not what runs.
    if (error instanceof JobFileError || (error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}
