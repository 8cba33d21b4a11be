// A session init on the example jobs, in folders of its own; for `npm start` and the demo.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN, ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';

const PATIENCE = 15_000;

/** Calls `check` until it returns something, and returns that. Throws a Problem named after `what` after `patience` milliseconds. */
export async function until(what, check, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Problem(`Waited ${patience / 1000} seconds: ${what}.`);
    await sleep(20);
  }
}

export class Session {
  #ended;

  /** Starts init and returns once it answers. `options` are more options for init. */
  static async start(options = []) {
    const session = new Session(options);
    await until('init answers', () => {
      if (session.ended) throw new Problem('init ended as soon as it was started.', session.said);
      return session.readAddress() && session.run('initctl', 'version').status === 0;
    });
    return session;
  }

  constructor(options) {
    this.folder = mkdtempSync(join(tmpdir(), 'upstart-'));
    this.logs = join(this.folder, 'log');
    const runtime = join(this.folder, 'run');
    for (const path of [this.logs, runtime]) mkdirSync(path, { mode: 0o700 });
    /** @type {NodeJS.ProcessEnv} */
    this.env = { ...process.env, PATH: `${BIN}:${process.env.PATH}`, XDG_RUNTIME_DIR: runtime };
    this.said = '';
    // A process group of its own, so that Ctrl-C reaches this script only, which then asks init to end.
    this.init = spawn(join(BIN, 'init'), ['--user', '--confdir', 'jobs', '--logdir', this.logs, ...options], {
      cwd: join(ROOT, 'examples'),
      env: this.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.init.stdout, this.init.stderr]) stream.on('data', (data) => this.#hear(data));
    this.#ended = new Promise((resolve) => {
      this.init.on('error', (error) => resolve({ code: null, signal: error.message }));
      this.init.on('exit', (code, signal) => resolve({ code, signal }));
    });
    this.#ended.then((status) => {
      this.ended = status;
    });
  }

  #hear(data) {
    this.said += data;
    if (this.loud) process.stderr.write(data);
  }

  /** From now on the output of init is shown as it comes. */
  showWhatInitSays() {
    process.stderr.write(this.said);
    this.loud = true;
  }

  readAddress() {
    const file = join(this.folder, 'run', 'upstart', 'sessions', `${this.init.pid}.session`);
    this.env.UPSTART_SESSION = existsSync(file)
      ? readFileSync(file, 'utf8').replace('UPSTART_SESSION=', '').trim()
      : '';
    return this.env.UPSTART_SESSION;
  }

  /** Runs a command of dist/bin that talks to this session. */
  run(command, ...args) {
    const { status, stdout, stderr } = spawnSync(join(BIN, command), args, { env: this.env, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}`.trimEnd() };
  }

  /** Stops every job and init itself; returns how init ended. `patience` is in milliseconds. */
  async end(patience = PATIENCE) {
    if (!this.ended) this.init.kill('SIGTERM');
    const timer = setTimeout(() => this.init.kill('SIGKILL'), patience);
    const status = await this.#ended;
    clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
    return status;
  }

  /** Resolves when init ends, for whatever reason. */
  wait() {
    return this.#ended;
  }
}
