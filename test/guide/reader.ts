/** A reader of the guide: follows the steps of a page in a shell of a new home folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually } from '../eventually.ts';
import { Product, run } from '../session/product.ts';
import type { Step } from './page.ts';

/** Behind the output of a command. */
const END = '--- end of the output, status ';

export class Reader {
  readonly product = new Product('guide-');
  readonly home: string;
  readonly #env: Record<string, string>;
  readonly #shell: ChildProcess;
  readonly #inits: ChildProcess[] = [];
  #out = '';

  constructor() {
    this.home = this.product.place('me');
    this.#env = {
      HOME: this.home,
      PATH: `${this.product.bin}:${process.env.PATH}`,
      XDG_RUNTIME_DIR: this.product.place('run'),
      XDG_CONFIG_DIRS: this.product.place('xdg'),
      UPSTART_NO_SYSTEM_USERCONFDIR: '1',
      LC_ALL: 'C',
    };
    this.product.place('me/.config/upstart');
    this.#shell = spawn('bash', { env: this.#env, cwd: this.home, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#shell.stdout?.on('data', (data) => {
      this.#out += data;
    });
    this.#shell.stdin?.write('exec 2>&1\n');
  }

  /**
   * Writes a file, in one step as editors do; init has read a job when this resolves. A FILE below `~` means the home folder of the password
   * file, which is not this reader's.
   */
  async write({ path, text, isJob }: Step & { kind: 'file' }): Promise<void> {
    const place = path.replace(/^~/, this.home);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text.replaceAll('FILE=~/', `FILE=${this.home}/`));
    if (isJob && this.#inits.length > 0) await this.execute('initctl reload-configuration');
  }

  /** The lines that a command prints, behind them its exit status in brackets unless it is 0. */
  async execute(command: string): Promise<string[]> {
    this.#out = '';
    this.#shell.stdin?.write(`{ ${command}\n} < /dev/null\nprintf '%s%s\\n' '${END}' $?\n`);
    const end = await eventually(`the end of ${command}`, () => new RegExp(`^${END}(\\d+)\n$`, 'm').exec(this.#out));
    const lines = this.#out.slice(0, end.index).split('\n').slice(0, -1);
    return end[1] === '0' ? lines : [...lines, `[${end[1]}]`];
  }

  /** Starts an init as in a terminal of its own; resolves with its first line. */
  async startInit(command: string): Promise<string[]> {
    const file = join(this.home, '../init.log');
    const init = spawn('sh', ['-c', `exec ${command} > '${file}' 2>&1`], { env: this.#env, stdio: 'ignore' });
    this.#inits.push(init);
    const sessions = join(this.#env.XDG_RUNTIME_DIR!, 'upstart/sessions');
    await eventually('the session answers', async () => {
      if (!existsSync(sessions) || readdirSync(sessions).length === 0) return false;
      return (await run(join(this.product.bin, 'initctl'), ['version'], this.#env)).status === 0;
    });
    return [await eventually('its first line', () => readFileSync(file, 'utf8').split('\n')[0])];
  }

  /** As Ctrl-C in the terminals of the inits. */
  async end(): Promise<void> {
    for (const init of this.#inits) init.kill('SIGINT');
    const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
    await eventually('the inits have ended', () => this.#inits.every(hasEnded));
    this.#shell.kill();
    this.product.remove();
  }
}
