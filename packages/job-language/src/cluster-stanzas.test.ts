import { describe, expect, it } from 'vitest';
import { MAX_CLUSTER_PLACES, MAX_LEASE_NAME, MAX_PREFERRED } from './cluster-stanzas.ts';
import { parseJob } from './parse-job.ts';

const parse = (text: string) => parseJob(text, { name: 'job', path: 'job.conf' });

describe('cluster', () => {
  it.each([
    ['cluster one', { most: 1, group: null, prefer: [] }],
    ['cluster one db.main # comment', { most: 1, group: 'db.main', prefer: [] }],
    [`cluster one ${'g'.repeat(MAX_LEASE_NAME)}`, { most: 1, group: 'g'.repeat(MAX_LEASE_NAME), prefer: [] }],
    ['cluster one prefer disk=ssd host=db1', { most: 1, group: null, prefer: ['disk=ssd', 'host=db1'] }],
    [
      `cluster at most ${MAX_CLUSTER_PLACES} db prefer disk=ssd`,
      { most: MAX_CLUSTER_PLACES, group: 'db', prefer: ['disk=ssd'] },
    ],
    ['cluster one db\ncluster at most 2', { most: 2, group: null, prefer: [] }],
  ])('%s', (text, cluster) => {
    expect(parse(text).cluster).toEqual(cluster);
  });

  it.each([
    ['cluster', 'Expected token'],
    ['cluster two', 'Unknown stanza'],
    ['cluster at', 'Expected token'],
    ['cluster at least 1', 'Unknown stanza'],
    ['cluster at most', 'Expected token'],
    ['cluster at most 0', 'Illegal number, expected 1 to 100'],
    ['cluster at most 101', 'Illegal number, expected 1 to 100'],
    ['cluster one -a', 'Illegal name, expected at most 100 letters, digits, dots, underscores and hyphens'],
    [
      `cluster one ${'g'.repeat(MAX_LEASE_NAME + 1)}`,
      'Illegal name, expected at most 100 letters, digits, dots, underscores and hyphens',
    ],
    ['cluster one a b', 'Illegal word, expected `prefer` or the end of the line'],
    ['cluster one a prefer', 'Expected token'],
    ['cluster one a prefer ssd', 'Illegal label, expected LABEL=VALUE'],
    ['cluster one prefer a=b c', 'Illegal label, expected LABEL=VALUE'],
    [`cluster one prefer${' a=b'.repeat(MAX_PREFERRED + 1)}`, `Too many entries, expected at most ${MAX_PREFERRED}`],
  ])('rejects %s', (text, error) => {
    expect(() => parse(text)).toThrow(error);
  });
});
