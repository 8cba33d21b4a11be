/** The page while what it follows goes away and comes back. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { daemonWith } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { BrowserPage, HAS_CHROMIUM } from './browser.ts';
import { RunningGateway } from './gateway.ts';

const JOBS = {
  counts: 'script\n  i=0\n  while true; do i=$((i+1)); echo line $i; sleep 0.05; done\nend script\n',
};

describe.skipIf(!HAS_CHROMIUM)('a page (skipped without chromium)', () => {
  let session: SessionInit;
  let gateway: RunningGateway;
  let browser: BrowserPage;
  let page: Page;
  beforeAll(async () => {
    session = await SessionInit.start({ jobs: JOBS });
    gateway = await RunningGateway.start(session, '--listen', '0');
    browser = await BrowserPage.open(gateway.url);
    page = browser.page;
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.end();
    await session?.end();
    session?.remove();
  });
  afterEach(() => expect(browser.wrongs.splice(0)).toEqual([]));

  it('resumes without a reload and without a missed event or line when the daemon and the gateway are killed', async () => {
    await page.evaluate('window.isSame = true');
    await session.run('initctl', 'start', 'counts');
    await browser.job('counts');
    const log = page.getByRole('log');
    const lines = async (): Promise<string[]> => ((await log.textContent()) ?? '').trim().split('\n');
    await log.getByText('line 5', { exact: false }).waitFor();
    process.kill(daemonWith(`HOME=${session.home}`) as number, 'SIGKILL');
    await session.run('initctl', 'emit', 'while-the-daemon-comes-back');
    const { port } = gateway;
    await gateway.end('SIGKILL');
    await page.getByText('connection lost').waitFor();
    await session.run('initctl', 'emit', 'while-the-gateway-is-away');
    const count = (await lines()).length;
    gateway = await RunningGateway.start(session, '--listen', String(port));
    await page.locator('header').getByText('live').waitFor();
    await eventually(async () => (await lines()).length > count + 20);
    const all = (await lines()).map((line) => Number(line.replace('line ', '')));
    expect(all).toEqual(all.map((_, at) => (all[0] as number) + at));
    await session.run('initctl', 'stop', 'counts');
    await page.getByText(/counts stop\/waiting/).waitFor();
    await browser.go('#/events', 'Events');
    for (const event of ['while-the-daemon-comes-back', 'while-the-gateway-is-away'])
      expect(await page.getByRole('listitem').filter({ hasText: event }).count(), event).toBe(1);
    expect(await page.evaluate('window.isSame')).toBe(true);
  });

  it('follows nothing while it is hidden, and catches up when it is shown', async () => {
    const turn = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await session.run('initctl', 'start', 'counts');
    await browser.job('counts');
    const log = page.getByRole('log');
    const last = async (): Promise<number> => Number(/(\d+)\s*$/.exec((await log.textContent()) ?? '')?.[1] ?? 0);
    await eventually(async () => (await last()) > 0);
    await turn(true);
    const open = page.waitForRequest(/logs\/follow\?lines=\d+&after=/);
    const before = await last();
    await session.run('initctl', 'emit', 'while-it-is-hidden');
    await turn(false);
    await open;
    await eventually(async () => (await last()) > before + 20);
    const run = ((await log.textContent()) ?? '')
      .trim()
      .split('\n')
      .map((line) => Number(line.replace('line ', '')));
    const own = run.slice(run.lastIndexOf(1));
    expect(own).toEqual(own.map((_, at) => (own[0] as number) + at));
    await session.run('initctl', 'stop', 'counts');
    await browser.go('#/events', 'Events');
    const heard = page.getByRole('listitem').filter({ hasText: 'while-it-is-hidden' });
    await heard.waitFor();
    expect(await heard.count()).toBe(1);
  });
});
