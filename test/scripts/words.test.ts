import { expect, test } from 'vitest';
import { complaintsAbout } from '../../scripts/words.mjs';

test.each([
  'It goes on over a restart.',
  'the state is gone on with',
  'what is missing is said',
  'The client is told.',
  'all save for the last one',
  'unknown words are passed over',
  'waited in vain',
  'has come to rest',
])('%s', (text) =>
  expect(complaintsAbout('a.ts', `first\n// ${text}`)).toEqual([expect.stringMatching(/^a\.ts:2: `/)]),
);

test('other uses of the words are allowed', () => {
  const text = '// The rest is saved for later; go only on Mondays; the log says so; pass it to the next; it told us.';
  expect(complaintsAbout('a.ts', text)).toEqual([]);
});
