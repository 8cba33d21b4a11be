/** What is odd about a job's file, for those who ask why the job does not run. */

import { JobFileError, lint, NOWHERE } from '@upstart/job-language';
import { readJobFile } from '../conf/job-file.ts';

/** Larger files are not looked through: others would have to wait for that. In UTF-16 units. */
export const MAX_LINTED = 8 * 1024;
/** So many warnings are told; init-checkconf has them all. */
const MAX_TOLD = 5;
/** What explanations say in their own words. */
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
    // That it is broken is told already, and what cannot be read just now is not what runs.
    if (error instanceof JobFileError || (error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}
