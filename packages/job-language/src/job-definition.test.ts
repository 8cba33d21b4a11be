import { expect, it } from 'vitest';
import {
  areEqualDefinitions,
  completeDefinition,
  emptyDefinition,
  isSameDefinition,
  type JobDefinition,
} from './job-definition.ts';
import { parseJob } from './parse-job.ts';

const read = (text: string): JobDefinition => parseJob(text, { name: 'job', path: '/etc/init/job.conf' });

/** The state of an older daemon, which did not know `nice` and `umask` and knew a field that is gone. */
function saved(text: string): JobDefinition {
  const { nice: _nice, umask: _umask, unread: _unread, ...known } = read(text);
  return Object.assign(known, { gone: 1 }) as unknown as JobDefinition;
}

it('a saved definition gets the fields that its daemon did not know, and loses those that nobody knows any more', () => {
  const definition = saved('respawn\nexec true\n');
  completeDefinition(definition);
  expect(definition).toEqual({ ...read('respawn\nexec true\n'), unread: ['umask', 'nice'] });
  completeDefinition(definition);
  expect(definition.unread).toEqual(['umask', 'nice']);
});

it.each([
  ['is the same file', 'nice 5\nexec true\n', 'nice 5\nexec true\n', true],
  ['says the same without them', 'exec true\n', 'exec true\n', true],
  ['was edited', 'nice 5\nexec true\n', 'nice 5\nexec false\n', false],
])('a file with fields that were not understood %s', (_, before, now, same) => {
  const definition = saved(before);
  completeDefinition(definition);
  expect(isSameDefinition(definition, read(now))).toBe(same);
});

it('fields that were understood count', () => {
  expect(isSameDefinition(read('nice 5\n'), read('nice 5\n'))).toBe(true);
  expect(isSameDefinition(read('nice 5\n'), read('nice 6\n'))).toBe(false);
});

it('two definitions are equal if all of their fields are, and each field counts', () => {
  const text = 'start on a and b\nenv X=1\nlimit core 1 2\nkill timeout 7\nexec true\n';
  expect(areEqualDefinitions(read(text), read(text))).toBe(true);
  const fields = Object.keys(emptyDefinition('', '')) as (keyof JobDefinition)[];
  for (const field of fields) {
    const other = { ...read(text), [field]: { another: 'value' } };
    expect(areEqualDefinitions(read(text), other), field).toBe(false);
    expect(areEqualDefinitions(other, read(text)), field).toBe(false);
  }
  expect(areEqualDefinitions(read(text), read(text.replace('and', 'or'))), 'inside of a field').toBe(false);
});
