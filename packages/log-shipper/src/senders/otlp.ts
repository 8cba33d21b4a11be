/** OpenTelemetry's protocol over HTTP, in JSON: a request for each batch. */
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { hostname } from 'node:os';
import { VERSION } from '@upstart/common';
import type { LogRecord } from '../record.ts';
import { SendError, type Sender } from './sender.ts';

const MAX_TEXT_BYTES = 256 * 1024;
const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** The statuses after which the same request has no chance; all others are tried again. */
const FINAL: ReadonlySet<number> = new Set([400, 413, 415, 422]);

export interface OtlpPlace {
  readonly url: string;
  /** Paths of PEM files and of one with headers, which are read for each request. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly headers: string | null;
}

export class OtlpSender implements Sender {
  readonly maxTextBytes = MAX_TEXT_BYTES;
  readonly #place: OtlpPlace;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(place: OtlpPlace) {
    this.#place = place;
    const isEncrypted = place.url.startsWith('https:');
    this.#agent = new (isEncrypted ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
  }

  async send(records: readonly LogRecord[]): Promise<void> {
    const { status, retryAfter, text } = await this.#post(JSON.stringify(otlpLogs(records, hostname())));
    if (status >= 200 && status < 300) {
      const rejected = rejectedCount(text);
      if (rejected > 0) throw new SendError(`it has rejected ${rejected} records`, { taken: records.length });
      return;
    }
    const pauseMs = /^[0-9]{1,5}$/.test(retryAfter) ? Number(retryAfter) * 1000 : 0;
    throw new SendError(`status ${status}`, { isFinal: FINAL.has(status), pauseMs });
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: string): Promise<{ status: number; retryAfter: string; text: string }> {
    const { url, ca, cert, key, headers } = this.#place;
    const file = (path: string | null) => (path === null ? undefined : readFileSync(path));
    const isEncrypted = url.startsWith('https:');
    const options = {
      ...{ method: 'POST', agent: this.#agent, timeout: TIMEOUT_MS },
      headers: {
        ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        ...{ 'user-agent': `upstart-log-shipper/${VERSION}` },
        ...(headers === null ? {} : headersOf(readFileSync(headers, 'utf8'))),
      },
      ...(isEncrypted ? { ca: file(ca), cert: file(cert), key: file(key) } : {}),
    };
    return new Promise((resolve, reject) => {
      const request = (isEncrypted ? httpsRequest : httpRequest)(url, options, (answer) => {
        textOf(answer).then(
          (text) =>
            resolve({ status: answer.statusCode ?? 0, retryAfter: String(answer.headers['retry-after'] ?? ''), text }),
          reject,
        );
      });
      request.on('timeout', () => request.destroy(new SendError('no answer within 30 seconds')));
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** As much as is wanted; the rest is read and dropped, so that the connection can be used again. */
async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (length < MAX_ANSWER_BYTES) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Lines `NAME: VALUE`; those without a colon and those that begin with `#` are left out. */
export function headersOf(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#'));
  const pairs = lines.map((line) => /^\s*([!-9;-~]+):\s*(.*?)\s*$/.exec(line)).filter((found) => found !== null);
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

/** How many records of an accepted request were not. */
function rejectedCount(text: string): number {
  try {
    return Number(JSON.parse(text)?.partialSuccess?.rejectedLogRecords ?? 0) || 0;
  } catch {
    return 0;
  }
}

/** By the priority of syslog: the numbers of OpenTelemetry, and their names. */
const SEVERITIES = [
  [24, 'EMERGENCY'],
  [22, 'ALERT'],
  [21, 'CRITICAL'],
  [17, 'ERROR'],
  [13, 'WARN'],
  [10, 'NOTICE'],
  [9, 'INFO'],
  [5, 'DEBUG'],
] as const;

type Attribute = { key: string; value: { stringValue: string } | { intValue: string } };

/** The body of a request: a resource for each instance of a job. */
export function otlpLogs(records: readonly LogRecord[], host: string): object {
  const resources = new Map<string, { resource: object; records: object[] }>();
  for (const record of records) {
    const { job, instance, labels } = record;
    const name = JSON.stringify([job, instance, labels]);
    const found = resources.get(name) ?? { resource: resourceOf(record, host), records: [] };
    resources.set(name, found);
    found.records.push(recordOf(record));
  }
  return {
    resourceLogs: [...resources.values()].map(({ resource, records }) => ({
      resource,
      scopeLogs: [{ scope: { name: 'upstart', version: VERSION }, logRecords: records }],
    })),
  };
}

function resourceOf({ job, instance, labels }: LogRecord, host: string): object {
  const attributes: Attribute[] = [text('service.name', job), text('host.name', host)];
  if (instance !== '') attributes.push(text('service.instance.id', instance));
  for (const label of labels) {
    const at = label.indexOf('=');
    attributes.push(text(label.slice(0, at), label.slice(at + 1)));
  }
  return { attributes };
}

function recordOf({ text: line, timeMs, pid, sequence, priority }: LogRecord): object {
  const [severityNumber, severityText] = SEVERITIES[priority] ?? SEVERITIES[6];
  const attributes: Attribute[] = [number('log.record.sequence', sequence)];
  if (pid > 0) attributes.push(number('process.pid', pid));
  return {
    timeUnixNano: nanos(timeMs),
    observedTimeUnixNano: nanos(Date.now()),
    ...{ severityNumber, severityText, body: { stringValue: whole(line) }, attributes },
  };
}

const nanos = (ms: number): string => `${Math.round(ms * 1000)}000`;
const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: whole(value) } });
/** Integers of 64 bits are strings in JSON. */
const number = (key: string, value: number): Attribute => ({ key, value: { intValue: String(value) } });
/** JSON is of whole characters. */
const whole = (value: string): string => Buffer.from(value).toString();
