/** One GET request of HTTP/1.1, of whose answer only the status counts: the rest is not read. */
import type { ProbeTarget } from '@upstart/job-language';
import type { Attempt, Outcome } from './attempt.ts';
import { openConnection, stageOf } from './connection.ts';

/** The most bytes of an answer that are read to find its status: interim answers (1xx) come before it. */
export const MAX_ANSWER_BYTES = 16 * 1024;
/** How much of something that is no HTTP is shown, in characters. */
const MAX_SHOWN = 40;

const STATUS_LINE = /^HTTP\/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n/;
const HEADERS_END = /\r?\n\r?\n/;
/** The kinds of TLS records that a server may send unasked: an alert, and a part of a handshake. */
const TLS_KINDS: readonly number[] = [0x15, 0x16];

export function attemptHttp(target: Extract<ProbeTarget, { kind: 'http' }>, done: (outcome: Outcome) => void): Attempt {
  const { host, port, authority, path } = target;
  let text = '';
  let isConnected = false;
  const bad = (answer: string): void => done({ isGood: false, answer });
  const { socket, isResolved } = openConnection({ host, port }, done);
  socket.on('connect', () => {
    isConnected = true;
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${authority}`,
      'User-Agent: upstart',
      'Accept: */*',
      'Connection: close',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1', 0, MAX_ANSWER_BYTES - text.length);
    const status = statusIn(text);
    if (typeof status === 'number') done(outcomeOf(status, target));
    else if (status !== null) bad(status);
    else if (text.length >= MAX_ANSWER_BYTES) bad(`no status within ${MAX_ANSWER_BYTES} bytes`);
  });
  socket.on('end', () => bad(text === '' ? 'closed without an answer' : `no HTTP: ${shown(text)}`));
  return {
    stage: () => (isConnected ? 'connected, but no answer' : stageOf({ host, port }, isResolved(), 'no connection')),
    cancel: () => void socket.destroy(),
  };
}

function outcomeOf(
  status: number,
  { lowest, highest, more = [] }: Pick<Extract<ProbeTarget, { kind: 'http' }>, 'lowest' | 'highest' | 'more'>,
): Outcome {
  const isGood = [{ lowest, highest }, ...more].some((range) => status >= range.lowest && status <= range.highest);
  const note = !isGood && status >= 300 && status < 400 ? ', a redirection, which is not followed' : '';
  return { isGood, answer: `HTTP ${status}${note}` };
}

/** The final status; null: it has not come yet. A text: this is no HTTP. */
function statusIn(text: string): number | string | null {
  if (TLS_KINDS.includes(text.charCodeAt(0)) && text.charCodeAt(1) === 3)
    return 'the server speaks TLS, which is not spoken here';
  for (let rest = text; ; ) {
    const [line, digits] = STATUS_LINE.exec(rest) ?? [];
    if (line === undefined) return rest.includes('\n') || !couldBegin(rest) ? `no HTTP: ${shown(rest)}` : null;
    const status = Number(digits);
    if (status >= 200 || status === 101) return status;
    const end = HEADERS_END.exec(rest);
    if (!end) return null;
    rest = rest.slice(end.index + end[0].length);
  }
}

/** Whether more may make a status line of it. */
function couldBegin(text: string): boolean {
  const begin = 'HTTP/1.';
  return text.startsWith(begin) || begin.startsWith(text);
}

function shown(text: string): string {
  const [line = ''] = text.split(/[\r\n]/);
  const printable = line.replace(/[^\x20-\x7e]/g, '?');
  return `\`${printable.length <= MAX_SHOWN ? printable : `${printable.slice(0, MAX_SHOWN - 1)}…`}\``;
}
