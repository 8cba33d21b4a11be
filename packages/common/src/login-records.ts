/**
 * Login records: utmp (the present) and wtmp (the past), as init, its tools
 * and every login program share them (reference: system §4.1). Records have one size and stay where they are.
 */
import { closeSync, constants, fchownSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { endianness, release } from 'node:os';

export interface LoginFiles {
  readonly utmp: string;
  readonly wtmp: string;
}

export const LOGIN_FILES: LoginFiles = { utmp: '/run/utmp', wtmp: '/var/log/wtmp' };

/** Types of records, by the numbers that libc gives them. */
const TYPE = { runlevel: 1, boot: 2, user: 7, dead: 8 } as const;

/** Where things are in a record. Machines that never had 32-bit programs keep wider times. */
interface Layout {
  size: number;
  seconds: number;
  wide: boolean;
}
const NARROW: Layout = { size: 384, seconds: 340, wide: false };
const WIDE: Layout = { size: 400, seconds: 344, wide: true };
const WIDE_MACHINES: readonly string[] = ['arm64', 'riscv64', 'loong64'];
const LAYOUT = WIDE_MACHINES.includes(process.arch) ? WIDE : NARROW;
const LITTLE = endianness() === 'LE';

const PID = 4;
const TEXTS = { line: [8, 32], id: [40, 4], user: [44, 32], host: [76, 256] } as const;
type TextField = keyof typeof TEXTS;

/** The size of one record, in bytes. */
export const RECORD_SIZE = LAYOUT.size;

/** One record, as a view of its bytes. */
class LoginRecord {
  readonly bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Buffer = Buffer.alloc(LAYOUT.size)) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get type(): number {
    return this.#view.getInt16(0, LITTLE);
  }
  set type(type: number) {
    this.#view.setInt16(0, type, LITTLE);
  }
  get pid(): number {
    return this.#view.getInt32(PID, LITTLE);
  }
  set pid(pid: number) {
    this.#view.setInt32(PID, pid, LITTLE);
  }

  text(field: TextField): string {
    const [offset, length] = TEXTS[field];
    const text = this.bytes.subarray(offset, offset + length);
    const end = text.indexOf(0);
    return text.toString('latin1', 0, end < 0 ? length : end);
  }

  setText(field: TextField, text: string): void {
    const [offset, length] = TEXTS[field];
    this.bytes.fill(0, offset, offset + length);
    // A host may fill its field; nothing that reads it needs a NUL behind it.
    this.bytes.write(text, offset, length, 'latin1');
  }

  get seconds(): number {
    return LAYOUT.wide
      ? Number(this.#view.getBigInt64(LAYOUT.seconds, LITTLE))
      : this.#view.getInt32(LAYOUT.seconds, LITTLE);
  }

  /** Milliseconds since the epoch. */
  setTime(milliseconds: number): void {
    const seconds = Math.floor(milliseconds / 1000);
    const micros = Math.floor(milliseconds % 1000) * 1000;
    if (LAYOUT.wide) {
      this.#view.setBigInt64(LAYOUT.seconds, BigInt(seconds), LITTLE);
      this.#view.setBigInt64(LAYOUT.seconds + 8, BigInt(micros), LITTLE);
    } else {
      this.#view.setInt32(LAYOUT.seconds, seconds, LITTLE);
      this.#view.setInt32(LAYOUT.seconds + 4, micros, LITTLE);
    }
  }
}

function systemRecord(type: number, pid: number, user: string, nowMs: number): LoginRecord {
  const record = new LoginRecord();
  record.type = type;
  record.pid = pid;
  record.setText('line', '~');
  record.setText('id', '~~');
  record.setText('user', user);
  record.setText('host', release());
  record.setTime(nowMs);
  return record;
}

function readRecords(path: string): LoginRecord[] {
  const bytes = readFileSync(path);
  const records: LoginRecord[] = [];
  for (let at = 0; at + LAYOUT.size <= bytes.length; at += LAYOUT.size) {
    records.push(new LoginRecord(bytes.subarray(at, at + LAYOUT.size)));
  }
  return records;
}

// --- run levels -------------------------------------------------------------------------------------------------------

export interface Runlevel {
  /** One character. */
  level: string;
  /** `N` when there was none. */
  previous: string;
}

/** The run level in a file of records; null when it has none, or only that of a boot before this. Throws when it cannot be read. */
export function readRunlevel(path: string): Runlevel | null {
  const records = readRecords(path);
  const last = records.findLast(({ type }) => type === TYPE.runlevel);
  const boot = records.findLast(({ type }) => type === TYPE.boot);
  const stale = last && boot && boot.seconds > last.seconds;
  // Two characters; any other value is damage.
  const level = (last?.pid ?? 0) & 0xff;
  const previous = ((last?.pid ?? 0) >> 8) & 0xff;
  if (stale || level === 0) return null;
  return {
    level: String.fromCharCode(level),
    previous: previous === 0 ? 'N' : String.fromCharCode(previous),
  };
}

/**
 * Records a change of the run level. In a file whose last level is not `previous`, the machine has been booted without a
 * record of that, which is made first. Skips a file that cannot be written, and a wtmp that does not exist.
 */
export function recordRunlevel(files: LoginFiles, { level, previous }: Runlevel, nowMs: number): void {
  const code = level.charCodeAt(0) + 256 * (previous === 'N' ? 0 : previous.charCodeAt(0));
  const records = (path: string): LoginRecord[] => {
    const known = quietly(() => readRunlevel(path))?.level ?? null;
    const change = systemRecord(TYPE.runlevel, code, 'runlevel', nowMs);
    return known === previous ? [change] : [systemRecord(TYPE.boot, 0, 'reboot', nowMs), change];
  };
  quietly(() => {
    // Made before anything is known of it.
    createUtmp(files.utmp);
    for (const record of records(files.utmp)) replaceRecord(files.utmp, record);
  });
  quietly(() => appendRecords(files.wtmp, records(files.wtmp)));
}

/** Records that the machine goes down now. */
export function recordShutdown(files: LoginFiles, nowMs: number): void {
  const record = systemRecord(TYPE.runlevel, 0, 'shutdown', nowMs);
  quietly(() => replaceRecord(files.utmp, record));
  quietly(() => appendRecords(files.wtmp, [record]));
}

// --- logins -----------------------------------------------------------------------------------------------------------

/** The terminals with a login, without `/dev/`. */
export function loginLines(path: string): string[] {
  const records = quietly(() => readRecords(path)) ?? [];
  return records.filter(({ type }) => type === TYPE.user).map((record) => record.text('line'));
}

/** Marks the records of processes that have ended, and notes the end of their logins in wtmp. */
export function markDead(files: LoginFiles, pids: ReadonlySet<number>, nowMs: number): void {
  const records = quietly(() => readRecords(files.utmp)) ?? [];
  for (const [index, record] of records.entries()) {
    if (!pids.has(record.pid) || record.type <= TYPE.boot || record.type >= TYPE.dead) continue;
    record.type = TYPE.dead;
    record.setText('user', '');
    record.setText('host', '');
    // In this order: a process that is killed in between does both again, and skips neither.
    record.setTime(nowMs);
    quietly(() => appendRecords(files.wtmp, [record]));
    record.setTime(0);
    quietly(() => writeAt(files.utmp, index, record));
  }
}

// --- files ------------------------------------------------------------------------------------------------------------

/** Failures are ignored: a machine without these files works all the same. */
function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** utmp lies in memory: after a boot it has to be created, with its group. */
function createUtmp(path: string): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  quietly(() => {
    const fd = openSync(path, flags, 0o664);
    const group = /^utmp:[^:]*:(\d+):/m.exec(quietly(() => readFileSync('/etc/group', 'latin1')) ?? '')?.[1];
    if (group !== undefined) quietly(() => fchownSync(fd, 0, Number(group)));
    closeSync(fd);
  });
}

/** In the place of the record of the same kind, of which there is one, or at the end. */
function replaceRecord(path: string, record: LoginRecord): void {
  const records = readRecords(path);
  const index = records.findIndex(({ type }) => type === record.type);
  writeAt(path, index < 0 ? records.length : index, record);
}

function writeAt(path: string, index: number, record: LoginRecord): void {
  const fd = openSync(path, 'r+');
  try {
    writeSync(fd, record.bytes, 0, LAYOUT.size, index * LAYOUT.size);
  } finally {
    closeSync(fd);
  }
}

/**
 * Only to a file that exists: the administrator creates wtmp. Each record in one write, which others cannot come between. What
 * is left of one that was torn is cut off, as everything that came behind it could not be read.
 */
function appendRecords(path: string, records: readonly LoginRecord[]): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND);
  try {
    const { size } = fstatSync(fd);
    if (size % LAYOUT.size !== 0) ftruncateSync(fd, size - (size % LAYOUT.size));
    for (const { bytes } of records) writeSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
}
