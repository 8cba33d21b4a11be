import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { OLDEST } from './migrations.ts';
import { FORMAT } from './records.ts';
import { describeShape } from './testing/shape.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const WHAT_TO_DO = `
The shape of what the daemon saves has changed, so a daemon of before and one of now do not read each other's state.
- If a release has written format ${FORMAT}: keep a state of it (as in src/state/format-5), raise FORMAT in records.ts, write the way from
  ${FORMAT} to ${FORMAT + 1} in migrations.ts with its test, and run this test again: it makes shape-${FORMAT + 1}.txt.
- If none has: have the way from ${FORMAT - 1} to ${FORMAT} in migrations.ts give what is new a good value (fields of JobDefinition get theirs
  from emptyDefinition), and bring shape-${FORMAT}.txt up to date by: npx vitest run packages/daemon/src/state/shape.test.ts -u
`;

it('the shape of saved state is that of its format', async () => {
  const shape = describeShape(here('store.ts'), 'Recovered');
  await expect(shape, WHAT_TO_DO).toMatchFileSnapshot(here(`shape-${FORMAT}.txt`));
}, 300_000);

it('of each older format that can be read a state is kept', () => {
  for (let format = OLDEST; format < FORMAT; format++) {
    expect(readdirSync(here(`format-${format}`)), `format ${format}`).toEqual(
      expect.arrayContaining([expect.stringMatching(/^snapshot-/), expect.stringMatching(/^journal-/)]),
    );
  }
});
