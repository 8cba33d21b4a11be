/**
 * A command line as the launcher of `initctl` sends it, and the answers to it: texts instead of msgpack, so that a program in C needs no
 * more than a few lines for both. README.md describes them under "Command lines".
 */
import { decodeText, encodeText } from '@upstart/common';
import { type DaemonFrame, RUN_LOCALLY } from './messages.ts';

/** The body of such a frame begins with this byte, that of a msgpack map never does. */
const MARK = 0;
/** The id of the request. */
const RUN_ID = 1;
const NOTHING = new Uint8Array();

/** The first byte of an answer; output has its descriptor, 1 or 2. */
const STATUS = 3;
const LOCAL = 4;
const FAILED = 5;

/** A command line: the version that its sender speaks, and the request that it stands for, unchecked. */
export class CommandLine {
  readonly version: number;
  readonly request: object;

  constructor(version: number, request: object) {
    this.version = version;
    this.request = request;
  }
}

export const isCommandLine = (body: Uint8Array): boolean => body[0] === MARK;

/** How many texts it has. */
export function countTexts(body: Uint8Array): number {
  let count = 0;
  for (let at = body.indexOf(0, 1); at >= 0; at = body.indexOf(0, at + 1)) count += 1;
  return count;
}

/** null: it does not end with the end of a text. */
export function decodeCommandLine(body: Uint8Array): CommandLine | null {
  if (body.length < 2 || body.at(-1) !== 0) return null;
  const [version, key, cwd, out, err, columns, count, ...texts] = decodeText(body.subarray(1, -1)).split('\0');
  const argv = texts.slice(0, Number(count));
  const env = Object.fromEntries(texts.slice(argv.length).map(variable));
  const terminal = { out: out === '1', err: err === '1', columns: Number(columns) };
  return new CommandLine(Number(version), { id: RUN_ID, method: 'run', key, params: { argv, cwd, env, terminal } });
}

function variable(text: string): [string, string] {
  const end = text.indexOf('=');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

/** The body of an answer. */
export function encodeCommandAnswer(frame: DaemonFrame): Buffer {
  const [kind, bytes] = answerOf(frame);
  return Buffer.concat([Buffer.of(kind), bytes]);
}

function answerOf(frame: DaemonFrame): [number, Uint8Array] {
  if ('data' in frame) return [frame.fd, frame.data];
  if ('error' in frame) {
    const { code, text } = frame.error;
    // Node asks again in its own words, and says what is wrong.
    return code === 'unsupported-version' ? [LOCAL, NOTHING] : [FAILED, encodeText(text)];
  }
  const status = 'result' in frame ? frame.result : RUN_LOCALLY;
  return status === RUN_LOCALLY ? [LOCAL, NOTHING] : [STATUS, Buffer.of(Number(status) & 0xff)];
}
