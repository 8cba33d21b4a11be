/** The page in Debian's Chromium, against a live session. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { HAS_CHROMIUM } from './browser.ts';
import { withOpenedPage } from './opened-page.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures of the page go, for people to look at; none without it. */
const PICTURES = process.env.UPSTART_PICTURES;
const JOBS = {
  db: 'emits db-ready\nexec sleep 1000\n',
  web: 'start on started db\nstop on stopping db\nexec sleep 1000\n',
  waits: 'start on started web and never-comes\nexec sleep 1000\n',
  crashes: 'exec sh -c "echo about to fail; exit 3"\n',
  counts: 'script\n  i=0\n  while true; do i=$((i+1)); echo line $i; sleep 0.05; done\nend script\n',
  broken: 'exce nothing\n',
  '<b>bold<': 'exec sh -c "echo \'<img src=x onerror=alert(1)>\'; sleep 1000"\n',
};

/** Whether anything in a canvas has a colour that is no grey: a curve, not the axes. */
function hasCurve(canvas: unknown): boolean {
  // biome-ignore lint/suspicious/noExplicitAny: runs in the browser
  const { width, height } = canvas as any;
  // biome-ignore lint/suspicious/noExplicitAny: runs in the browser
  const { data } = (canvas as any).getContext('2d').getImageData(0, 0, width, height);
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 200 && Math.abs(data[at] - data[at + 2]) > 40) return true;
  return false;
}

describe.skipIf(!HAS_CHROMIUM)('the page (skipped without chromium)', () => {
  const opened = withOpenedPage(JOBS);

  const go = (hash: string, heading: string) => opened.browser.go(hash, heading);
  const row = (job: string) =>
    opened.page.getByRole('row').filter({ has: opened.page.getByRole('link', { name: job, exact: true }) });
  const mark = (name: string, word: string) => row(name).locator('.mark', { hasText: word }).waitFor();
  const job = (name: string) => opened.browser.job(name);

  it('lists jobs, the worst first, with words for their states', async () => {
    expect(opened.page.url(), 'without the token').toBe(`http://127.0.0.1:${opened.gateway.port}/`);
    await mark('db', 'stopped');
    await mark('broken', 'broken file');
    expect(await opened.page.getByRole('row').nth(1).textContent()).toMatch(
      /broken.*broken file.*[^/]broken\.conf:1: /,
    );
    await opened.page.keyboard.press('/');
    await opened.page.keyboard.type('web');
    await eventually(async () => (await opened.page.getByRole('row').count()) === 2);
    await opened.page.getByLabel('Search').fill('');
  });

  it('starts a job, shows what follows from it, and stops it after a question', async () => {
    await job('db');
    await opened.page.getByRole('button', { name: 'Start', exact: true }).click();
    await opened.page.getByText('db start/running: started by').waitFor();
    await opened.page.getByRole('button', { name: 'Stop', exact: true }).click();
    const dialog = opened.page.getByRole('dialog');
    await dialog.getByText(/web\s+stops/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await go('#/', 'Jobs');
    await mark('web', 'running');
    await job('db');
    await opened.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await opened.page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await opened.page.getByText('Stop: done').waitFor();
    await go('#/', 'Jobs');
    await mark('web', 'stopped');
  });

  it('explains a crash, with its log, its history and its file', async () => {
    await opened.session.run('initctl', 'start', 'crashes');
    await job('crashes');
    await opened.page
      .getByText(/terminated with status 3/)
      .first()
      .waitFor();
    await opened.page.getByRole('log').getByText('about to fail').waitFor();
    await opened.page.getByRole('listitem').filter({ hasText: 'status 3' }).first().waitFor();
    await opened.page.getByRole('region', { name: 'File of crashes' }).getByText('exit 3').waitFor();
    await job('broken');
    await opened.page.getByRole('listitem').filter({ hasText: 'line 1' }).waitFor();
    expect(await opened.page.getByRole('region', { name: 'Instances' }).textContent()).toMatch(/broken file\s*$/);
    expect(await opened.page.getByText('Unknown job').count()).toBe(0);
  });

  it('has jobs whose names are no UTF-8', async () => {
    const path = join(opened.session.home, '.config/upstart/bytes_.conf');
    const bytes = Buffer.from(path).fill(0xff, path.indexOf('_.conf'), path.indexOf('_.conf') + 1);
    writeFileSync(bytes, 'exec sleep 1000\n');
    try {
      await go('#/', 'Jobs');
      await opened.page.getByRole('link', { name: 'bytes' }).click();
      await opened.page.getByRole('button', { name: 'Start', exact: true }).click();
      await opened.page.getByText('start/running: started by').waitFor();
    } finally {
      rmSync(bytes);
    }
  });

  it('what a job is called and says is text', async () => {
    const name = '<b>bold<';
    await opened.session.run('initctl', 'start', name);
    await job(name);
    await opened.page.getByRole('log').getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await opened.page.locator('img, b').count()).toBe(0);
  });

  it('simulates, and emits after a question', async () => {
    await go('#/what-if', 'What if');
    await opened.page.getByLabel('Action').selectOption('start');
    await opened.page.getByLabel('Job').fill('db');
    await opened.page.getByRole('button', { name: 'Simulate' }).click();
    await opened.page.getByText(/web\s+running/).waitFor();
    await opened.page.getByLabel('Action').selectOption('emit');
    await opened.page.getByLabel('Event').fill('deploy A=1');
    await opened.page.getByRole('button', { name: 'Emit it' }).click();
    await opened.page.getByRole('dialog').getByRole('button', { name: 'Emit' }).click();
    await go('#/events', 'Events');
    await opened.page.getByRole('listitem').filter({ hasText: 'deploy A=1' }).waitFor();
  });

  it('draws the graph with what is and what would be, zoomed, and the time line', async () => {
    await go('#/graph', 'Graph');
    const picture = opened.page.getByRole('group', { name: 'Jobs and events' });
    await picture.waitFor();
    const width = await picture.evaluate((svg) => svg.clientWidth);
    await opened.page.getByRole('button', { name: 'Larger' }).click();
    await eventually(async () => (await picture.evaluate((svg) => svg.clientWidth)) > width);
    const node = (name: string) => opened.page.getByRole('button', { name, exact: true });
    await node('job, db, stopped').focus();
    await opened.page.keyboard.press('Enter');
    await opened.page.getByRole('button', { name: 'What if: start' }).click();
    await node('job, web, stopped, would: starts').waitFor();
    await opened.page
      .getByRole('status')
      .getByText(/web\s+running/)
      .waitFor();
    await opened.session.run('initctl', 'start', 'db');
    await node('job, db, running, would: starts').waitFor();
    await node('job, web, running, would: starts').waitFor();
    await opened.page.getByRole('button', { name: 'What if: stop' }).click();
    await node('job, web, running, would: stops').waitFor();
    await opened.page.getByRole('link', { name: 'Open db' }).click();
    await opened.page.getByRole('heading', { name: 'db', level: 1 }).waitFor();
    await opened.session.run('initctl', 'stop', 'db');
    await go('#/boot', 'Time line');
    await opened.page.getByLabel('Show').selectOption('an hour');
    await opened.page.getByRole('img', { name: /Time line/ }).waitFor();
  });

  it('shows what a job uses as curves, and asks no more once another page is open', async () => {
    await opened.session.run('initctl', 'start', 'db');
    await job('db');
    await opened.page.getByRole('img', { name: /^Memory: [\d.]+[KM] now/ }).waitFor();
    await opened.page.getByRole('img', { name: /^Processor: [\d.]+% now/ }).waitFor();
    // Something is drawn in the colour of the first curve.
    await eventually('there is a curve', () => opened.page.locator('.chart canvas').first().evaluate(hasCurve));
    await go('#/', 'Jobs');
    const asked: string[] = [];
    opened.page.on('request', (request) => asked.push(request.url()));
    await opened.session.run('initctl', 'stop', 'db');
    await mark('db', 'stopped');
    expect(asked.filter((url) => url.includes('/usage'))).toEqual([]);
  });

  it('leads to another session of the user, and back', async () => {
    const other = await SessionInit.start({ jobs: { elsewhere: 'exec sleep 1000\n' }, beside: opened.session });
    try {
      await opened.page.reload();
      const switcher = opened.page.getByLabel('Init');
      await switcher.waitFor();
      await switcher.selectOption(`session ${other.pid}`);
      await opened.page.waitForURL(`**/init/${other.pid}/`);
      expect(await switcher.locator('option:checked').textContent()).toBe(`session ${other.pid}`);
      await opened.session.call(`${other.product.bin}/initctl`, 'emit', 'here');
      await go('#/events', 'Events');
      expect(await opened.page.getByText('here', { exact: true }).count()).toBe(0);
      await opened.page.getByLabel('Init').selectOption(`session ${opened.session.pid}`);
      await opened.page.waitForURL(/:\d+\/$/);
      await go('#/', 'Jobs');
      await mark('db', 'stopped');
      await opened.page.goto(`http://127.0.0.1:${opened.gateway.port}/init/${other.pid}/`);
      await opened.page.locator('header').getByText('live').waitFor();
      await other.end();
      await opened.page.getByText('connection lost').waitFor();
    } finally {
      await other.end();
      await opened.page.goto(`http://127.0.0.1:${opened.gateway.port}/`);
    }
  });

  it('works by keyboard', async () => {
    await opened.page.evaluate('document.activeElement?.blur()');
    await opened.page.keyboard.press('1');
    await opened.page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    await opened.page.locator('.row a').first().focus();
    await opened.page.keyboard.press('End');
    await opened.page.keyboard.press('ArrowUp');
    await opened.page.keyboard.press('ArrowDown');
    await opened.page.keyboard.press('Home');
    await opened.page.keyboard.press('Enter');
    await opened.page.getByRole('heading', { name: 'broken', level: 1 }).waitFor();
  });

  const VIEWS = [
    { name: 'wide', width: 1280, height: 800 },
    { name: 'narrow', width: 360, height: 640 },
  ];
  /** Pages, their headings, and what is there once they are complete. */
  const PAGES = [
    ['#/', 'Jobs', '.body .row'],
    ['#/job/crashes', 'crashes', 'pre.wrap:not(:empty) >> text=status 3'],
    ['#/events', 'Events', '.entries li'],
    ['#/boot', 'Time line', '.picture img, [role=alert]'],
    ['#/graph', 'Graph', '.picture svg'],
    ['#/what-if', 'What if', 'form'],
  ] as const;

  describe.each(VIEWS)('$name', ({ name, width, height }) => {
    it.each(['light', 'dark'] as const)('is accessible and fits, %s', async (colorScheme) => {
      await opened.page.setViewportSize({ width, height });
      await opened.page.emulateMedia({ colorScheme });
      for (const [hash, heading, content] of PAGES) {
        await go(hash, heading);
        await opened.page.locator(content).first().waitFor();

        if (PICTURES !== undefined) {
          mkdirSync(PICTURES, { recursive: true });
          await opened.page.screenshot({
            path: join(PICTURES, `${heading.replace(' ', '-')}-${name}-${colorScheme}.png`),
          });
        }
        // The policy of the page lets no script in: the test's one goes past it.
        const found = (await opened.page.evaluate(`${AXE}; axe.run()`)) as {
          violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
        };
        const texts = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
        expect(texts, `${heading}, ${name}, ${colorScheme}`).toEqual([]);
        const overflow = await opened.page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow, `${heading} is wider than the window`).toBeLessThanOrEqual(0);
      }
    });
  });
});
