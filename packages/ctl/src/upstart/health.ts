/** Which jobs are not well, and why. */
import { type Explanation, type UpstartClient, UpstartError } from '@upstart/protocol';
import { jobRows } from './ps/rows.ts';

/** The explanation of each job that is not well, those included that there would be if their files were in order; the worst first. */
export async function explainUnwell(client: UpstartClient): Promise<Explanation[]> {
  const unwell = (await jobRows(client)).filter(({ health }) => health !== 'well');
  const names = [...new Set(unwell.map(({ job }) => job))];
  const explanations: Explanation[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE).map((job) => explainIfThere(client, job));
    explanations.push(...(await Promise.all(some)).filter((explanation) => explanation !== null));
  }
  return explanations;
}

/** How many questions are under way at once: the daemon has others to answer, too. */
const AT_ONCE = 64;

/** Null for a job that was removed meanwhile. */
async function explainIfThere(client: UpstartClient, job: string): Promise<Explanation | null> {
  try {
    return await client.call('explain', { job });
  } catch (error) {
    if (error instanceof UpstartError && error.code === 'unknown-job') return null;
    throw error;
  }
}
