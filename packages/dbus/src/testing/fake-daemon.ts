/** A daemon for tests: answers calls from a table, and keeps those that are to wait. */
import type { Method, Notification, Params, Result } from '@upstart/protocol';
import type { GatewayClient, GatewayHost } from '../host.ts';

type Answers = { [M in Method]?: (params: Params<M>) => Result<M> | Promise<Result<M>> };

export class FakeDaemon implements GatewayHost {
  readonly calls: [string, object][] = [];
  readonly lines: string[] = [];
  readonly answers: Answers;
  readonly listeners = new Set<(notification: Notification) => void>();

  constructor(answers: Answers) {
    this.answers = answers;
  }

  readonly takesFiles = false;

  canReadFiles(): Promise<boolean> {
    return Promise.resolve(false);
  }

  readFiles(): never {
    throw new Error('no descriptors');
  }

  client(): GatewayClient {
    return {
      emitWithFile: async (params, file) => void this.calls.push(['emitWithFile', { ...params, file }]),
      call: async (method, params) => {
        this.calls.push([method, params]);
        const answer = this.answers[method] as ((params: object) => never) | undefined;
        if (!answer) throw new Error(`no answer to ${method}`);
        return answer(params);
      },
      watch: async (listener) => void this.listeners.add(listener),
      close: () => {},
    };
  }

  log(_priority: string, text: string): void {
    this.lines.push(text);
  }

  notify(notification: Notification): void {
    for (const listener of this.listeners) listener(notification);
  }
}
