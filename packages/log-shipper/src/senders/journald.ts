/** The native protocol of systemd's journal: a datagram of fields for each entry. */
import { encodeText } from '@upstart/common';
import type { LogRecord } from '../record.ts';
import { UnixDatagrams } from './datagrams.ts';
import type { Sender } from './sender.ts';

const NEWLINE = 10;
const MAX_TEXT_BYTES = 1024 * 1024;

export class JournaldSender implements Sender {
  readonly maxTextBytes = MAX_TEXT_BYTES;
  readonly #datagrams: UnixDatagrams;

  /** `helper`: the program unix-datagram; `path`: journald's socket. */
  constructor(helper: string, path: string) {
    this.#datagrams = new UnixDatagrams(helper, path);
  }

  send(records: readonly LogRecord[]): Promise<void> {
    return this.#datagrams.send(records.map(journalEntry));
  }

  close(): void {
    this.#datagrams.close();
  }
}

export function journalEntry(record: LogRecord): Buffer {
  const { job, instance, labels, text, timeMs, pid, sequence, priority } = record;
  const fields: [string, string | number][] = [
    ['MESSAGE', text],
    ['PRIORITY', priority],
    ['SYSLOG_FACILITY', DAEMON],
    ['SYSLOG_IDENTIFIER', job],
    ['UPSTART_JOB', job],
    ['UPSTART_TIMESTAMP', Math.round(timeMs * 1000)],
    ['UPSTART_SEQUENCE', sequence],
  ];
  if (instance !== '') fields.push(['UPSTART_INSTANCE', instance]);
  if (pid > 0) fields.push(['SYSLOG_PID', pid], ['OBJECT_PID', pid]);
  for (const label of labels) {
    const at = label.indexOf('=');
    fields.push([fieldName(label.slice(0, at)), label.slice(at + 1)]);
  }
  return Buffer.concat(fields.map(([name, value]) => fieldBytes(name, encodeText(String(value)))));
}

const OWN = /^(?:MESSAGE|PRIORITY|SYSLOG_.*|UPSTART_.*|OBJECT_PID)$/;

/** The facility of syslog. */
const DAEMON = 3;
/** The longest name that journald takes. */
const MAX_NAME = 64;

/** As journald takes it: no small letter, none of its own fields, which begin with `_`, and none that the entry has anyway. */
function fieldName(key: string): string {
  const name = key
    .toUpperCase()
    .replaceAll(/[^A-Z0-9_]/g, '_')
    .replace(/^_+/, '');
  return (/^[A-Z]/.test(name) && !OWN.test(name) ? name : `LABEL_${name}`).slice(0, MAX_NAME);
}

function fieldBytes(name: string, value: Buffer): Buffer {
  if (!value.includes(NEWLINE)) return Buffer.concat([Buffer.from(`${name}=`), value, LINE_END]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, LINE_END]);
}

const LINE_END = Buffer.from('\n');
