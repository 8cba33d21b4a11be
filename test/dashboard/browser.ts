/** Debian's Chromium with the page of a gateway in it. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
/** Half a minute, as the library has it, is not enough for a slow machine that does other things besides. */
const PATIENCE_MS = 180_000;
export const HAS_CHROMIUM = existsSync(CHROMIUM);

/** What a browser says of a connection that is lost, which tests of the page expect. */
const LOST = /ERR_(?:CONNECTION|INCOMPLETE|EMPTY|NETWORK)|status of (?:4|5)\d\d/;

export class BrowserPage {
  readonly page: Page;
  /** Errors of the page since the last look. */
  readonly wrongs: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on('pageerror', (error) => this.wrongs.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !LOST.test(message.text())) this.wrongs.push(message.text());
    });
  }

  static async open(url: string): Promise<BrowserPage> {
    const args = ['--no-sandbox', '--disable-gpu'];
    const browser = await chromium.launch({ executablePath: CHROMIUM, args, timeout: PATIENCE_MS });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    const opened = new BrowserPage(browser, page);
    await page.goto(url);
    return opened;
  }

  /** Goes to the page of that part of the URL, and waits for its heading. */
  async go(hash: string, heading: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await this.page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor();
  }

  job(name: string): Promise<void> {
    return this.go(`#/job/${encodeURIComponent(name)}`, name);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
