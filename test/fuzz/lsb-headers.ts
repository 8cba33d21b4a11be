/** Headers of init scripts, and the order that several of them give. */

import { parseFacilities } from '../../packages/ctl/src/system/rc/facilities.ts';
import { parseLsbHeader } from '../../packages/ctl/src/system/rc/lsb-header.ts';
import { dependencies } from '../../packages/ctl/src/system/rc/order.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';

const SCRIPTS = 3;

export const lsbHeaders: Fuzzer = {
  name: 'lsb-headers',
  inputsInTest: 20_000,
  async run(budget, random) {
    const corpus = new Corpus('lsb-headers');
    let inputs = 0;
    while (budget.take(SCRIPTS)) {
      const texts = Array.from({ length: SCRIPTS }, () => corpus.next(random));
      inputs += SCRIPTS;
      await blaming(Buffer.concat(texts), () => take(texts.map((text) => text.toString('latin1'))));
    }
    return inputs;
  },
};

function take(texts: readonly string[]): void {
  const headers = texts.map(parseLsbHeader);
  for (const header of headers) {
    for (const words of Object.values(header ?? {})) {
      if (!Array.isArray(words)) continue;
      if (!words.every((word) => typeof word === 'string' && /^\S+$/.test(word))) {
        throw new Error(`words: ${JSON.stringify(words)}`);
      }
    }
  }
  const scripts = headers.map((header, i) => ({
    path: `/etc/S${i}`,
    service: `s${i}`,
    action: 'start' as const,
    number: i,
    header,
  }));
  const facilities = parseFacilities(texts[0] as string);
  for (const [at, earlier] of dependencies(scripts, facilities).entries()) {
    if (earlier.some((index) => index >= at)) throw new Error(`script ${at} waits for a later one`);
  }
}
