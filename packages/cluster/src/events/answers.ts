/** What hosts answer to an event that its sender waits for. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { Subjects } from '../subjects/subjects.ts';

/**
 * `done`: its jobs have done what the event asks for; `failed`: one of them has not; `ignored`: no job waits for it; `rejected`: the host does not
 * take it; `taken`: init has it, and nobody knows how it ends.
 */
export const RESULTS = ['done', 'failed', 'ignored', 'rejected', 'taken'] as const;
export interface Answer {
  readonly result: (typeof RESULTS)[number];
  /** Why; empty where there is nothing to add. */
  readonly text: string;
}

export interface HostAnswer extends Answer {
  readonly host: string;
}

const MAX_TEXT = 1000;
/** More bytes are no answer. */
const MAX_ANSWER_BYTES = 8192;

export function publishAnswer(nats: NatsConnection, conf: ClusterConf, question: string, answer: Answer): void {
  const text = answer.text.slice(0, MAX_TEXT);
  nats.publish(new Subjects(conf.cluster).answer(conf.host, question), JSON.stringify({ ...answer, text }));
}

/**
 * Collects the answers of these hosts to a question, which is asked once `begun` is called back. Resolves when all have answered, or after
 * `timeoutMs`; hosts that are not in the list and answer count, too.
 */
export async function collectAnswers(
  nats: NatsConnection,
  conf: ClusterConf,
  asked: { readonly question: string; readonly hosts: readonly string[]; readonly timeoutMs: number },
  begun: () => Promise<unknown>,
): Promise<HostAnswer[]> {
  const subjects = new Subjects(conf.cluster);
  const answers = new Map<string, HostAnswer>();
  const missing = new Set(asked.hosts);
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const subscription = nats.subscribe(subjects.answer('*', asked.question), {
    callback: (error, message) => {
      if (error) return finish();
      const host = subjects.parseAnswer(message.subject)?.host;
      const answer = message.data.length <= MAX_ANSWER_BYTES ? parseAnswer(message.string()) : null;
      if (host === undefined || answer === null || answers.has(host)) return;
      answers.set(host, { host, ...answer });
      missing.delete(host);
      if (missing.size === 0) finish();
    },
  });
  try {
    // The servers have to know of it before anything answers.
    await nats.flush();
    await begun();
    if (missing.size > 0) {
      const timer = setTimeout(finish, asked.timeoutMs);
      await finished;
      clearTimeout(timer);
    }
  } finally {
    subscription.unsubscribe();
  }
  return [...answers.values()].sort((a, b) => (a.host < b.host ? -1 : 1));
}

function parseAnswer(body: string): Answer | null {
  try {
    const { result, text } = JSON.parse(body) as Partial<Record<keyof Answer, unknown>>;
    const known = RESULTS.find((one) => one === result);
    return known === undefined || typeof text !== 'string' ? null : { result: known, text: text.slice(0, MAX_TEXT) };
  } catch {
    return null;
  }
}
