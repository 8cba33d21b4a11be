/** A host of the checker: a session in a network namespace, with a monotonic clock and a time of day of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type UpstartClient } from '../../../packages/protocol/src/index.ts';
import { Clock } from '../../chaos/clock.ts';
import { childrenOf, commandLineOf, killAll, processesWith, signal } from '../../chaos/proc.ts';
import { SessionInit, type SessionSettings } from '../../control/session-init.ts';
import { eventually } from '../../eventually.ts';
import { type Outcome, outcomeOf, ROOT } from '../../session/product.ts';
import type { HostRecord } from './history.ts';
import type { Node } from './network.ts';

const CLOCK = join(ROOT, 'test/chaos/clock.c');
const ANSWER_MS = 5000;
/** Characters of init's output that are kept. */
const MOST_OUTPUT = 4000;
/** In the file of what the jobs have done: the host lost its power here. */
const LOSS = '--';

export interface HostSettings {
  readonly node: Node;
  readonly folder: string;
  /** How far its monotonic clock is ahead of the machine's. */
  readonly aheadS: number;
  /** Its `cluster.conf` and its jobs, by name. */
  readonly conf: string;
  readonly jobs: Readonly<Record<string, string>>;
}

export class CheckedHost {
  readonly node: Node;
  /** Where its jobs write the ids of events. */
  readonly out: string;
  readonly clock: Clock;
  readonly #settings: HostSettings;
  readonly #time: ChildProcess;
  #session: SessionInit | null = null;
  #isOff = true;
  readonly #emitted: string[][] = [[]];
  /** The last entry of init's history that was asked for. */
  #upTo = 0;

  constructor(settings: HostSettings) {
    const { node, folder, aheadS } = settings;
    this.#settings = settings;
    this.node = node;
    mkdirSync(folder);
    this.out = join(folder, 'ran');
    writeFileSync(this.out, '');
    this.clock = new Clock(folder, CLOCK);
    const ahead = String(aheadS);
    const words = ['--time', '--monotonic', ahead, '--boottime', ahead, '--fork', '--kill-child', 'sleep', 'infinity'];
    this.#time = spawn('unshare', words, { stdio: 'ignore' });
  }

  get name(): string {
    return this.node.name;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  get session(): SessionInit {
    if (!this.#session) throw new Error(`${this.name} has not begun`);
    return this.#session;
  }

  /** Starts its init, with what is left on its disk. */
  async start(): Promise<void> {
    const time = this.#time.pid as number;
    // Its clocks are set when it has a child.
    await eventually('the clocks of the host', () => childrenOf(time).length > 0);
    const within = ['nsenter', `--net=/run/netns/${this.name}`, `--time=/proc/${time}/ns/time_for_children`, '--'];
    const before = this.#session;
    const settings: SessionSettings = { within, env: { UPSTART_NODE: this.clock.node } };
    const session = await SessionInit.start(before ? { ...settings, beside: before, refusable: true } : settings);
    this.#session = session;
    if (!before) {
      writeFileSync(join(session.home, '.config/upstart-cluster.conf'), this.#settings.conf);
      for (const [name, text] of Object.entries(this.#settings.jobs))
        writeFileSync(join(session.home, `.config/upstart/${name}.conf`), text);
      await session.run('initctl', 'reload-configuration');
    }
    await this.startHolder();
    this.#isOff = false;
  }

  /** Starts the job that only one host may run, so that this one is among those that wait for it. */
  async startHolder(): Promise<void> {
    await eventually('the job to start', () =>
      this.asks((client) => client.call('start', { job: 'holder', env: [], wait: false })).then(
        () => true,
        (error) => error.code === 'already-started',
      ),
    );
  }

  /** As a machine that loses its power: nothing of it runs, and what is not on a disk is gone. Its network is cut before. */
  async losePower(): Promise<void> {
    const { session } = this;
    this.#isOff = true;
    for (const pid of this.processes()) signal(pid, 'SIGSTOP');
    // What was forked meanwhile, too.
    await killAll(() => this.processes());
    await eventually('its end', () => session.ended);
    rmSync(join(session.runtime, 'upstart'), { recursive: true, force: true });
    appendFileSync(this.out, `${LOSS}\n`);
    this.#emitted.push([]);
    this.#upTo = 0;
  }

  processes(): number[] {
    return processesWith(`HOME=${this.session.home}`);
  }

  bridges(): number[] {
    return this.processes().filter((pid) => /bridge\.js/.test(commandLineOf(pid)));
  }

  daemons(): number[] {
    return this.processes().filter((pid) => /daemon\.(js|snapshot)/.test(commandLineOf(pid)));
  }

  /** Asks its init; rejects if there is no answer soon. */
  async asks<T>(question: (client: UpstartClient) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS);
    });
    const client = connect({ path: this.session.socket });
    try {
      return await Promise.race([client.then(question), late]);
    } finally {
      clearTimeout(timer);
      client.then(
        (open) => open.close(),
        () => {},
      );
    }
  }

  /** A command of the product, on this host. */
  run(command: string, ...args: string[]): Promise<Outcome> {
    const { product, env } = this.session;
    const [program = '', ...words] = [...this.node.within, join(product.bin, command), ...args];
    return outcomeOf(spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Looks which events of that name its init has emitted since the last time. */
  async lookAtHistory(event: string): Promise<void> {
    if (this.#isOff) return;
    const into = this.#emitted.at(-1) as string[];
    const pattern = new RegExp(`^${event} ID=([^ ]+) `);
    for (let more = true; more; ) {
      const query = { job: null, sinceMs: 0, after: this.#upTo, limit: 2000 };
      const answer = await this.asks((client) => client.call('history', query));
      if (this.#emitted.at(-1) !== into) return;
      for (const entry of answer.entries) {
        const id = entry.kind === 'event' ? pattern.exec(entry.event)?.[1] : undefined;
        if (id !== undefined) into.push(id);
      }
      this.#upTo = answer.upTo;
      more = answer.more;
    }
  }

  /** How many lines its jobs have written. */
  get written(): number {
    return existsSync(this.out) ? readFileSync(this.out, 'utf8').split('\n').length - 1 : 0;
  }

  /** What its init says of the job, and of its source of events; then the end of its output. For people. */
  async state(): Promise<string> {
    const asked = await this.asks(async (client) => ({
      holder: await client.call('explain', { job: 'holder' }),
      leases: await client.call('leases', {}),
      sources: await client.call('sources', {}),
    })).catch((error: Error) => error.message);
    return `${this.name}: ${JSON.stringify(asked)}\n${this.session.said.slice(-MOST_OUTPUT)}`;
  }

  record(): HostRecord {
    const ran: string[][] = [[]];
    for (const line of readFileSync(this.out, 'utf8').split('\n').slice(0, -1))
      if (line === LOSS) ran.push([]);
      else ran.at(-1)?.push(line);
    return { host: this.name, ran, emitted: this.#emitted };
  }

  async end(): Promise<void> {
    await this.#session?.end();
    this.#session?.remove();
    this.#time.kill('SIGKILL');
  }
}
