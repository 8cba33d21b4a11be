/** Clients that wait for the answer to a request, by its key: several if it was repeated before the answer. */
import { UpstartError } from '@upstart/protocol';
import type { Answer } from '../engine/model/state.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: UpstartError): void;
}

export class WaitingClients {
  readonly #byKey = new Map<string, Waiting[]>();

  /** Returns false if others wait for this answer already. */
  add(key: string, waiting: Waiting): boolean {
    const others = this.#byKey.get(key);
    if (others) others.push(waiting);
    else this.#byKey.set(key, [waiting]);
    return !others;
  }

  /** Returns false if no client waits for it. */
  answer(key: string, answer: Answer): boolean {
    const waiting = this.#byKey.get(key);
    if (!waiting) return false;
    this.#byKey.delete(key);
    for (const one of waiting) settle(one, answer);
    return true;
  }
}

export function settle({ resolve, reject }: Waiting, answer: Answer): void {
  if ('error' in answer) reject(new UpstartError(answer.error.code, answer.error.text));
  else resolve(answer.result);
}
