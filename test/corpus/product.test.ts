/**
 * The same real job files, loaded by the built product and looked at through initctl, byte for byte (UPSTART_CORPUS).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const corpus = process.env.UPSTART_CORPUS;
const title =
  corpus === undefined ? 'the corpus in the product (UPSTART_CORPUS does not name one)' : `corpus ${corpus}`;

/** Lines that are not indented begin a block; blocks sorted by byte value, as the recordings are. */
function sortedBlocks(text: string): string {
  const blocks = text.split(/\n(?! |$)/).map((block) => block.replace(/\n$/, ''));
  return `${blocks.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join('\n')}\n`;
}

describe.skipIf(corpus === undefined)(title, () => {
  const jobs = join(corpus ?? '', 'jobs');
  let session: Session;
  beforeAll(async () => {
    session = await Session.start({ options: ['--confdir', jobs, '--no-startup-event'] });
  });
  afterAll(() => session.kill());

  test('what init says of the files', async () => {
    const recorded = readFileSync(`${corpus}/errors.txt`, 'utf8');
    const ofFiles = (): string => session.said.replace(/^Session at .*\n/m, '').replaceAll(`${jobs}/`, '');
    await eventually('all is said', () => ofFiles().length >= recorded.length);
    expect(sortedBlocks(ofFiles())).toBe(recorded);
  });

  test.each([
    [['list'], 'list.txt', 0],
    [['show-config'], 'show-config.txt', 0],
    [['show-config', '-e'], 'show-config-e.txt', 0],
    [['check-config'], 'check-config.txt', 1],
  ])('initctl %j', async (words, recorded, status) => {
    const outcome = await session.run('initctl', ...words);
    expect(outcome.status).toBe(status);
    expect(sortedBlocks(outcome.stdout)).toBe(readFileSync(join(corpus ?? '', recorded), 'utf8'));
  });
});
