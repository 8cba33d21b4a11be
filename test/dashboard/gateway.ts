/** A gateway of the built product in front of a session, and requests to it as a browser or another program makes them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import type { InitSession } from '../session/init-session.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  json(): any;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export class RunningGateway {
  readonly #child: ChildProcess;
  said = '';
  /** Of TCP; '' at a Unix socket. */
  url = '';
  socket = '';

  private constructor(session: InitSession, words: readonly string[]) {
    const env = session.env;
    this.#child = spawn(join(session.product.bin, 'upstart'), ['dashboard', '--no-open', ...words], { env });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data) => {
        this.said += data;
      });
    }
  }

  /** Resolves when it listens. */
  static async start(session: InitSession, ...words: string[]): Promise<RunningGateway> {
    const gateway = new RunningGateway(session, words);
    await eventually('the dashboard listens', () => {
      if (gateway.#child.exitCode !== null) throw new Error(`the dashboard has ended: ${gateway.said}`);
      return /^(?:http|listening at .*\n)/m.test(gateway.said);
    });
    gateway.url = /^http:\S+/m.exec(gateway.said)?.[0] ?? '';
    gateway.socket = /^listening at (\S+),/m.exec(gateway.said)?.[1] ?? '';
    return gateway;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get token(): string {
    return new URL(this.url).searchParams.get('token') ?? '';
  }

  /** Its exit status; null while it runs, or after a signal. */
  get status(): number | null {
    return this.#child.exitCode;
  }

  /** Begins a request; over TCP with the token, unless the headers say otherwise. */
  begin(path: string, { method = 'GET', headers = {}, body }: Asked = {}): ClientRequest {
    const place = this.url === '' ? { socketPath: this.socket } : { host: '127.0.0.1', port: this.port };
    const given = {
      ...(this.url === '' ? { host: 'localhost' } : { authorization: `Bearer ${this.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const begun = request({ ...place, path, method, headers: given, agent: false });
    begun.end(body);
    return begun;
  }

  ask(path: string, asked: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const begun = this.begin(path, asked);
      begun.on('error', reject);
      begun.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (data) => {
          text += data;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text),
          }),
        );
      });
    });
  }

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.ask(path, { method: 'POST', body: JSON.stringify(body) });
  }

  /** Follows a stream; `events` grows. */
  follow(path: string, headers: Record<string, string> = {}): Stream {
    const stream = new Stream(this.begin(path, { headers }));
    return stream;
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }
}

export interface Heard {
  readonly event: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly data: any;
}

export class Stream {
  readonly events: Heard[] = [];
  status = 0;
  isOver = false;
  readonly #request: ClientRequest;

  constructor(request: ClientRequest) {
    this.#request = request;
    const over = (): void => {
      this.isOver = true;
    };
    request.on('error', over);
    request.on('response', (response) => {
      this.status = response.statusCode ?? 0;
      let rest = '';
      response.setEncoding('utf8');
      response.on('error', over);
      response.on('close', over);
      response.on('data', (data: string) => {
        const blocks = (rest + data).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      });
    });
  }

  #take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
    const event = fields.get('event');
    if (event !== undefined)
      this.events.push({ event, id: fields.get('id') ?? null, data: JSON.parse(fields.get('data') ?? 'null') });
  }

  /** The id that a reader would resume from. */
  get lastId(): string {
    return this.events.findLast(({ id }) => id !== null)?.id ?? '';
  }

  close(): void {
    this.#request.destroy();
  }
}
