/** What the tests of the page share: a session, a gateway in front of it, and a browser with its page. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { SessionInit } from '../control/session-init.ts';
import { BrowserPage } from './browser.ts';
import { RunningGateway } from './gateway.ts';

export class OpenedPage {
  session!: SessionInit;
  /** A test that ends it starts the next one. */
  gateway!: RunningGateway;
  browser!: BrowserPage;

  get page(): Page {
    return this.browser.page;
  }

  async begin(jobs: Record<string, string>): Promise<void> {
    this.session = await SessionInit.start({ jobs });
    this.gateway = await RunningGateway.start(this.session, '--listen', '0');
    this.browser = await BrowserPage.open(this.gateway.url);
  }

  /** What has begun, ends. */
  async end(): Promise<void> {
    await this.browser?.close();
    await this.gateway?.end();
    await this.session?.end();
    this.session?.remove();
  }
}

/** Opens a page for all tests of the suite that calls it; after each test there are no errors in it. */
export function withOpenedPage(jobs: Record<string, string>): OpenedPage {
  const opened = new OpenedPage();
  beforeAll(() => opened.begin(jobs));
  afterAll(() => opened.end());
  afterEach(() => expect(opened.browser.wrongs.splice(0)).toEqual([]));
  return opened;
}
