/** The pages of docs/guide, followed step by step: each command prints the lines that the page shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { ROOT } from '../session/product.ts';
import { isAsShown, stepsOf } from './page.ts';
import { Reader } from './reader.ts';

/** Commands that change nothing: what they show may be on its way, as a reader who types is slower. */
const LOOKS = /^(?:upstart|initctl) (?:explain|list|logs|ps|status)\b/;
const GUIDE = join(ROOT, 'docs/guide');
const PAGES = readdirSync(GUIDE).filter((name) => name.endsWith('.md'));

describe.for(PAGES)('%s', (name) => {
  const page = readFileSync(join(GUIDE, name), 'utf8');
  const steps = stepsOf(page);

  it.skipIf(steps.length === 0)('shows the output of its commands', async () => {
    const reader = new Reader();
    onTestFinished(() => reader.end());
    for (const step of steps) {
      if (step.kind === 'file') {
        await reader.write(step);
        continue;
      }
      const { command, background, expected, line } = step;
      let output = background ? await reader.startInit(command) : await reader.execute(command);
      const isRight = (): boolean => isAsShown(output, expected, reader.home);
      if (LOOKS.test(command) && !isRight())
        await eventually('it is as shown', async () => {
          output = await reader.execute(command);
          return isRight();
        }).catch(() => {});
      if (!isRight()) expect(output.join('\n'), `${name}:${line}: ${command}`).toBe(expected.join('\n'));
    }
  });
});
