/** The names of log files, and whose they are. */

export interface LogFile {
  /** `JOB` or `JOB-INSTANCE`. */
  readonly label: string;
  readonly path: string;
}

export const LOG_SUFFIX = '.log';

/** The label of an instance's log. */
export function nameOfLog(job: string, instance: string): string {
  return fileName(instance === '' ? job : `${job}-${instance}`);
}

/** As a job stands in the names of its logs. */
export function fileName(job: string): string {
  return job.replaceAll('/', '_');
}

/** The job that a log is of, by its label: the longest of those `known`, which stand as in names of logs; '': none. */
export function ownerOf(label: string, known: Iterable<string>): string {
  let longest = '';
  for (const job of known)
    if ((label === job || label.startsWith(`${job}-`)) && job.length > longest.length) longest = job;
  return longest;
}
