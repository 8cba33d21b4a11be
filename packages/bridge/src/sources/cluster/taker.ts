/** Hands the events of the cluster to init, each once: by its place in its feed, which init notes with the event. */
import type { Answer, ReceivedEvent } from '@upstart/cluster';
import { OF_CLUSTER } from '@upstart/job-language';
import { type UpstartClient, UpstartError } from '@upstart/protocol';
import type { Operand } from '../../source.ts';

/** The most events whose ends are waited for, for their senders. The ends of others are not reported. */
export const MAX_WAITING = 256;

/** Whether it stands for events that come: not for those that its job sends, or for a lease. */
export const isForEvents = ({ stanza }: Operand): boolean => stanza !== 'emits cluster' && stanza !== 'cluster';

export class Taker {
  readonly #client: Pick<UpstartClient, 'call'>;
  readonly #operands: () => readonly Operand[];
  #waiting = 0;

  constructor(client: Pick<UpstartClient, 'call'>, operands: () => readonly Operand[]) {
    this.#client = client;
    this.#operands = operands;
  }

  /** Resolves when init has the event in its journal, with the promise of its outcome. Rejects when init does not take it. */
  async take({ name, env, from, feed, sequence, isAsked }: ReceivedEvent): Promise<{ outcome: Promise<Answer> }> {
    const event = `${OF_CLUSTER}${name}`;
    // An event that no condition names would only be ignored.
    if (!this.#operands().some((operand) => operand.event === event && isForEvents(operand)))
      return ended('ignored', 'no job waits for it');
    const place = { feed, sequence };
    const params = { name: event, env: [...env], by: `cluster host ${from}`, place };
    if (!isAsked || this.#waiting >= MAX_WAITING) {
      await this.#client.call('emit', { ...params, wait: false });
      return ended('taken', isAsked ? `${MAX_WAITING} other events are waited for` : '');
    }
    this.#waiting += 1;
    const outcome = this.#client
      .call('emit', { ...params, wait: true })
      .then((): Answer => ({ result: 'done', text: '' }), failure)
      .finally(() => {
        this.#waiting -= 1;
      });
    // The answer comes when the event is over, which may take long; init has it when it says so.
    outcome.catch(() => {});
    if ((await this.#client.call('feed', { feed })) < sequence) await outcome;
    return { outcome };
  }
}

const ended = (result: Answer['result'], text: string): { outcome: Promise<Answer> } => ({
  outcome: Promise.resolve({ result, text }),
});

/** Throws what is no failure of a job. */
function failure(error: unknown): Answer {
  if (error instanceof UpstartError && error.code === 'event-failed') return { result: 'failed', text: error.message };
  throw error;
}
