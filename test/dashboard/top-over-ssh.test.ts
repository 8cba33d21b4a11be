/** `upstart top` over a connection of ssh. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commandLineOf, processesWith, signal } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { Sshd, whyNoSshd } from './sshd.ts';
import { HAS_TMUX, Tmux } from './tmux.ts';

const JOBS = { db: 'exec sleep 1000\n', broken: 'exce nothing\n' };
const LIVE = /live/;
const ESC = '\u001b[';

describe.skipIf(!HAS_TMUX || whyNoSshd() !== null)('upstart top over ssh (skipped without tmux or sshd)', () => {
  let session: SessionInit;
  let sshd: Sshd;
  let tmux: Tmux;
  beforeAll(async () => {
    session = await SessionInit.start({ jobs: JOBS });
    sshd = await Sshd.start(join(session.home, 'sshd'));
  });
  afterAll(async () => {
    sshd?.end();
    await session?.end();
    session?.remove();
  });
  afterEach(() => tmux?.end());

  const screens = (): number[] =>
    processesWith(`HOME=${session.home}`).filter((pid) => /ctl\.c?js.* top$/.test(commandLineOf(pid)));
  /** Over ssh there is what the user's environment has, and TERM. */
  const open = async (term: string, ...variables: string[]): Promise<void> => {
    tmux = new Tmux(session.runtime, session.env);
    const names = ['HOME', 'PATH', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_DIRS', 'UPSTART_NO_SYSTEM_USERCONFDIR'];
    const env = [...names.map((name) => `${name}=${session.env[name] ?? ''}`), ...variables].join(' ');
    tmux.type(`TERM=${term} ${sshd.line(`env ${env} ${session.product.bin}/upstart top`)}; echo status $?`);
  };

  it.each([
    ['xterm-256color', 'NO_COLOR=1'],
    ['vt100', 'NO_COLOR=1'],
  ])('shows all jobs in 80x24 without colour, as %s', async (term, ...variables) => {
    await open(term, ...variables);
    const screen = await tmux.shows(LIVE);
    await tmux.shows(/^> broken +broken file/m);
    for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(tmux.lines(true).join('\n')).not.toContain(ESC);
    tmux.press('Down', 's', 'y');
    await tmux.shows(/^> db +start\/running/m);
    tmux.press('x', 'y');
    await tmux.shows(/^> db +stop\/waiting/m);
    tmux.press('q');
    await tmux.shows(/^status 0/m);
  });

  it('has colours, and the size of the terminal when that changes', async () => {
    await open('xterm-256color');
    await tmux.shows(LIVE);
    expect(tmux.lines(true).join('\n')).toContain(ESC);
    tmux.resize(100, 30);
    await eventually('it is as wide', () => {
      const [title = ''] = tmux.lines();
      return title.endsWith('live') && title.length === 100;
    });
    tmux.press('q');
    await tmux.shows(/^status 0/m);
  });

  it('says that a dumb terminal cannot show it', async () => {
    await open('dumb');
    await tmux.shows(/TERM is dumb[\s\S]*^status 1/m);
  });

  it('ends with its connection', async () => {
    await open('xterm-256color');
    await tmux.shows(LIVE);
    await eventually('it runs', () => screens().length === 1);
    for (const pid of sshd.connections) signal(pid, 'SIGKILL');
    await eventually('it has ended', () => screens().length === 0);
  });
});
