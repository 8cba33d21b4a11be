/** A target of logs, and what has arrived there: every line of a log, perhaps more than once, under the byte of the log that it begins at. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../eventually.ts';
import type { Session } from './session.ts';

interface LogRecord {
  readonly body: { readonly stringValue: string };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly intValue?: string } }[];
}
interface Resource {
  readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
  readonly scopeLogs: readonly { readonly logRecords: readonly LogRecord[] }[];
}

/** The lines of a log by their first byte, and its size. */
function linesOf(session: Session, job: string): { lines: Map<number, string>; size: number } {
  const lines = new Map<number, string>();
  let size = 0;
  for (const line of session.log(job)) {
    lines.set(size, line);
    size += line.length + '\r\n'.length;
  }
  return { lines, size };
}

export class ArrivedLogs {
  /** Of each job the texts of lines by their first byte. */
  readonly #lines = new Map<string, Map<number, string>>();
  readonly #server: Server;
  #conflict: string | null = null;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<ArrivedLogs> {
    const arrived = new ArrivedLogs();
    await new Promise<void>((resolve) => arrived.#server.listen(0, '127.0.0.1', resolve));
    return arrived;
  }

  /** The option of init. */
  get option(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `--log-target=arrived otlp http://127.0.0.1:${port} jobs=logger*`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Throws unless all lines of a log that nobody writes any more arrive, and no others. */
  async check(session: Session, job: string): Promise<void> {
    const missing = (): number =>
      [...linesOf(session, job).lines].filter(([offset, line]) => this.#textAt(job, offset, line) !== line).length;
    await eventually(`all lines of ${job} arrive`, () => missing() === 0).catch((error: Error) => {
      throw new Error(`${error.message}: ${missing()} of ${linesOf(session, job).lines.size} are missing`);
    });
    if (this.#conflict !== null) throw new Error(this.#conflict);
    const arrived = [...(this.#lines.get(job) ?? [])];
    // The log is read after that: what had arrived was in it.
    const { size } = linesOf(session, job);
    for (const [offset, text] of arrived)
      if (offset >= size) throw new Error(`${job}: \`${text}\` has arrived, which is not in the log`);
  }

  /** A line that was begun when its logger was stopped may come in pieces. */
  #textAt(job: string, offset: number, line: string): string {
    let text = '';
    for (let at = offset; text.length < line.length; ) {
      const piece = this.#lines.get(job)?.get(at);
      if (piece === undefined || piece === '') break;
      text += piece;
      at += piece.length;
    }
    return text;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      let body = '';
      for await (const chunk of request) body += chunk;
      for (const resource of (JSON.parse(body) as { resourceLogs: Resource[] }).resourceLogs) this.#note(resource);
      response.end('{}');
    } catch {
      // The log shipper was killed meanwhile.
      response.destroy();
    }
  }

  #note({ resource, scopeLogs }: Resource): void {
    const job = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    const lines = this.#lines.get(job) ?? new Map<number, string>();
    this.#lines.set(job, lines);
    for (const { body, attributes } of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
      const offset = Number(attributes.find(({ key }) => key === 'log.record.sequence')?.value.intValue);
      const known = lines.get(offset);
      // The first piece of a line may be followed by the whole line.
      if (known !== undefined && !known.startsWith(body.stringValue) && !body.stringValue.startsWith(known))
        this.#conflict ??= `${job}: \`${known}\` and \`${body.stringValue}\` have the same number`;
      if (known === undefined || known.length < body.stringValue.length) lines.set(offset, body.stringValue);
    }
  }
}
