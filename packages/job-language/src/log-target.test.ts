import { expect, test } from 'vitest';
import type { JobFileError } from './job-file-error.ts';
import { MAX_LOG_LABELS, MAX_LOG_TARGETS, namedLogTarget, targetOfText } from './log-target.ts';
import { parseJob } from './parse-job.ts';

const job = (text: string) => parseJob(text, { name: 'web', path: 'web.conf' });
const fault = (text: string): string => {
  try {
    job(text);
    return 'accepted';
  } catch (error) {
    return (error as JobFileError).message;
  }
};

test.each([
  ['journald', 'journald /run/systemd/journal/socket'],
  ['journald /run/j', 'journald /run/j'],
  ['syslog', 'syslog unix:/dev/log'],
  ['syslog unix:/run/log', 'syslog unix:/run/log'],
  ['syslog udp://logs', 'syslog udp://logs:514'],
  ['syslog tcp://logs', 'syslog tcp://logs:601'],
  ['syslog tls://[::1]', 'syslog tls://[::1]:6514'],
  ['syslog tcp://logs:80', 'syslog tcp://logs:80'],
  ['otlp', 'otlp http://127.0.0.1:4318/v1/logs'],
  ['otlp https://logs.example.org', 'otlp https://logs.example.org/v1/logs'],
  ['otlp http://[::1]:4318/own', 'otlp http://[::1]:4318/own'],
  ['central', 'central'],
  ['none', 'none'],
])('log to %s', (words, text) => {
  expect(job(`log to ${words}\n`).logTo).toEqual([text]);
  const target = targetOfText(text);
  expect(target === null ? text : `${target.kind} ${target.location}`).toBe(text);
});

test.each([
  ['log to', 'Expected token'],
  ['log to journald run', 'Illegal location, expected the path of a socket'],
  [`log to journald /${'x'.repeat(107)}`, 'Illegal location, expected the path of a socket'],
  ['log to syslog http://x', 'Illegal location, expected unix:PATH, udp://HOST[:PORT]'],
  ['log to syslog tcp://logs:0', 'Illegal location'],
  ['log to syslog tcp://logs:70000', 'Illegal location'],
  ['log to syslog tcp://user@logs', 'Illegal location'],
  ['log to otlp ftp://x', 'Illegal location, expected http://HOST[:PORT][/PATH] or https://'],
  ['log to otlp http://me:secret@x/', 'Illegal location'],
  ['log to sylog tcp://logs', 'Illegal target, expected journald, syslog, otlp, none or a name of upstart.conf'],
  ['log to journald /x y', 'Unexpected token'],
  ['log to ../x', 'Illegal target, expected journald, syslog, otlp, none or a name of upstart.conf'],
  ['log label', 'Expected token'],
  ['log label env', 'Illegal label, expected KEY=VALUE'],
  ['log label 1=2', 'Illegal label, expected KEY=VALUE'],
  [`log label a=${'x'.repeat(999)}`, 'Illegal label, expected at most 1000 characters'],
  ['log file', 'Unknown stanza'],
  ['log to journald\nconsole none', 'Illegal console, `log to` needs `console log`'],
])('%s', (text, message) => {
  expect(fault(text)).toContain(message);
});

test('targets and labels add up, to a limit', () => {
  const targets = (count: number) => 'log to a\n'.repeat(count);
  const labels = (count: number) => 'log label a=b\n'.repeat(count);
  expect(job(targets(MAX_LOG_TARGETS)).logTo).toHaveLength(MAX_LOG_TARGETS);
  expect(fault(targets(MAX_LOG_TARGETS + 1))).toContain('Too many entries, expected at most 16');
  expect(job(labels(MAX_LOG_LABELS)).logLabels).toHaveLength(MAX_LOG_LABELS);
  expect(fault(labels(MAX_LOG_LABELS + 1))).toContain('Too many entries, expected at most 32');
  expect(job('log label env=prod "team=a b"').logLabels).toEqual(['env=prod', 'team=a b']);
  expect(fault('log to none\nconsole none')).toBe('accepted');
});

test('a target of upstart.conf', () => {
  expect(namedLogTarget('central syslog tls://logs ca=/ca.pem jobs=web,worker* queue=1G label.env=prod')).toEqual({
    ...{ name: 'central', kind: 'syslog', location: 'tls://logs:6514', jobs: ['web', 'worker*'], labels: ['env=prod'] },
    ...{ ca: '/ca.pem', cert: null, key: null, headers: null, queueBytes: 2 ** 30 },
  });
  expect(namedLogTarget('j journald jobs=')).toMatchObject({ jobs: [], location: '/run/systemd/journal/socket' });
});

test.each([
  ['', 'expected a name in front'],
  ['journald journald', 'expected a name in front'],
  ['x', 'expected journald, syslog, otlp behind the name'],
  ['x loki', 'expected journald, syslog, otlp behind the name'],
  ['x syslog logs', 'illegal location, expected unix:PATH'],
  ['x syslog jobz=a', 'expected jobs=, ca=, cert=, key=, headers=, queue=, label.KEY=, not jobz=a'],
  ['x syslog ca=/a', 'ca: not for syslog unix:/dev/log'],
  ['x syslog headers=/a', 'headers: not for syslog'],
  ['x otlp https://a ca=a', 'ca: expected a path that begins with /'],
  ['x otlp https://a cert=/a', 'cert and key: expected both or none'],
  ['x otlp queue=1023K', 'queue: expected 1M or more'],
  ['x otlp queue=lots', 'queue: expected 1M or more'],
  ['x otlp label.1=a', 'illegal label'],
])('%s: %s', (text, message) => {
  expect(namedLogTarget(text)).toContain(message);
});
