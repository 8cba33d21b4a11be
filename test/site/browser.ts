/** A headless Chromium, by the protocol of its developer tools over pipes: no port, and no other program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { removeFolder } from '../remove-folder.ts';

export interface View {
  width: number;
  height: number;
  scheme: 'light' | 'dark';
}

export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  readonly #program: ChildProcess;
  readonly #answers = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  readonly #loaded: (() => void)[] = [];
  #session: string | undefined;
  #last = 0;
  #rest = '';

  constructor() {
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
    this.#program = spawn('chromium', [...options, `--user-data-dir=${this.#profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const output = this.#program.stdio[4] as Readable;
    output.setEncoding('utf8').on('data', (text) => this.#receive(text));
    this.#program.once('exit', () => {
      for (const { reject } of this.#answers.values()) reject(new Error('chromium has ended'));
    });
  }

  async open(url: string, { width, height, scheme }: View): Promise<void> {
    if (this.#session === undefined) {
      const { targetId } = await this.#call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
      const parameters = { targetId, flatten: true };
      this.#session = (await this.#call<{ sessionId: string }>('Target.attachToTarget', parameters)).sessionId;
      await this.#call('Page.enable');
    }
    await this.#call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#call('Emulation.setEmulatedMedia', { features });
    const loaded = new Promise<void>((resolve) => this.#loaded.push(resolve));
    await this.#call('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page, which may be a promise. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#call<{
      result: { value: Value };
      exceptionDetails?: { exception?: { description?: string } };
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'the expression failed');
    return result.value;
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.#call<{ data: string }>('Page.captureScreenshot');
    return Buffer.from(data, 'base64');
  }

  async end(): Promise<void> {
    const ended = once(this.#program, 'exit');
    this.#session = undefined;
    this.#call('Browser.close').catch(() => {});
    await ended;
    removeFolder(this.#profile);
  }

  #call<Result>(method: string, params: object = {}): Promise<Result> {
    this.#last += 1;
    const id = this.#last;
    const message = { id, method, params, ...(this.#session === undefined ? {} : { sessionId: this.#session }) };
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve: resolve as (result: unknown) => void, reject });
      (this.#program.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  #receive(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const { id, method, result, error } = JSON.parse(message);
      if (method === 'Page.loadEventFired') this.#loaded.shift()?.();
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    }
  }
}
