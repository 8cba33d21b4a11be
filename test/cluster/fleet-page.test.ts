/** The page of the fleet in the dashboard: hosts as they are, in a browser. Where there is no cluster.conf there is no such page. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hasNatsServer } from '../../packages/cluster/src/testing/nats-servers.ts';
import { SessionInit } from '../control/session-init.ts';
import { BrowserPage, HAS_CHROMIUM } from '../dashboard/browser.ts';
import { RunningGateway } from '../dashboard/gateway.ts';
import { eventually } from '../eventually.ts';
import { ClusterWorld } from './world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures of the page go, for people to look at; none without it. */
const PICTURES = process.env.UPSTART_PICTURES;
const PATH = '/api/v1/fleet';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function gatewayOf(session: SessionInit): Promise<RunningGateway> {
  const gateway = await RunningGateway.start(session, '--listen', '0');
  ends.push(() => gateway.end());
  return gateway;
}

async function pageOf(gateway: RunningGateway): Promise<BrowserPage> {
  const browser = await BrowserPage.open(gateway.url);
  ends.push(() => browser.close());
  return browser;
}

describe.skipIf(!hasNatsServer || !HAS_CHROMIUM)('the page of the fleet', () => {
  it('shows hosts, what has failed, leases and drained hosts', async () => {
    const world = await ClusterWorld.start();
    ends.push(() => world.end());
    const hosts = await Promise.all(['a', 'b', 'c'].map((name) => world.host(name, 'fleet read\nlabel zone=eu')));
    const [a, b, c] = hosts as [(typeof hosts)[0], (typeof hosts)[0], (typeof hosts)[0]];
    b.job('bad', 'exec false\n');
    b.job('db', 'cluster one main\nexec sleep 1000\n');
    for (const job of ['bad', 'db']) {
      await eventually('the job', () => b.asks((client) => client.call('config', { job })).catch(() => null));
      await b.asks((client) => client.call('start', { job, env: [], wait: job === 'db' })).catch(() => {});
    }
    const gateway = await gatewayOf(a.session);
    expect((await gateway.ask('/api/v1/version')).json()).toMatchObject({ hasFleet: true });
    await eventually('three hosts', async () => {
      const { hosts: found } = (await gateway.ask(PATH)).json() as { hosts: { answers: boolean }[] };
      return found.filter(({ answers }) => answers).length === 3;
    });
    const found = await eventually('the failure is known', async () => {
      const fleet = (await gateway.ask(PATH)).json();
      return fleet.jobs[0]?.health === 'failed' && fleet;
    });
    expect(found.leases).toEqual([{ lease: 'main', host: 'b' }]);
    expect(found.jobs[0]).toMatchObject({ host: 'b', job: 'bad', health: 'failed' });
    process.kill(c.session.pid, 'SIGKILL');
    expect((await a.session.run('upstart', 'fleet', 'drain', 'a')).status).toBe(0);
    const browser = await pageOf(gateway);
    const { page } = browser;
    await page.getByRole('link', { name: 'Fleet' }).waitFor();
    await browser.go('#/fleet', 'Fleet');
    const row = (name: string) =>
      page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
    await row('c').getByText('no answer').waitFor();
    await row('a').getByText('drained by cluster host a').waitFor();
    expect(await row('b').first().textContent()).toMatch(/● answers11mainzone=eu/);
    expect(await row('bad').textContent()).toContain('terminated with status 1');
    const views = [
      { name: 'wide', width: 1280, height: 800, colorScheme: 'light' },
      { name: 'narrow', width: 400, height: 800, colorScheme: 'dark' },
    ] as const;
    for (const { name, width, height, colorScheme } of views) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      if (PICTURES !== undefined) {
        mkdirSync(PICTURES, { recursive: true });
        await page.screenshot({ path: join(PICTURES, `Fleet-${name}-${colorScheme}.png`) });
      }
      const { violations } = (await page.evaluate(`${AXE}; axe.run()`)) as { violations: { id: string }[] };
      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
    await world.servers.remove();
    await page.getByRole('alert').filter({ hasText: 'The hosts cannot be asked' }).waitFor();
    expect(browser.wrongs).toEqual([]);
  });

  it('is not there without a cluster.conf', async () => {
    const session = await SessionInit.start();
    ends.push(async () => {
      await session.end();
      session.remove();
    });
    const gateway = await gatewayOf(session);
    const browser = await pageOf(gateway);
    await browser.page.getByRole('link', { name: 'What if' }).waitFor();
    await browser.page.getByRole('status').getByText('live').waitFor();
    expect(await browser.page.getByRole('link', { name: 'Fleet' }).count()).toBe(0);
    const { status, text } = await gateway.ask(PATH);
    expect([status, text]).toEqual([404, expect.stringContaining('this host is in no cluster')]);
  });
});
