/** The names in front of a project's lines. */
import { fileName, ownerOf } from '@upstart/log-reader';

/** The name of an instance, for the label of its log, in which a slash of the job's name is another character. */
export function labelOfLog(log: string, jobs: readonly string[]): string {
  const byFile = new Map(jobs.map((job) => [fileName(job), job]));
  const owner = ownerOf(log, byFile.keys());
  return `${byFile.get(owner) ?? owner}${log.slice(owner.length)}`;
}
