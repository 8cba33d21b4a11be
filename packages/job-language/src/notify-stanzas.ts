/** Stanzas about what a main process says of itself (reference: job files §4; jobs §5.3). */
import { oneOf, type Reader } from './arguments.ts';
import type { JobDefinition } from './job-definition.ts';
import type { Lexer } from './lexer.ts';
import { signedNumber } from './numbers.ts';

/** The longest time between two signs of life, in seconds. */
export const MAX_WATCHDOG_S = 86_400;

const EXPECTED = oneOf('none', 'stop', 'fork', 'daemon', 'notify', 'fd');

/** One that has no other use in a process: not its standard ones, nor those of its script and of descriptors that events bring. */
const readyDescriptor: Reader<number> = (lexer) => {
  const number = signedNumber(lexer.word(), 3, 255);
  if (number === null || (number > 5 && number < 16))
    return lexer.fail('Illegal descriptor, expected 3 to 5 or 16 to 255');
  return number;
};

/** `fd` has the number of a descriptor behind it. */
export function expect(lexer: Lexer, job: JobDefinition): void {
  const expected = EXPECTED(lexer);
  const fd = expected === 'fd' ? readyDescriptor(lexer) : 0;
  lexer.endOfStanza();
  job.expect = expected;
  job.expectFd = fd;
}
