/** Which jobs are not well. */
import { type Explanation, type UpstartClient, UpstartError } from '@upstart/protocol';

/** The explanation of each job, those included that there would be if their files were in order; by name. */
export async function explainAll(client: UpstartClient): Promise<Explanation[]> {
  const [known, broken] = await Promise.all([client.call('list', {}), client.call('brokenFiles', {})]);
  const names = [...new Set([...known, ...broken].map(({ job }) => job))].sort();
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

type Instance = Explanation['instances'][number];

/** Neither failed nor broken, and nothing that is to run is held up. */
export function isWell({ broken, instances, last }: Explanation): boolean {
  if (broken.length > 0) return false;
  return instances.length > 0 ? instances.every(isInstanceWell) : last === null || last.failure === null;
}

export function isInstanceWell({ goal, state, failure }: Instance): boolean {
  return failure === null && goal === 'start' && state === 'running';
}
