/** The fields of a frame from the supervisor, checked by the table. */
import { FIELDS, type Field, type FieldName, type Frame, LIMITS } from './frame-table.ts';
import { FrameError, readNumber } from './frames.ts';

const { FIELD_HEADER } = LIMITS;

/** One more than the largest tag. */
const TAGS = Math.max(...Object.values(FIELDS).map(({ tag }) => tag)) + 1;

/** The fields of one type of frame. */
export interface Rule {
  type: number;
  /** By tag. */
  fields: readonly (Field | undefined)[];
  /** Tags. */
  required: readonly number[];
}

/** From a row of the table. */
export function ruleOf({ type, required = [], optional = [] }: Frame): Rule {
  const fields: Field[] = [];
  for (const name of [...required, ...optional]) fields[FIELDS[name].tag] = FIELDS[name];
  return { type, fields, required: required.map((name) => FIELDS[name].tag) };
}

/**
 * The fields of one frame at a time, checked by the table: one that is missing, of the wrong form or there twice is an
 * error, and so is one that does not belong in it. One object serves all frames.
 */
export class Fields {
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the header of each field is, by tag; -1: nowhere. */
  readonly #headers = new Int32Array(TAGS).fill(-1);

  /** Takes up the frame whose body lies between `start` and `end`. */
  check({ type, fields, required }: Rule, bytes: Buffer, start: number, end: number): this {
    this.#bytes = bytes;
    this.#headers.fill(-1);
    for (let at = start; at < end; ) {
      if (end - at < FIELD_HEADER) fail(type, 'ends within a field');
      const tag = bytes.readUInt16LE(at);
      const length = bytes.readUInt32LE(at + 4);
      if (bytes.readUInt16LE(at + 2) !== 0 || length > end - at - FIELD_HEADER) fail(type, 'has a broken field');
      const field = fields[tag];
      if (!field) fail(type, `has a field ${tag} that does not belong in it`);
      if (this.#headers[tag] !== -1) fail(type, `has field ${tag} twice`);
      this.#headers[tag] = at;
      if (field.kind === 'number') checkNumber(type, field, bytes, at + FIELD_HEADER, length);
      at += FIELD_HEADER + length;
    }
    for (const tag of required) if (this.#headers[tag] === -1) fail(type, `lacks field ${tag}`);
    return this;
  }

  has(name: FieldName): boolean {
    return this.#headers[FIELDS[name].tag] !== -1;
  }

  number(name: FieldName): number {
    return readNumber(this.#bytes, this.#header(name) + FIELD_HEADER);
  }

  text(name: FieldName): string {
    const header = this.#header(name);
    const at = header + FIELD_HEADER;
    return this.#bytes.toString('utf8', at, at + this.#bytes.readUInt32LE(header + 4));
  }

  #header(name: FieldName): number {
    return this.#headers[FIELDS[name].tag] as number;
  }
}

function fail(type: number, what: string): never {
  throw new FrameError(`supervisor: frame of type ${type} ${what}`);
}

function checkNumber(type: number, { tag, least, most }: Field, bytes: Buffer, at: number, length: number): void {
  if (length !== 8) fail(type, `has a number of ${length} bytes in field ${tag}`);
  const value = readNumber(bytes, at);
  if (value < least || value > most) fail(type, `has a number out of range in field ${tag}`);
}
