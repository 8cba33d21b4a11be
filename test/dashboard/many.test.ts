/** The page with 10,000 jobs: it renders what is visible, and looks up what has changed. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentOf } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { BrowserPage, HAS_CHROMIUM } from './browser.ts';
import { RunningGateway } from './gateway.ts';

const COUNT = 10_000;
/** Rows that are rendered at most: those of the window and a few around it. */
const MAX_ROWS = 60;

describe.skipIf(!HAS_CHROMIUM)('10,000 jobs (skipped without chromium)', () => {
  let session: SessionInit;
  let gateway: RunningGateway;
  let browser: BrowserPage;
  let page: Page;
  let residentBefore = 0;
  beforeAll(async () => {
    const names = Array.from({ length: COUNT }, (_, at) => `job-${String(at).padStart(5, '0')}`);
    session = await SessionInit.start({ jobs: Object.fromEntries(names.map((name) => [name, 'exec sleep 1000\n'])) });
    gateway = await RunningGateway.start(session, '--listen', '0');
    residentBefore = residentOf(gateway.pid);
    browser = await BrowserPage.open(gateway.url);
    page = browser.page;
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.end();
    await session?.end();
    session?.remove();
  });

  const rendered = () => page.locator('.body .row').count();

  it('shows a window of them, wherever it is scrolled to, and finds one by its name', async () => {
    await page.getByText(`all ${COUNT}`).waitFor();
    expect(await rendered()).toBeLessThan(MAX_ROWS);
    await page.locator('.rows').evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await page.getByRole('link', { name: 'job-09999' }).waitFor();
    expect(await rendered()).toBeLessThan(MAX_ROWS);
    await page.getByLabel('Search').fill('job-04711');
    await eventually('one is found', async () => (await rendered()) === 1);
    await session.run('initctl', 'start', 'job-04711');
    await page.locator('.body .mark', { hasText: 'running' }).waitFor();
    const timing = await page.evaluate(
      'performance.getEntriesByType("paint").map(({ name, startTime }) => name + " " + startTime)',
    );
    if (process.env.UPSTART_PICTURES)
      console.log('first paint', timing, 'KiB', residentBefore, residentOf(gateway.pid));
  });

  it('looks up one job when one has changed, not all', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await session.run('initctl', 'stop', 'job-04711');
    await page.locator('.body .mark', { hasText: 'stopped' }).waitFor();
    expect(new Set(asked)).toEqual(new Set(['/api/v1/jobs/job-04711']));
  });
});
