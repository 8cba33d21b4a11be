/** A terminal of tmux on a server of its own, and what is on its screen. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isRunning } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';

export const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0;

/** It keeps no history. */
const SHELL = ['env', 'PS1=$ ', 'HISTFILE=', 'bash', '--norc', '--noprofile'];

let count = 0;

export class Tmux {
  readonly #socket: string;
  readonly #env: Record<string, string>;
  #isEnded = false;

  /** Begins with a shell whose prompt is `$ `. */
  constructor(folder: string, env: Record<string, string>, { columns = 80, lines = 24 } = {}) {
    this.#socket = join(folder, `tmux-${++count}`);
    this.#env = { ...env, PS1: '$ ' };
    const size = ['-x', String(columns), '-y', String(lines)];
    this.#run('-f', '/dev/null', 'new-session', '-d', ...size, ...SHELL);
  }

  #run(...words: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...words], { env: this.#env, encoding: 'utf8' });
  }

  /** Presses keys by tmux' names. */
  press(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys);
  }

  type(line: string): void {
    this.#run('send-keys', '-l', line);
    this.press('Enter');
  }

  /** The lines of the screen; with `isRaw` with the sequences for colours. */
  lines(isRaw = false): string[] {
    return this.#run('capture-pane', '-p', ...(isRaw ? ['-e'] : [])).split('\n');
  }

  /** Resolves with the screen once it fits. */
  shows(text: RegExp): Promise<string> {
    let screen = '';
    return eventually(`the screen shows ${text}`, () => {
      screen = this.lines().join('\n');
      return text.test(screen) && screen;
    }).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${screen}`);
    });
  }

  resize(columns: number, lines: number): void {
    this.#run('resize-window', '-x', String(columns), '-y', String(lines));
  }

  /** Whether the other screen is in use, the cursor is shown, and lines are wrapped. */
  modes(): string {
    return this.#run('display-message', '-p', '#{alternate_on} #{cursor_flag} #{wrap_flag}').trim();
  }

  /** Resolves when its shell has ended, too, which may still write to its home. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const shell = Number(this.#run('display-message', '-p', '#{pane_pid}'));
    this.#run('kill-server');
    await eventually('the end of the shell', () => !isRunning(shell));
  }
}
