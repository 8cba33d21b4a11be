import { decodeText, encodeText } from '@upstart/common';
import { expect, test } from 'vitest';
import { type LogRecord, pieces, withoutPriority } from '../record.ts';
import { journalEntry } from './journald.ts';
import { headersOf, otlpLogs } from './otlp.ts';
import { syslogMessage } from './syslog-message.ts';

const RECORD: LogRecord = {
  ...{ job: 'web', instance: 'one', labels: ['env=prod', 'team name=a "b" \\ ]'], text: 'grüezi', pid: 4711 },
  ...{ timeMs: Date.parse('2026-11-29T01:16:36.123Z') + 0.456, sequence: 7, priority: 3 },
};
const BYTES = decodeText(Buffer.from([0x61, 0xff, 0x62]));

test('a priority before a line', () => {
  expect(withoutPriority('<3>it fails')).toEqual({ priority: 3, text: 'it fails' });
  for (const text of ['<8>a', '<b>', '< 3>', 'plain', '<'])
    expect(withoutPriority(text)).toEqual({ priority: 6, text });
});

test('a long text is divided between characters, and nothing is lost', () => {
  const text = `${'ü'.repeat(10)}${BYTES}😀`;
  for (const most of [4, 5, 7, 100]) {
    const all = pieces(text, most);
    expect(all.join('')).toBe(text);
    expect(Math.max(...all.map((piece) => encodeText(piece).length))).toBeLessThanOrEqual(most);
  }
  expect(pieces('abc', 3)).toEqual(['abc']);
  expect(pieces('abcd', 3)).toEqual(['abc', 'd']);
});

test('a message of syslog', () => {
  expect(syslogMessage(RECORD, 'host a').toString()).toBe(
    '<27>1 2026-11-29T01:16:36.123456Z host_a web 4711 - [meta sequenceId="8"][upstart@32473 job="web" sequence="7" instance="one" env="prod" team_name="a \\"b\\" \\\\ \\]"] grüezi',
  );
  const { length } = syslogMessage({ ...RECORD, job: 'ü'.repeat(60), pid: 0, text: BYTES }, '');
  expect(length).toBeGreaterThan(100);
  expect([...syslogMessage({ ...RECORD, text: BYTES }, 'h').subarray(-3)]).toEqual([0x61, 0xff, 0x62]);
});

test('an entry of the journal', () => {
  const entry = journalEntry({
    ...RECORD,
    instance: '',
    labels: ['env=prod', '_x.1=a', '__=b', 'message=c'],
  }).toString();
  expect(entry.split('\n')).toEqual([
    ...['MESSAGE=grüezi', 'PRIORITY=3', 'SYSLOG_FACILITY=3', 'SYSLOG_IDENTIFIER=web', 'UPSTART_JOB=web'],
    ...['UPSTART_TIMESTAMP=1795914996123456', 'UPSTART_SEQUENCE=7', 'SYSLOG_PID=4711', 'OBJECT_PID=4711'],
    ...['ENV=prod', 'X_1=a', 'LABEL_=b', 'LABEL_MESSAGE=c', ''],
  ]);
});

test('a value of several lines has its length in front', () => {
  const bytes = journalEntry({ ...RECORD, text: 'a\nb' });
  const at = bytes.indexOf('MESSAGE\n') + 'MESSAGE\n'.length;
  expect(bytes.readBigUInt64LE(at)).toBe(3n);
  expect(bytes.subarray(at + 8, at + 12).toString()).toBe('a\nb\n');
});

test('a request of OpenTelemetry', () => {
  const body = JSON.parse(
    JSON.stringify(otlpLogs([RECORD, { ...RECORD, sequence: 8, text: BYTES, priority: 6 }], 'h')),
  );
  expect(body.resourceLogs).toHaveLength(1);
  const [{ resource, scopeLogs }] = body.resourceLogs;
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'web' } });
  expect(resource.attributes).toContainEqual({ key: 'service.instance.id', value: { stringValue: 'one' } });
  expect(resource.attributes).toContainEqual({ key: 'env', value: { stringValue: 'prod' } });
  const [first, second] = scopeLogs[0].logRecords;
  expect(first).toMatchObject({
    ...{ timeUnixNano: '1795914996123456000', severityNumber: 17, severityText: 'ERROR' },
    body: { stringValue: 'grüezi' },
    attributes: [
      { key: 'log.record.sequence', value: { intValue: '7' } },
      { key: 'process.pid', value: { intValue: '4711' } },
    ],
  });
  expect(second.body.stringValue).toBe('a\ufffdb');
});

test('a file of headers', () => {
  expect(headersOf('# secret\nAuthorization: Bearer a:b \n\nX-Scope:1\nno colon\n: x\n')).toEqual({
    authorization: 'Bearer a:b',
    'x-scope': '1',
  });
});
