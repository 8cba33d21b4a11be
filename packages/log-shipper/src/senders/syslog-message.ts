/** Messages of syslog as RFC 5424 has them. */
import { encodeText } from '@upstart/common';
import type { LogRecord } from '../record.ts';

/** With less than this a receiver of datagrams may cut a message off; rsyslog takes 8 KiB by default. */
export const MAX_SYSLOG_TEXT_BYTES = 7 * 1024;

const DAEMON = 3;
/** The number that RFC 5612 has for documentation: nobody has registered one for this program. */
const ENTERPRISE = 32473;
/** As RFC 5424 limits each. */
const MAX_APP_NAME = 48;
const MAX_HOST_NAME = 255;
const MAX_PARAM_NAME = 32;
/** `meta sequenceId` begins again behind it. */
const LAST_SEQUENCE_ID = 2_147_483_647;

export function syslogMessage(record: LogRecord, host: string): Buffer {
  const { job, pid, priority, timeMs, text } = record;
  const head = [
    `<${DAEMON * 8 + priority}>1`,
    timestamp(timeMs),
    plain(host, MAX_HOST_NAME),
    plain(job, MAX_APP_NAME),
    pid > 0 ? String(pid) : '-',
    '-',
    structuredData(record),
  ];
  return Buffer.concat([encodeText(`${head.join(' ')} `), encodeText(text)]);
}

/** `2026-11-29T01:16:36.123456Z` */
function timestamp(timeMs: number): string {
  const micros = Math.round(timeMs * 1000);
  const seconds = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, -'.000Z'.length);
  return `${seconds}.${String(micros % 1e6).padStart(6, '0')}Z`;
}

function structuredData({ job, instance, labels, sequence }: LogRecord): string {
  const params = [
    ...[`job="${quoted(job)}"`, `sequence="${sequence}"`],
    ...(instance === '' ? [] : [`instance="${quoted(instance)}"`]),
    ...labels.map((label) => {
      const at = label.indexOf('=');
      return `${plain(label.slice(0, at), MAX_PARAM_NAME)}="${quoted(label.slice(at + 1))}"`;
    }),
  ];
  return `[meta sequenceId="${(sequence % LAST_SEQUENCE_ID) + 1}"][upstart@${ENTERPRISE} ${params.join(' ')}]`;
}

/** Of printable ASCII characters, which is all that the head may have. */
function plain(text: string, most: number): string {
  return text.replaceAll(/[^!-~]|[="\]]/g, '_').slice(0, most) || '-';
}

function quoted(text: string): string {
  return text.replaceAll(/["\\\]]/g, '\\$&');
}
