/** The boots take minutes: `npm test` only says why they are not run, or how they are. */
import { test } from 'vitest';
import { KINDS, whyNot } from './requirements.ts';

for (const kind of KINDS) {
  const reason = whyNot(kind) ?? `it takes minutes: node test/boot/run.mjs ${kind}`;
  test.skip(`a Debian boots, as ${kind} (skipped: ${reason})`, () => {});
}
