import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codePoint } from '../../../test/code-point.ts';
import { PART_OF_TEXT, PROPERTY_RUNS } from '../../../test/effort.ts';
import { BUDGET_MS, expectLinear } from '../../../test/processor-time.ts';
import { JobFileError } from './job-file-error.ts';
import { MAX_JOB_FILE_SIZE, parseJob } from './parse-job.ts';

const parse = (text: string) => parseJob(text, { name: 'job', path: 'job.conf' });

const REAL = `# a job such as people write
description	"OpenSSH server"
author 'Someone <someone@example.org>'
start on (filesystem and net-device-up IFACE!=lo) or \\
         runlevel [2345]
stop on runlevel [!2345]
expect fork
respawn
respawn limit 10 5
umask 022
limit nofile 1024 unlimited
env OPTS="-o \\"quoted\\" -x"
pre-start script
    test -x /usr/sbin/sshd || { stop; exit 0; }
    mkdir -p -m0755 /var/run/sshd
end script
exec /usr/sbin/sshd -D $OPTS # and so on
normal exit 0 TERM
`;

describe('overrides', () => {
  const conf = parse('usage conf\nenv A=1\nlimit core 1 1\nlimit cpu 1 1\nstart on a\ntask\nexec a\npost-stop exec b');
  const before = structuredClone(conf);

  test('replace single settings, add to lists, and leave the definition they add to alone', () => {
    const path = 'job.override';
    const text = 'usage override\nenv A=2\nlimit cpu 2 2\nexec c\nrespawn';
    const job = parseJob(text, { name: 'other', path, into: conf });
    expect(conf).toEqual(before);
    expect(job).toEqual({
      ...conf,
      usage: 'override',
      env: ['A=1', 'A=2'],
      limits: [
        { resource: 'core', soft: '1', hard: '1' },
        { resource: 'cpu', soft: '2', hard: '2' },
      ],
      respawn: true,
      processes: { main: { kind: 'exec', text: 'c' }, 'post-stop': { kind: 'exec', text: 'b' } },
    });
  });

  test('manual forgets the start on of the conf file', () => {
    expect(parseJob('manual', { name: '', path: '', into: conf }).startOn).toBeNull();
  });

  test('a broken one changes nothing and names itself', () => {
    const broken = () => parseJob('usage x\nbad', { name: 'job', path: 'dir/job.override', into: conf });
    expect(broken).toThrow(JobFileError);
    expect(broken).toThrow(expect.objectContaining({ path: 'dir/job.override', line: 2, message: 'Unknown stanza' }));
    expect(conf).toEqual(before);
  });
});

test('errors read as the log has them', () => {
  expect(String(new JobFileError('/x.conf', 3, 'Unknown stanza'))).toBe('/x.conf:3: Unknown stanza');
  expect(String(new JobFileError('/x.conf', null, 'Permission denied'))).toBe(
    '/x.conf: Error while loading configuration file: Permission denied',
  );
});

describe('any text', () => {
  /** Parses, and lets only the refusals pass that parsing is allowed. */
  function parseOrRefuse(text: string): void {
    try {
      parse(text);
    } catch (error) {
      expect(error).toBeInstanceOf(JobFileError);
      const { line } = error as JobFileError;
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(text.split('\n').length);
    }
  }

  test('the sample is a job', () => {
    expect(parse(REAL)).toMatchObject({ env: ['OPTS=-o \\"quoted\\" -x'], normalExit: [0, 3840], expect: 'fork' });
  });

  test('is a job or is refused with a line of its own', () => {
    fc.assert(fc.property(fc.string({ unit: codePoint, maxLength: 200 }), parseOrRefuse));
    const words = [
      'start on',
      'exec',
      'script',
      'end script',
      'env',
      '(',
      ')',
      'and',
      '"',
      "'",
      '\\',
      '\n',
      ' ',
      '\t',
      '#',
    ];
    const pieces = fc.constantFrom(...words, ...'aA=1\0\r', 'limit', 'oom', 'respawn', 'kill', 'cgroup', 'manual');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => parseOrRefuse(parts.join(''))),
      { numRuns: 5 * PROPERTY_RUNS },
    );
  });

  test('as does every text that differs a little from a real one', () => {
    const at = fc.nat(REAL.length);
    const edit = fc.record({ at, remove: fc.nat(20), insert: fc.string({ unit: codePoint, maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        let text = REAL;
        for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
        parseOrRefuse(text);
      }),
      { numRuns: 5 * PROPERTY_RUNS },
    );
  });

  /** Texts of the largest size (in the long form) on which a careless parser would take time that grows with the square of it. */
  test.each([
    ['blank lines', '\n'],
    ['blanks', ' '],
    ['backslashes', '\\'],
    ['continued lines', '\\\n'],
    ['open quotes', 'usage "\n'],
    ['one quote', `usage "${' '.repeat(1000)}\n`],
    ['parentheses', 'start on ('],
    ['blocks', 'script\n end\n'],
    ['the same indentation', `script\n${' '.repeat(500)}x\nend script\n`],
    ['almost ends of blocks', `script\nend ${' '.repeat(500)}`],
    ['many settings', 'env A=b\n'],
    ['many values', 'emits a '],
    ['long numbers', 'nice 9'],
    ['many limits', 'limit core 1 2\n'],
    ['one number', '9'],
  ])('of the largest size takes no more than a moment: %s', (_what, piece) => {
    const text = piece.repeat(Math.floor((PART_OF_TEXT * MAX_JOB_FILE_SIZE) / piece.length));
    for (const start of ['', 'script\n', 'exec ', 'usage x', 'start on (a\n', 'limit core ']) {
      expectLinear(() => parseOrRefuse(start + text), PART_OF_TEXT * BUDGET_MS);
    }
  });
});

describe('a byte-order mark', () => {
  test('in front of the text is accepted', () => {
    expect(parse('\uFEFFtask\nexec a')).toEqual(parse('task\nexec a'));
    expect(parse('\uFEFF# comment\n')).toEqual(parse(''));
  });

  test('is no part of columns, and nothing of the kind elsewhere', () => {
    expect(() => parse('\uFEFF\uFEFFtask')).toThrow('Unknown stanza');
    expect(() => parse('task\n\uFEFFtask')).toThrow('Unknown stanza');
  });
});
