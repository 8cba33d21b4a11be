/** The page with 10,000 jobs: it renders what is visible, and looks up what has changed. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { HAS_CHROMIUM } from './browser.ts';
import { withOpenedPage } from './opened-page.ts';

const COUNT = 10_000;
/** Rows that are rendered at most: those of the window and a few around it. */
const MAX_ROWS = 60;

describe.skipIf(!HAS_CHROMIUM)('10,000 jobs (skipped without chromium)', () => {
  const names = Array.from({ length: COUNT }, (_, at) => `job-${String(at).padStart(5, '0')}`);
  const opened = withOpenedPage(Object.fromEntries(names.map((name) => [name, 'exec sleep 1000\n'])));

  const rendered = () => opened.page.locator('.body .row').count();

  it('shows a window of them, wherever it is scrolled to, and finds one by its name', async () => {
    await opened.page.getByText(`all ${COUNT}`).waitFor();
    expect(await rendered()).toBeLessThan(MAX_ROWS);
    await opened.page.locator('.rows').evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await opened.page.getByRole('link', { name: 'job-09999' }).waitFor();
    expect(await rendered()).toBeLessThan(MAX_ROWS);
    await opened.page.getByLabel('Search').fill('job-04711');
    await eventually('one is found', async () => (await rendered()) === 1);
    await opened.session.run('initctl', 'start', 'job-04711');
    await opened.page.locator('.body .mark', { hasText: 'running' }).waitFor();
  });

  it('looks up one job when one has changed, not all', async () => {
    const asked: string[] = [];
    opened.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await opened.session.run('initctl', 'stop', 'job-04711');
    await opened.page.locator('.body .mark', { hasText: 'stopped' }).waitFor();
    expect(new Set(asked)).toEqual(new Set(['/api/v1/jobs/job-04711']));
  });
});
