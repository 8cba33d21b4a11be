/** The pages of docs/guide, followed step by step: each command prints the lines that the page shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../session/product.ts';
import { isAsShown, stepsOf } from './page.ts';
import { Reader } from './reader.ts';

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
      const output = background ? await reader.startInit(command) : await reader.execute(command);
      if (!isAsShown(output, expected, reader.home))
        expect(output.join('\n'), `${name}:${line}: ${command}`).toBe(expected.join('\n'));
    }
  });
});
