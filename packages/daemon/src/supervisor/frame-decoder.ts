/**
 * Frames from the supervisor. They are checked as strictly as the supervisor checks what we send: one that is not exactly
 * right is an error.
 */

import { Fields, type Rule, ruleOf } from './frame-fields.ts';
import { type Frame, GREETING, LIMITS, REPORTS } from './frame-table.ts';
import { FrameError, readNumber } from './frames.ts';
import { type Report, SPAWN_STEPS, type SpawnStep, type SupervisorState } from './process-messages.ts';
import { resourceName } from './resources.ts';

const { FRAME_BODY_MAX, FRAME_HEADER, FRAME_VERSION } = LIMITS;

/** Frames of a supervisor: its greeting first, reports after that. */
export type Incoming =
  | { type: 'hello'; pid: number; lastCommand: number; subreaperErrno: number }
  | { type: 'process'; process: SupervisorState['processes'][number] }
  | { type: 'table-end' }
  | { type: 'report'; report: Report };

const onProcess = (fields: Fields) => ({ process: fields.number('process'), pid: fields.number('pid') });

const onLog = (fields: Fields) => ({ path: fields.text('path'), errno: fields.number('errno') });

const withErrno = (fields: Fields) => ({ process: fields.number('process'), errno: fields.number('errno') });

type ReportType = Report['type'];
type Content<T extends ReportType> = Omit<Extract<Report, { type: T }>, 'type' | 'seq'>;

const READ_REPORT: { [T in ReportType]: (fields: Fields) => Content<T> } = {
  spawned: onProcess,
  'spawn-failed': (fields) => {
    const step = SPAWN_STEPS[fields.number('step')] as SpawnStep;
    const detail = fields.text('detail');
    return { ...withErrno(fields), step, detail: step === 'limit' ? resourceName(detail) : detail };
  },
  execed: (fields) => ({ process: fields.number('process') }),
  exited: (fields) => ({
    ...onProcess(fields),
    code: fields.number('code'),
    signal: fields.number('signal'),
    core: fields.number('core') !== 0,
    usage: {
      user: fields.number('userTime'),
      system: fields.number('systemTime'),
      maxRss: fields.number('maxRss'),
    },
    ...(fields.has('command') ? { standingOrder: fields.number('command') } : {}),
  }),
  vanished: onProcess,
  stopped: (fields) => ({ ...onProcess(fields), signal: fields.number('signal') }),
  continued: onProcess,
  forked: (fields) => ({ ...onProcess(fields), oldPid: fields.number('oldPid') }),
  'exec-changed': onProcess,
  'expect-met': onProcess,
  signalled: (fields) => ({
    ...withErrno(fields),
    command: fields.number('command'),
    signal: fields.number('signal'),
  }),
  'log-disabled': withErrno,
  'log-trouble': onLog,
  'log-dropped': (fields) => ({ ...onLog(fields), count: fields.number('count') }),
  'log-restored': (fields) => ({ ...onLog(fields), count: fields.number('count') }),
  'log-not-rotated': onLog,
  'log-rotated': onLog,
  signal: (fields) => ({ signal: fields.number('signal') }),
  survivors: (fields) => ({ cgroup: fields.text('path'), count: fields.number('count') }),
  'log-pipe': withErrno,
  peer: (fields) => ({
    token: fields.number('token'),
    errno: fields.number('errno'),
    pid: fields.number('pid'),
    uid: fields.number('uid'),
    gid: fields.number('gid'),
  }),
  looked: (fields) => ({
    token: fields.number('token'),
    count: fields.number('count'),
    errno: fields.number('errno'),
    ...(fields.has('file') ? { file: fields.number('file') } : {}),
  }),
  notified: (fields) => ({ ...onProcess(fields), errno: fields.number('errno'), detail: fields.text('detail') }),
  'logger-replaced': (fields) => ({ pid: fields.number('pid') }),
};

const READ_GREETING: { [T in keyof typeof GREETING]: (fields: Fields) => Incoming } = {
  hello: (fields) => ({
    type: 'hello',
    pid: fields.number('pid'),
    lastCommand: fields.number('lastCommand'),
    subreaperErrno: fields.has('subreaperErrno') ? fields.number('subreaperErrno') : 0,
  }),
  process: (fields) => ({ type: 'process', process: onProcess(fields) }),
  'table-end': () => ({ type: 'table-end' }),
};

/** By type. */
const READERS: { rule: Rule; read: (fields: Fields, id: number) => Incoming }[] = [];
for (const name of Object.keys(GREETING) as (keyof typeof GREETING)[]) {
  const frame: Frame = GREETING[name];
  READERS[frame.type] = { rule: ruleOf(frame), read: READ_GREETING[name] };
}
for (const type of Object.keys(REPORTS) as ReportType[]) {
  const frame: Frame = REPORTS[type];
  const content = READ_REPORT[type];
  READERS[frame.type] = {
    rule: ruleOf(frame),
    read: (fields, seq) => ({ type: 'report', report: { seq, type, ...content(fields) } as Report }),
  };
}

const fields = new Fields();

/** The frame of which all but the header lies between `start` and `end`. */
function decode(type: number, id: number, bytes: Buffer, start: number, end: number): Incoming {
  const reader = READERS[type];
  if (!reader) throw new FrameError(`supervisor: frame of type ${type}, which is not known`);
  return reader.read(fields.check(reader.rule, bytes, start, end), id);
}

/** Cuts a stream of bytes into frames, however the bytes are divided. */
export class FrameDecoder {
  /** Less than one frame, in pieces that are joined when there is enough. */
  #pieces: Buffer[] = [];
  #length = 0;
  #needed: number = FRAME_HEADER;

  /** The frames that are complete with `chunk`. Throws FrameError; nothing can be decoded after that. */
  push(chunk: Buffer): Incoming[] {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return [];
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces, this.#length);
    const incoming: Incoming[] = [];
    let at = 0;
    for (;;) {
      this.#needed = this.#size(bytes, at);
      const end = at + this.#needed;
      if (end > bytes.length) break;
      const id = readNumber(bytes, at + 8);
      incoming.push(decode(bytes.readUInt16LE(at + 4), id, bytes, at + FRAME_HEADER, end));
      at = end;
    }
    this.#pieces = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#length = bytes.length - at;
    return incoming;
  }

  /** The size of the frame at `at`, as far as that can be known. */
  #size(bytes: Buffer, at: number): number {
    if (bytes.length - at < FRAME_HEADER) return FRAME_HEADER;
    const body = bytes.readUInt32LE(at);
    const version = bytes.readUInt16LE(at + 6);
    if (version !== FRAME_VERSION) {
      throw new FrameError(`supervisor: frames of version ${version}, expected ${FRAME_VERSION}: restart init`);
    }
    if (body > FRAME_BODY_MAX) throw new FrameError(`supervisor: frame of ${body} bytes, at most ${FRAME_BODY_MAX}`);
    return FRAME_HEADER + body;
  }
}
