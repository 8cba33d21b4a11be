import { describe, expect, it } from 'vitest';
import { explain, why } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

describe('a failure', () => {
  it('is not reported twice', () => {
    const world = new TestWorld();
    world.job('slow', 'exec slow\npost-stop exec pause\n');
    world.start('slow');
    const { pid } = world.process('slow');
    world.exit(world.process('slow'), 1);
    const pause = world.process('pause').pid;
    expect(why(world, 'slow')).toBe(
      `stopped because its main process (${pid}) terminated with status 1; the post-stop process (${pause}) still runs`,
    );
  });

  it.each([
    ['chdir /nowhere', 'chdir', 2, '', 'its file says `chdir /nowhere`'],
    ['chdir $HOME', 'chdir', 2, '', 'its file says `chdir $HOME`, and no variables or `~` are expanded there'],
    ['chroot /r\nchdir /x', 'chdir', 2, '', 'its file says `chdir /x`, which is looked for below `chroot /r`'],
    ['chroot /r', 'chroot', 2, '', 'its file says `chroot /r`'],
    ['setuid nobody', 'setuid-lookup', 0, '', 'its file says `setuid nobody`, and there is no such user'],
    [
      'setgid 1000',
      'setgid-lookup',
      0,
      '',
      'its file says `setgid 1000`, and there is no such group (a name is expected, not a number)',
    ],
    ['limit core 1 unlimited', 'limit', 22, 'core', 'its file says `limit core 1 unlimited`'],
    [
      'limit nofile 9 10',
      'limit',
      1,
      'nofile',
      'its file says `limit nofile 9 10`; only root may raise a hard limit, and not above the number in /proc/sys/fs/nr_open',
    ],
    ['nice -20', 'nice', 13, '', 'its file says `nice -20`'],
    [`chdir /${'x'.repeat(300)}`, 'chdir', 36, '', `its file says \`chdir /${'x'.repeat(192)}…\``],
    ['umask 022', 'exec', 2, '', 'it was to run `main`'],
    ['umask 022', 'trace', 1, '', null],
  ] as const)('to set up `%s` names what the file says', (stanzas, step, errno, detail, setting) => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('web', `${stanzas}\nexec main\n`);
    world.start('web');
    const { token } = world.process('main');
    world.report({ type: 'spawn-failed', process: token, step, errno, detail });
    const { last } = explain(world, 'web');
    const [, told = null] = last?.text.split(/(?<=started: [^;]*); /) ?? [];
    expect(told).toBe(setting);
    // Its present file is not the one that failed.
    world.job('web', 'chdir /elsewhere\nexec other\n');
    expect(explain(world, 'web').last?.text).toBe(last?.text);
  });

  it('of a shell that found no program is not the fault of `expect`', () => {
    const world = new TestWorld();
    world.job('web', 'expect fork\nexec A=b main\n');
    world.start('web');
    world.exit(world.process('/bin/sh -e -c exec A=b main /bin/sh'), 127);
    expect(explain(world, 'web').last?.text).toMatch(
      /terminated with status 127; status 127: a command was not found; it was to run `A=b main`$/,
    );
    world.start('web');
    world.exit(world.process('/bin/sh -e -c exec A=b main /bin/sh'), 1);
    expect(explain(world, 'web').last?.text).toContain('`expect fork` does not fit this program');
  });

  it('of a script says that one of its commands may have ended it', () => {
    const world = new TestWorld();
    const run = (text: string, code: number, signal = 0): string | undefined => {
      world.job('svc', text);
      world.start('svc');
      for (const process of [...world.processes.values()]) world.exit(process, code, signal);
      return explain(world, 'svc').last?.text.replace(/^.*?status \d+; /, '');
    };
    const ended = 'ended with status 3, and the script with it: init runs scripts by `sh -e`';
    expect(run('script\n. nvm.sh\nserve\nend script\n', 3)).toBe(`a command in the script ${ended}`);
    expect(run('script\n. nvm.sh\nexec serve\nend script\n', 3)).toBe(
      `a command in the script, or the program that it executes, ${ended}`,
    );
    expect(run('pre-start script\nfalse\nend script\nexec main\n', 1)).toContain('a command in the script ended');
    expect(run('exec false\n', 1)).toMatch(/status 1$/);
    expect(run('script\ntrue\nend script\n', 0, 9)).toMatch(/was killed by the KILL signal$/);
    expect(run('script\nx\nend script\n', 126)).toBe('status 126: a command was found, but could not be executed');
  });
});
