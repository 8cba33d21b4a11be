/** What other hosts ask of this one (`upstart fleet`): the agent gets a connection to init for each request, so that none delays another. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FleetFault, FleetInit, FleetStream, StreamSink } from '@upstart/cluster';
import {
  type Client,
  CONTROL_SOCKET,
  connect,
  FLEET_LOGS,
  FLEET_METHODS,
  KeyedClient,
  type Method,
  type Params,
  parseRequest,
  type Result,
  type UpstartClient,
  UpstartError,
} from '@upstart/protocol';
import { textOf } from '../../errors.ts';
import type { SourceContext } from '../../source.ts';
import { followLogs } from './logs.ts';

/** How long init may take for the answer to a question. A change takes as long as its job does. */
const QUESTION_MS = 30_000;
/** Requests whose callers the history names. */
const NAMED: ReadonlySet<string> = new Set<Method>(['start', 'stop', 'restart', 'reload', 'kill']);

export class InitOfFleet implements FleetInit {
  readonly #socket: string;
  readonly #isSession: boolean;

  constructor({ runFolder, isSession }: Pick<SourceContext, 'runFolder' | 'isSession'>) {
    this.#socket = join(runFolder, CONTROL_SOCKET);
    this.#isSession = isSession;
  }

  kindOf(method: string): ReturnType<FleetInit['kindOf']> {
    if (method === FLEET_LOGS) return { access: 'read', isStream: true };
    const access = Object.hasOwn(FLEET_METHODS, method) ? FLEET_METHODS[method as Method] : undefined;
    return access === undefined ? null : { access, isStream: method === 'watch' };
  }

  async call(method: string, params: unknown, by: string): Promise<Result<Method>> {
    const given = checked(method, params);
    const named = NAMED.has(method) ? { ...given, by } : given;
    const limit = this.kindOf(method)?.access === 'read' ? { timeoutMs: QUESTION_MS } : {};
    return await this.#with((client) => client.call(method as Method, named as Params<Method>, limit));
  }

  async stream(method: string, params: unknown, sink: StreamSink): Promise<FleetStream> {
    if (method === FLEET_LOGS) return followLogs(this.#isSession, params, sink);
    const client = await this.#connect();
    try {
      const ended = (reason: Error | null): void => sink.end(reason ?? undefined);
      await client.watch((notification) => void sink.item(notification), ended);
    } catch (error) {
      client.close();
      throw error;
    }
    return { stop: () => client.close() };
  }

  faultOf(error: unknown): FleetFault {
    const code = error instanceof UpstartError ? { code: error.code } : {};
    return { fault: 'init', text: textOf(error), ...code };
  }

  async #with<T>(use: (client: UpstartClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      return await use(new KeyedClient(client, randomUUID()));
    } finally {
      client.close();
    }
  }

  #connect(): Promise<Client> {
    return connect({ path: this.#socket, client: 'upstart-bridge (fleet)', endsWithInit: true });
  }
}

/** As init checks them, so that it never gets what another host has made up. Throws UpstartError. */
const checked = (method: string, params: unknown): object => parseRequest({ id: 1, method, params }).params;
