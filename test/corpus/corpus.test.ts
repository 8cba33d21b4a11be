/**
 * Real job files: UPSTART_CORPUS names a folder with `jobs/` and, beside it, the verdicts of the real Upstart 1.13.2.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatCondition } from '../../packages/common/src/condition.ts';
import { Configuration } from '../../packages/daemon/src/conf/configuration.ts';
import type { JobDefinition } from '../../packages/job-language/src/job-definition.ts';

const corpus = process.env.UPSTART_CORPUS;
const title =
  corpus === undefined ? 'the corpus of real job files (UPSTART_CORPUS does not name one)' : `corpus ${corpus}`;

describe.skipIf(corpus === undefined)(title, () => {
  const root = corpus ?? '';
  const jobs = join(root, 'jobs');

  function load() {
    const definitions: JobDefinition[] = [];
    const errors: string[] = [];
    const configuration = new Configuration({
      sources: [jobs],
      debug: false,
      watch: false,
      watcher: null,
      onChange: (_name, definition) => definition && definitions.push(definition),
      onError: (error) => errors.push(`init:${error}`.replace(`${jobs}/`, '')),
      onLog: () => undefined,
    });
    configuration.load();
    return { definitions, errors };
  }

  const recorded = (name: string) => readFileSync(join(root, name), 'utf8');
  const sorted = (blocks: string[]) => {
    const byValue = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    return blocks
      .sort(byValue)
      .map((block) => `${block}\n`)
      .join('');
  };

  test('the files that the original refuses are refused in the same words', () => {
    expect(sorted(load().errors)).toBe(recorded('errors.txt'));
  });

  test('all others are jobs of the same names', () => {
    expect(sorted(load().definitions.map(({ name }) => `${name} stop/waiting`))).toBe(recorded('list.txt'));
  });

  test('with the same events and conditions', () => {
    const blocks = load().definitions.map(({ name, emits, startOn, stopOn }) =>
      [
        name,
        ...emits.map((event) => `  emits ${event}`),
        ...(startOn === null ? [] : [`  start on ${formatCondition(startOn)}`]),
        ...(stopOn === null ? [] : [`  stop on ${formatCondition(stopOn)}`]),
      ].join('\n'),
    );
    expect(sorted(blocks)).toBe(recorded('show-config.txt'));
  });
});
