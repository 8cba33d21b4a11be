import { describe, expect, it } from 'vitest';
import type { Call } from './command.ts';
import { requirePlace } from './picture-output.ts';

/** A call whose standard output is a terminal or not. */
function call(isTerminal: boolean, output?: string): Call<{ output?: string | undefined }> {
  const context = { terminal: { out: isTerminal, err: false, columns: 80 } };
  return { options: { output }, context } as unknown as Call<{ output?: string | undefined }>;
}

describe('a picture', () => {
  it('is not written on a terminal', () => {
    expect(() => requirePlace(call(true), 'plot')).toThrow(
      'a picture is not for a terminal: write it to a file, `upstart plot -o plot.svg`',
    );
  });

  it.each([
    ['into a pipe', call(false)],
    ['into a file', call(true, 'x.svg')],
  ])('is written %s', (_, given) => expect(() => requirePlace(given, 'plot')).not.toThrow());
});
