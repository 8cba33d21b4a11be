import { expect, it } from 'vitest';
import { run } from '../testing/run.ts';

it.each([
  // One word is the label, whatever follows.
  ['emit --to zone=eu deploy VERSION=3', '--to is for events of the cluster: add --cluster'],
  ['emit deploy --to', 'missing argument: --to'],
  ['emit --to zone=eu', 'missing event'],
  ['emit deploy --timeout 3', '--timeout is for --wait'],
])('rejects %j', async (line, text) => {
  const { status, err } = await run(line, {}, true);
  expect([status, err]).toEqual([2, expect.stringContaining(`upstart: ${text}\n`)]);
});
