import { expect, test } from 'vitest';
import { whyUnsafe } from './servers.ts';

test.each(['2.10.0', '2.10.27', '2.15.1', '3.0.0-beta.1'])('several servers of %s are safe', (version) => {
  expect(whyUnsafe({ version, cluster: 'c' })).toBeNull();
});

test.each(['2.9.10', '2.9.25', '1.12.0'])('several servers of %s are not', (version) => {
  expect(whyUnsafe({ version, cluster: 'c' })).toContain(`nats-server ${version}, of which several may lose events`);
});

test('one server is, whichever it is', () => {
  expect(whyUnsafe({ version: '2.9.10' })).toBeNull();
});
