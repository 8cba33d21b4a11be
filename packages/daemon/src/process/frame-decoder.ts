/**
 * Frames from the supervisor. They are checked as strictly as the supervisor checks what we send: one that is not exactly
 * right is an error.
 */
import { type Report, SPAWN_STEPS, type SupervisorState } from '../process-messages.ts';
import { FIELD_HEADER, FRAME_BODY_MAX, FRAME_HEADER, FRAME_VERSION, FrameError, readNumber, TAG } from './frames.ts';
import { resourceName } from './resources.ts';

/** What a supervisor sends: its greeting first, reports after that. */
export type Incoming =
  | { type: 'hello'; pid: number; lastCommand: number; subreaperErrno: number }
  | { type: 'process'; process: SupervisorState['processes'][number] }
  | { type: 'table-end' }
  | { type: 'report'; report: Report };

/**
 * The fields of one frame at a time; taking one that is missing, of the wrong form or twice is an error, and so is leaving
 * one. One object serves all frames, and what it knows of them is in lists that are short: less to make and to look at than
 * a map for each.
 */
class Fields {
  #type = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** The tags that have not been taken, and where the header of each begins. */
  readonly #tags: number[] = [];
  readonly #headers: number[] = [];

  /** Goes on with the frame whose body lies between `start` and `end`. */
  read(type: number, bytes: Buffer, start: number, end: number): this {
    this.#type = type;
    this.#bytes = bytes;
    this.#tags.length = this.#headers.length = 0;
    for (let at = start; at < end; ) {
      if (end - at < FIELD_HEADER) this.#fail('ends within a field');
      const tag = bytes.readUInt16LE(at);
      const length = bytes.readUInt32LE(at + 4);
      if (bytes.readUInt16LE(at + 2) !== 0 || length > end - at - FIELD_HEADER) this.#fail('has a broken field');
      if (this.#tags.includes(tag)) this.#fail(`has field ${tag} twice`);
      this.#tags.push(tag);
      this.#headers.push(at);
      at += FIELD_HEADER + length;
    }
    return this;
  }

  #fail(what: string): never {
    throw new FrameError(`supervisor: frame of type ${this.#type} ${what}`);
  }

  /** Where the value begins, and its length. */
  #take(tag: number): { at: number; length: number } {
    const index = this.#tags.indexOf(tag);
    if (index < 0) this.#fail(`lacks field ${tag}`);
    const header = this.#headers[index] as number;
    this.#tags.splice(index, 1);
    this.#headers.splice(index, 1);
    return { at: header + FIELD_HEADER, length: this.#bytes.readUInt32LE(header + 4) };
  }

  number(tag: number): number {
    const { at, length } = this.#take(tag);
    if (length !== 8) this.#fail(`has a number of ${length} bytes in field ${tag}`);
    const value = readNumber(this.#bytes, at);
    return Number.isSafeInteger(value) ? value : this.#fail(`has too large a number in field ${tag}`);
  }

  numberOr(tag: number, standard: number): number {
    return this.#tags.includes(tag) ? this.number(tag) : standard;
  }

  /** A number under a name of its own, if it is there. */
  optional<N extends string>(name: N, tag: number): { [name in N]?: number } {
    return this.#tags.includes(tag) ? ({ [name]: this.number(tag) } as { [name in N]: number }) : {};
  }

  text(tag: number): string {
    const { at, length } = this.#take(tag);
    return this.#bytes.toString('utf8', at, at + length);
  }

  step(): (typeof SPAWN_STEPS)[number] {
    const number = this.number(TAG.step);
    return SPAWN_STEPS[number] ?? this.#fail(`names a step ${number} that does not exist`);
  }

  end(): void {
    if (this.#tags.length > 0) this.#fail(`has a field ${this.#tags[0]} that does not belong in it`);
  }
}

/** A report without its `seq`. */
type Content<R = Report> = R extends Report ? Omit<R, 'seq'> : never;

const onProcess = (fields: Fields) => ({ process: fields.number(TAG.process), pid: fields.number(TAG.pid) });

const onLog = (fields: Fields) => ({ path: fields.text(TAG.path), errno: fields.number(TAG.errno) });

const REPORTS: Record<number, (fields: Fields) => Content> = {
  64: (fields) => ({ type: 'spawned', ...onProcess(fields) }),
  65: (fields) => {
    const [process, step, errno] = [fields.number(TAG.process), fields.step(), fields.number(TAG.errno)];
    const detail = fields.text(TAG.detail);
    return { type: 'spawn-failed', process, step, errno, detail: step === 'limit' ? resourceName(detail) : detail };
  },
  66: (fields) => ({ type: 'execed', process: fields.number(TAG.process) }),
  67: (fields) => ({
    type: 'exited',
    ...onProcess(fields),
    code: fields.number(TAG.code),
    signal: fields.number(TAG.signal),
    core: fields.number(TAG.core) !== 0,
    usage: {
      user: fields.number(TAG.user),
      system: fields.number(TAG.system),
      maxRss: fields.number(TAG.maxRss),
    },
    ...fields.optional('again', TAG.command),
  }),
  68: (fields) => ({ type: 'vanished', ...onProcess(fields) }),
  69: (fields) => ({ type: 'stopped', ...onProcess(fields), signal: fields.number(TAG.signal) }),
  70: (fields) => ({ type: 'continued', ...onProcess(fields) }),
  71: (fields) => ({ type: 'forked', ...onProcess(fields), oldPid: fields.number(TAG.oldPid) }),
  72: (fields) => ({ type: 'exec-changed', ...onProcess(fields) }),
  73: (fields) => ({ type: 'expect-met', ...onProcess(fields) }),
  74: (fields) => ({
    type: 'signalled',
    command: fields.number(TAG.command),
    process: fields.number(TAG.process),
    signal: fields.number(TAG.signal),
    errno: fields.number(TAG.errno),
  }),
  75: (fields) => ({ type: 'log-disabled', process: fields.number(TAG.process), errno: fields.number(TAG.errno) }),
  76: (fields) => ({ type: 'log-trouble', ...onLog(fields) }),
  80: (fields) => ({ type: 'log-dropped', ...onLog(fields), count: fields.number(TAG.count) }),
  81: (fields) => ({ type: 'log-restored', ...onLog(fields), count: fields.number(TAG.count) }),
  82: (fields) => ({ type: 'log-not-rotated', ...onLog(fields) }),
  77: (fields) => ({ type: 'signal', signal: fields.number(TAG.signal) }),
  79: (fields) => ({ type: 'survivors', cgroup: fields.text(TAG.path), count: fields.number(TAG.count) }),
  78: (fields) => ({ type: 'log-pipe', process: fields.number(TAG.process), errno: fields.number(TAG.errno) }),
};

const GREETING: Record<number, (fields: Fields) => Incoming> = {
  32: (fields) => ({
    type: 'hello',
    pid: fields.number(TAG.pid),
    lastCommand: fields.number(TAG.lastCommand),
    subreaperErrno: fields.numberOr(TAG.subreaperErrno, 0),
  }),
  33: (fields) => ({ type: 'process', process: onProcess(fields) }),
  34: () => ({ type: 'table-end' }),
};

const fields = new Fields();

/** The frame of which all but the header lies between `start` and `end`. */
function decode(type: number, id: number, bytes: Buffer, start: number, end: number): Incoming {
  fields.read(type, bytes, start, end);
  const greeting = GREETING[type]?.(fields);
  const content = greeting ? undefined : REPORTS[type]?.(fields);
  fields.end();
  if (greeting) return greeting;
  if (!content) throw new FrameError(`supervisor: frame of type ${type}, which is not known`);
  return { type: 'report', report: { seq: id, ...content } as Report };
}

/** Cuts a stream of bytes into frames, however the bytes are divided. */
export class FrameDecoder {
  /** Less than one frame, in pieces that are joined when there is enough. */
  #pieces: Buffer[] = [];
  #length = 0;
  #needed = FRAME_HEADER;

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
