/** `upstart top`: a screen of what init runs, which changes it, too. */
import {
  explanationLines,
  folded,
  paletteFor,
  type ScreenOrder,
  simulationLines,
  startTool,
  stateFolder,
} from '@upstart/ctl/parts';
import { controlSocket, hasLiveInit, type SimulationAnswer, type UpstartClient, UpstartError } from '@upstart/protocol';
import { MAX_TOOL_ANSWER_BYTES, TOOL_TIMEOUT_MS } from '../limits.ts';
import { frame, heights, nameOf } from './frame.ts';
import { type Facts, KEY_LINES, type Key, type Order, press } from './keys.ts';
import { LogPane } from './log-pane.ts';
import { Terminal } from './terminal.ts';
import { type Change, FIRST_VIEW, listed, placeOf, type Shown, type View } from './view.ts';
import { Watched } from './watched.ts';

const PLAIN = paletteFor(false, {});
/** How often it looks whether its init still lives, in milliseconds. */
const ALIVE_MS = 2000;
/** Frames of so many milliseconds are drawn as one. */
const FRAME_MS = 30;

const CALLS = {
  start: { method: 'start', done: 'started' },
  stop: { method: 'stop', done: 'stopped' },
  restart: { method: 'restart', done: 'restarted' },
  reload: { method: 'reload', done: 'reloaded' },
  force: { method: 'stop', done: 'stopped' },
} as const;

/** Shows the screen until it is left. Resolves with the exit status; a signal ends the process by that signal. */
export async function runScreen(order: ScreenOrder): Promise<number> {
  if (!process.stdin.isTTY) {
    order.warn(order.noKeys);
    return 1;
  }
  const client = await order.connect();
  const screen = new Screen(order, client);
  try {
    return await screen.run();
  } finally {
    client.close();
  }
}

class Screen {
  readonly #order: ScreenOrder;
  readonly #client: UpstartClient;
  readonly #watched: Watched;
  readonly #terminal: Terminal;
  readonly #isPlain: boolean;
  #view: View = FIRST_VIEW;
  #top = 0;
  #message = { text: '', isBad: false };
  #log: LogPane | null = null;
  /** Lines of the explanation, or of the outlook, and what they are about. */
  #told: { readonly about: string; readonly lines: readonly string[] } = { about: '', lines: [] };
  #frameTimer: NodeJS.Timeout | null = null;
  #finish: (status: number) => void = () => {};
  #signal: NodeJS.Signals | null = null;

  constructor(order: ScreenOrder, client: UpstartClient) {
    this.#order = order;
    this.#client = client;
    this.#isPlain = order.colour.good('') === '';
    this.#watched = new Watched(client, order.connect, () => this.#changed());
    this.#terminal = new Terminal({
      key: (key) => this.#press(key),
      redraw: () => {
        this.#terminal.clear();
        this.#draw();
      },
      end: (signal) => {
        this.#signal = signal;
        this.#finish(0);
      },
    });
  }

  async run(): Promise<number> {
    const { scope, env, warn } = this.#order;
    const control = controlSocket(scope, env);
    // Says on the ordinary screen what is wrong.
    await this.#watched.begin();
    const alive = setInterval(() => hasLiveInit(control) || this.#finish(1), ALIVE_MS);
    const ended = new Promise<number>((resolve) => {
      this.#finish = resolve;
    });
    let status: number;
    try {
      this.#terminal.open();
      status = await ended;
    } finally {
      clearInterval(alive);
      clearTimeout(this.#frameTimer ?? undefined);
      this.#watched.close();
      this.#log?.close();
      this.#terminal.close();
    }
    if (status !== 0) warn('init has ended');
    if (this.#signal !== null) process.kill(process.pid, this.#signal);
    return status;
  }

  #rows(): Shown[] {
    return listed(this.#watched.rows, this.#view);
  }

  #press(key: Key): void {
    const rows = this.#rows();
    const height = heights(this.#terminal.size, this.#view);
    const facts: Facts = {
      ...{ rows, listHeight: height.list, paneHeight: height.pane, paneLines: this.#paneLines().length },
    };
    const { view, order } = press(this.#view, key, facts);
    if (view !== this.#view) this.#message = { text: '', isBad: false };
    this.#view = view;
    if (order !== undefined) this.#carryOut(order);
    this.#fillPane();
    this.#draw();
  }

  #carryOut(order: Order): void {
    if (order === 'quit') this.#finish(0);
    else if (order === 'suspend') this.#terminal.suspend();
    else if (order === 'redraw') this.#terminal.clear();
    else void this.#change(order.change, order.row);
  }

  async #change(change: Change, row: Shown['row']): Promise<void> {
    const { method, done } = CALLS[change];
    const name = nameOf(row);
    this.#say(`${method} ${name}: in progress`);
    // A start of a job without instances has none to name.
    const target = method === 'start' ? { job: row.job, env: [] } : { job: row.job, instance: row.instance };
    try {
      if (method === 'reload') await this.#client.call(method, target);
      else await this.#client.call(method, { ...target, wait: true, ...(change === 'force' ? { force: true } : {}) });
      this.#say(`${name}: ${done}`);
    } catch (error) {
      this.#say(`cannot ${method} ${name}: ${(error as Error).message}`, true);
    }
    this.#watched.lookSoon();
  }

  #say(text: string, isBad = false): void {
    this.#message = { text, isBad };
    this.#changed();
  }

  /** Something else than a key has changed what is shown. */
  #changed(): void {
    this.#fillPane();
    this.#frameTimer ??= setTimeout(() => this.#draw(), FRAME_MS);
  }

  /** Has the pane show what it is about now. */
  #fillPane(): void {
    const { pane, asked } = this.#view;
    const rows = this.#rows();
    const job = (asked?.row ?? rows[placeOf(rows, this.#view)]?.row)?.job ?? null;
    if (pane === 'log' && job !== null) this.#followLog(job);
    else this.#closeLog();
    if (pane === 'explain' && job !== null) this.#tell(`why ${job}`, () => this.#explained(job));
    else if (asked !== null) this.#tell(`${asked.change} ${job}`, () => this.#outlook(asked.change, asked.row.job));
    else this.#told = { about: '', lines: [] };
  }

  #followLog(job: string): void {
    if (this.#log?.job === job) {
      void this.#log.lookForMore(this.#client);
      return;
    }
    this.#closeLog();
    this.#log = new LogPane(job, () => {
      this.#frameTimer ??= setTimeout(() => this.#draw(), FRAME_MS);
    });
    void this.#log.open(this.#client);
  }

  #closeLog(): void {
    this.#log?.close();
    this.#log = null;
  }

  /** Loads lines for the pane; those before stay until they are there, if they are about the same. */
  #tell(about: string, load: () => Promise<readonly string[]>): void {
    const isSame = this.#told.about === about;
    // An outlook is of the moment in which it was asked for.
    if (isSame && this.#view.pane === 'outlook') return;
    if (!isSame) this.#told = { about, lines: ['...'] };
    load()
      .catch((error: Error) => [error.message])
      .then((lines) => {
        if (this.#told.about !== about) return;
        this.#told = { about, lines };
        this.#draw();
      });
  }

  async #explained(job: string): Promise<readonly string[]> {
    return explanationLines(await this.#client.call('explain', { job }), PLAIN, new Date());
  }

  async #outlook(change: Change, job: string): Promise<readonly string[]> {
    if (change === 'reload') return ['Its main process gets the reload signal.'];
    const { scope, env } = this.#order;
    const actions = [{ type: CALLS[change].method, job, env: [] }];
    const question = { stateDir: stateFolder(scope, env), confdirs: [], boot: false, edits: [], exits: {}, actions };
    const limits = { timeoutMs: TOOL_TIMEOUT_MS, maxBytes: MAX_TOOL_ANSWER_BYTES, isQuiet: true };
    const answer = JSON.parse(await startTool('simulate.js', [], question, limits)) as SimulationAnswer;
    if ('error' in answer) throw new UpstartError('bad-request', `cannot simulate: ${answer.error}`);
    return simulationLines(answer.result, { all: false, colour: PLAIN });
  }

  #paneLines(): string[] {
    const { columns } = this.#terminal.size;
    const { pane } = this.#view;
    const lines = pane === 'log' ? (this.#log?.lines ?? []) : pane === 'keys' ? KEY_LINES : this.#told.lines;
    return lines.flatMap((line) => folded(line, columns));
  }

  #draw(): void {
    clearTimeout(this.#frameTimer ?? undefined);
    this.#frameTimer = null;
    const { size } = this.#terminal;
    const rows = this.#rows();
    const at = placeOf(rows, this.#view);
    const { list } = heights(size, this.#view);
    if (list > 0)
      this.#top = Math.max(0, Math.min(Math.max(at - list + 1, Math.min(this.#top, at)), rows.length - list));
    const { title, colour } = this.#order;
    const { trouble } = this.#watched;
    const picture = { view: this.#view, rows, at, top: this.#top, title, trouble, message: this.#message, colour };
    const more = {
      counts: countsOf(this.#watched.rows),
      pane: this.#paneLines(),
      nowMs: Date.now(),
      isPlain: this.#isPlain,
    };
    this.#terminal.show(frame({ ...picture, ...more }, size));
  }
}

function countsOf(rows: readonly Shown[]): string {
  const running = rows.filter(({ row }) => row.state === 'start/running').length;
  const unwell = rows.filter(({ row }) => row.health !== 'well').length;
  return `${rows.length} jobs, ${running} running${unwell === 0 ? '' : `, ${unwell} not well`}`;
}
