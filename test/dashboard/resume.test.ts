/** The page while what it follows goes away and comes back. */
import { describe, expect, it } from 'vitest';
import { daemonWith, signal } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { HAS_CHROMIUM } from './browser.ts';
import { RunningGateway } from './gateway.ts';
import { withOpenedPage } from './opened-page.ts';

const JOBS = {
  counts: 'script\n  i=0\n  while true; do i=$((i+1)); echo line $i; sleep 0.05; done\nend script\n',
};

describe.skipIf(!HAS_CHROMIUM)('a page (skipped without chromium)', () => {
  const opened = withOpenedPage(JOBS);

  it('resumes without a reload and without a missed event or line when the daemon and the gateway are killed', async () => {
    await opened.page.evaluate('window.isSame = true');
    await opened.session.run('initctl', 'start', 'counts');
    await opened.browser.job('counts');
    const log = opened.page.getByRole('log');
    const lines = async (): Promise<string[]> => ((await log.textContent()) ?? '').trim().split('\n');
    await log.getByText('line 5', { exact: false }).waitFor();
    signal(daemonWith(`HOME=${opened.session.home}`) as number, 'SIGKILL');
    await opened.session.run('initctl', 'emit', 'while-the-daemon-comes-back');
    const { port } = opened.gateway;
    await opened.gateway.end('SIGKILL');
    await opened.page.getByText('connection lost').waitFor();
    await opened.session.run('initctl', 'emit', 'while-the-gateway-is-away');
    const count = (await lines()).length;
    opened.gateway = await RunningGateway.start(opened.session, '--listen', String(port));
    await opened.page.locator('header').getByText('live').waitFor();
    await eventually(async () => (await lines()).length > count + 20);
    const all = (await lines()).map((line) => Number(line.replace('line ', '')));
    expect(all).toEqual(all.map((_, at) => (all[0] as number) + at));
    await opened.session.run('initctl', 'stop', 'counts');
    await opened.page.getByText(/counts stop\/waiting/).waitFor();
    await opened.browser.go('#/events', 'Events');
    for (const event of ['while-the-daemon-comes-back', 'while-the-gateway-is-away']) {
      const heard = opened.page.getByRole('listitem').filter({ hasText: event });
      await heard.first().waitFor();
      expect(await heard.count(), event).toBe(1);
    }
    expect(await opened.page.evaluate('window.isSame')).toBe(true);
  });

  it('follows nothing while it is hidden, and catches up when it is shown', async () => {
    const turn = (isHidden: boolean) =>
      opened.page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await opened.session.run('initctl', 'start', 'counts');
    await opened.browser.job('counts');
    const log = opened.page.getByRole('log');
    const last = async (): Promise<number> => Number(/(\d+)\s*$/.exec((await log.textContent()) ?? '')?.[1] ?? 0);
    await eventually(async () => (await last()) > 0);
    await turn(true);
    const open = opened.page.waitForRequest(/logs\/follow\?lines=\d+&after=/);
    const before = await last();
    await opened.session.run('initctl', 'emit', 'while-it-is-hidden');
    await turn(false);
    await open;
    await eventually(async () => (await last()) > before + 20);
    const run = ((await log.textContent()) ?? '')
      .trim()
      .split('\n')
      .map((line) => Number(line.replace('line ', '')));
    const own = run.slice(run.lastIndexOf(1));
    expect(own).toEqual(own.map((_, at) => (own[0] as number) + at));
    await opened.session.run('initctl', 'stop', 'counts');
    await opened.browser.go('#/events', 'Events');
    const heard = opened.page.getByRole('listitem').filter({ hasText: 'while-it-is-hidden' });
    await heard.first().waitFor();
    expect(await heard.count()).toBe(1);
  });
});
