/** `upstart top` in a terminal, against a live session. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandLineOf, daemonWith, processesWith, signal } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { HAS_TMUX, Tmux } from './tmux.ts';

const JOBS = {
  db: 'exec sleep 1000\n',
  web: 'start on started db\nstop on stopping db\nexec sleep 1000\n',
  crashes: 'exec sh -c "echo about to fail; exit 3"\n',
  counts: 'script\n  i=0\n  while true; do i=$((i+1)); echo line $i; sleep 0.05; done\nend script\n',
  broken: 'exce nothing\n',
  worker: 'instance $N\nexec sleep 1000\n',
  colours: 'exec printf "\\033[31mred\\033[2J\\033]0;title\\007\\n"\n',
};
const LIVE = /live/;
/** The other screen, and back. */
const OTHER = '1 0 0';
const ORDINARY = '0 1 1';

describe.skipIf(!HAS_TMUX)('upstart top (skipped without tmux)', () => {
  let session: SessionInit;
  let tmux: Tmux;
  beforeAll(async () => {
    session = await SessionInit.start({ jobs: JOBS });
  });
  afterAll(async () => {
    await session?.end();
    session?.remove();
  });

  const open = async (before = '', size = {}): Promise<void> => {
    tmux = new Tmux(session.runtime, session.env, size);
    tmux.type(`stty -a > ${session.home}/before; ${before} ${session.product.bin}/upstart top; echo status $?`);
    await tmux.shows(LIVE);
  };
  afterEach(() => tmux?.end());
  /** The program itself, not the shell. */
  const pidOf = () =>
    eventually('there is a screen', () =>
      processesWith(`HOME=${session.home}`).find((pid) => /ctl\.c?js.* top$/.test(commandLineOf(pid))),
    );
  const selected = () => tmux.lines().find((line) => line.startsWith('>'));
  const chooses = async (job: string): Promise<void> => {
    tmux.press('/', 'C-u');
    tmux.type(job);
    await tmux.shows(new RegExp(`^> ${job} `, 'm'));
  };
  /** The modes of the terminal are those from before. */
  const expectRestored = async (): Promise<void> => {
    expect(tmux.modes()).toBe(ORDINARY);
    tmux.type(`clear; stty -a | cmp - ${session.home}/before && echo same modes`);
    await tmux.shows(/^same modes/m);
  };

  describe('in 80x24', () => {
    beforeEach(() => open());

    it('lists jobs, the worst first, and leaves the terminal as it was', async () => {
      const screen = await tmux.shows(/^> broken +broken file/m);
      expect(screen).toContain('7 jobs, 0 running, 1 not well');
      for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      expect(tmux.modes()).toBe(OTHER);
      tmux.press('Down');
      await eventually(() => selected()?.startsWith('> ') && !selected()?.startsWith('> broken'));
      tmux.press('q');
      await tmux.shows(/^status 0/m);
      await expectRestored();
    });

    it('starts, stops and restarts after a question, and tells what else would happen', async () => {
      await chooses('db');
      tmux.press('s');
      await tmux.shows(/web +running/);
      await tmux.shows(/^Start db\? y: yes/m);
      tmux.press('n');
      await eventually(() => !tmux.lines().join('\n').includes('Start db?'));
      expect((await session.run('initctl', 'status', 'db')).stdout).toContain('stop/waiting');
      tmux.press('s', 'y');
      await tmux.shows(/^db: started/m);
      const first = await tmux.shows(/^> db +start\/running +\d+/m);
      tmux.press('r', 'y');
      await tmux.shows(/^db: restarted/m);
      const pid = (screen: string) => /start\/running +(\d+)/.exec(screen)?.[1];
      await eventually(() => pid(tmux.lines().join('\n')) !== pid(first));
      tmux.press('x');
      await tmux.shows(/web +stopped/);
      tmux.press('y');
      await tmux.shows(/^db: stopped/m);
      await tmux.shows(/^> db +stop\/waiting/m);
      tmux.press('x', 'y');
      await tmux.shows(/^cannot stop db: /m);
    });

    it('explains a crash, shows its log, and follows one', async () => {
      await session.run('initctl', 'start', 'crashes');
      await chooses('crashes');
      tmux.press('e');
      await tmux.shows(/why crashes[\s\S]*terminated\s+with\s+status\s+3/);
      tmux.press('l');
      await tmux.shows(/log of crashes[\s\S]*about to fail/);
      await session.run('initctl', 'start', 'counts');
      await chooses('counts');
      const last = () => Number(/.*line (\d+)/s.exec(tmux.lines().join('\n'))?.[1] ?? 0);
      await tmux.shows(/^line \d/m);
      // A log that is shorter than its part of the screen stays at its end, where it grows.
      await eventually('more lines than fit', () => last() > 24);
      tmux.press('Tab', 'PageUp', 'Home');
      await tmux.shows(/^line 1$/m);
      tmux.press('Escape');
      await session.run('initctl', 'stop', 'counts');
    });

    it('shows what programs have written as text', async () => {
      await session.run('initctl', 'start', 'colours');
      await chooses('colours');
      tmux.press('l');
      await tmux.shows(/^red$/m);
      expect(tmux.lines()[0]).toMatch(LIVE);
    });

    it('sorts, selects, searches, and lists its keys', async () => {
      await session.run('initctl', 'start', 'worker', 'N=1');
      tmux.press('o');
      await tmux.shows(/sorted by name/);
      tmux.press('O');
      await tmux.shows(/reversed[\s\S]*worker \(1\)[\s\S]*web/);
      tmux.press('f');
      await tmux.shows(/showing running: 1/);
      tmux.press('?');
      await tmux.shows(/reverse the order/);
      tmux.press('Escape');
      await eventually(() => !tmux.lines().join('\n').includes('reverse the order'));
      tmux.press('Escape');
      await tmux.shows(/showing all/);
      await session.run('initctl', 'stop', 'worker', 'N=1');
    });

    it('fits other sizes, and says when one is too small', async () => {
      for (const [columns, lines] of [
        [200, 50],
        [40, 10],
        [120, 30],
      ] as const) {
        tmux.resize(columns, lines);
        await eventually(`${columns}x${lines}`, () => {
          const found = tmux.lines();
          const title = found[0] ?? '';
          return title.endsWith('live') && title.length === columns && found[lines - 1]?.startsWith('? keys');
        });
      }
      tmux.resize(30, 8);
      await tmux.shows(/^too small: 40x10/m);
      tmux.resize(80, 24);
      await tmux.shows(/live$/m);
    });

    it('is suspended and continues', async () => {
      tmux.press('C-z');
      await tmux.shows(/Stopped/);
      expect(tmux.modes()).toBe(ORDINARY);
      tmux.type('fg');
      await tmux.shows(LIVE);
      expect(tmux.modes()).toBe(OTHER);
      const pid = await pidOf();
      signal(pid, 'SIGTSTP');
      // The first one is still there.
      await tmux.shows(/Stopped[\s\S]*Stopped/);
      expect(tmux.modes()).toBe(ORDINARY);
      tmux.type('fg');
      await tmux.shows(LIVE);
      tmux.press('C-c');
      await eventually('it is left', () => tmux.modes() === ORDINARY);
      // What is typed before its end is for the screen.
      await tmux.shows(/^(?:\^C)?\$ ?$/m);
      await expectRestored();
    });

    it.each([
      ['SIGTERM', 143],
      ['SIGHUP', 129],
      ['SIGINT', 130],
      ['SIGQUIT', 131],
    ] as const)('restores the terminal at %s', async (name, status) => {
      signal(await pidOf(), name);
      // A command of a shell that SIGINT has ended ends the line.
      if (name === 'SIGINT') await tmux.shows(/^(?:\^C)?\$ ?$/m);
      else await tmux.shows(new RegExp(`^status ${status}`, 'm'));
      await expectRestored();
    });

    it('continues when the daemon is killed', async () => {
      const before = daemonWith(`HOME=${session.home}`) as number;
      process.kill(before, 'SIGKILL');
      await chooses('db');
      tmux.press('s', 'y');
      await tmux.shows(/^db: started/m);
      await tmux.shows(/^> db +start\/running/m);
      expect(daemonWith(`HOME=${session.home}`)).not.toBe(before);
      await eventually('it is live', () => LIVE.test(tmux.lines()[0] ?? ''));
      await session.run('initctl', 'stop', 'db');
      await tmux.shows(/^> db +stop\/waiting/m);
    });
  });

  it('has no colour with NO_COLOR, and has them without', async () => {
    await open('NO_COLOR=1');
    expect(tmux.lines(true).join('\n')).not.toContain('\u001b[');
    expect(selected()).toBeTruthy();
    await tmux.end();
    await open();
    expect(tmux.lines(true).join('\n')).toContain('\u001b[');
  });

  it('says why it cannot run without a terminal', async () => {
    const inPipe = await session.run('upstart', 'top');
    expect([inPipe.status, inPipe.stderr]).toEqual([1, expect.stringContaining('standard output is none')]);
    tmux = new Tmux(session.runtime, session.env, { columns: 200 });
    tmux.type(`TERM=dumb ${session.product.bin}/upstart top; echo status $?`);
    await tmux.shows(/TERM is dumb[\s\S]*ps --watch[\s\S]*^status 1/m);
    tmux.type(`clear; ${session.product.bin}/upstart top < /dev/null; echo status $?`);
    await tmux.shows(/standard input is none[\s\S]*^status 1/m);
  });

  it('ends with its init', async () => {
    const other = await SessionInit.start({ jobs: JOBS });
    try {
      tmux = new Tmux(other.runtime, other.env);
      tmux.type(`${other.product.bin}/upstart top; echo status $?`);
      await tmux.shows(LIVE);
      await other.end();
      await tmux.shows(/init has ended[\s\S]*status 1/);
      expect(tmux.modes()).toBe(ORDINARY);
    } finally {
      // Its socket goes with the folder.
      await tmux.end();
      other.remove();
    }
  });
});
