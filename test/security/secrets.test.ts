/** What a user without privileges learns about jobs whose files only root can read (docs/security.md). */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionInit } from '../control/session-init.ts';
import { SystemInit } from '../control/system-init.ts';
import { eventually } from '../eventually.ts';
import { asUser, BY_SOCKET, NOBODY, type Outcome, whyNoOtherUsers } from '../session/product.ts';

const REASON = whyNoOtherUsers();

/** Every one of these has SECRET in an environment, a script or a command line. */
const JOBS = {
  keeper:
    'start on unlock\nstop on lock and never\nenv TOKEN=SECRET\nexport TOKEN\nscript\n  : SECRET\n  exec sleep 1000\nend script\n',
  half: 'start on unlock and never\nenv KEY=SECRET\n',
  held: 'start on unlock\ntask\nexport PASSWORD\nexec sleep 1000\n',
  failing: 'export TOKEN\nenv TOKEN=SECRET\nexec /nonexistent/program SECRET\n',
  broken: 'env TOKEN=SECRET and more\n',
  over: 'start on open\nstop on close\nexec sh -c "echo SECRET; exec sleep 1000"\n',
};

const QUESTIONS = [
  ...['list', 'list --json', 'version', 'log-priority', 'check-config', 'show-config', 'show-config -e'],
  ...Object.keys(JOBS).flatMap((job) => [
    ...[`status ${job}`, `status --json ${job}`, `show-config ${job}`, `show-config --json ${job}`, `usage ${job}`],
    ...[`explain ${job}`, `explain --json ${job}`, `log ${job}`],
  ]),
  ...['unlock', 'lock', 'started', 'stopped', 'starting'].flatMap((event) => [
    `explain --event ${event}`,
    `explain --json --event ${event}`,
  ]),
];

describe.skipIf(REASON)(`the init of a system${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  let init: SystemInit;

  beforeAll(async () => {
    init = await SystemInit.start(JOBS);
    for (const job of Object.keys(JOBS)) chmodSync(join(init.product.folder, 'conf', `${job}.conf`), 0o600);
    await init.shell(
      'initctl emit -n unlock PASSWORD=SECRET; initctl emit open CODE=SECRET; ' +
        `until [ -s ${init.product.folder}/log/over.log ]; do sleep 0.05; done; initctl emit close CODE=SECRET; ` +
        'initctl emit -n lock PASSWORD=SECRET; start failing; true',
    );
  });
  afterAll(() => init?.stop());

  const as = (uid: number | null, command: string): Promise<Outcome> => {
    const words = ['initctl', ...command.split(' ')];
    return init.shell(`exec ${(uid === null ? words : asUser(uid, [...BY_SOCKET, ...words])).join(' ')}\n`);
  };

  it('has secrets that another user cannot read, and root can', async () => {
    const { stderr } = await init.shell(
      `exec ${asUser(NOBODY, ['cat', join(init.product.folder, 'conf/keeper.conf')]).join(' ')}\n`,
    );
    expect(stderr).toMatch(/Permission denied$/m);
    for (const command of [
      'explain failing',
      'explain over',
      'explain --event unlock',
      'explain half',
      'explain broken',
    ]) {
      expect((await as(null, command)).stdout).toContain('SECRET');
    }
  });

  it('tells another user none of them', async () => {
    for (const command of QUESTIONS) {
      const { stdout, stderr } = await as(NOBODY, command);
      // The question has an answer, or is refused; the answer tells nothing.
      expect({ command, answered: stdout + stderr }).toEqual({
        command,
        answered: expect.not.stringContaining('SECRET'),
      });
    }
    expect((await as(NOBODY, 'explain over')).stdout).toContain('stopped by `close`');
  });

  it.each(['initctl watch', 'initctl watch --json', 'initctl watch --system'])(
    'shows nobody a value: %s',
    async (command) => {
      const watched = join(init.product.folder, 'watched');
      const watcher = asUser(NOBODY, ['timeout', '600', ...command.split(' ')]).join(' ');
      const emits = 'initctl emit -n marker TOKEN=SECRET RUNLEVEL=5; initctl emit -n unlock PASSWORD=SECRET';
      const { stdout } = await init.shell(
        `${watcher} > ${watched} & until grep -q marker ${watched}; do ${emits}; sleep 0.05; done; kill $!; cat ${watched}; rm ${watched}`,
      );
      expect(stdout).toContain('marker');
      expect(stdout).toContain('RUNLEVEL=5');
      expect(stdout).not.toContain('SECRET');
    },
  );

  it('keeps what it knows, and what it logs, from others', async () => {
    const { stdout } = await init.shell(
      [
        'stat -c "%a %U %n" /run/upstart /run/upstart/state /run/upstart/control.sock /run/upstart/query.sock',
        'stat -c "%a %U" /run/upstart/state/* | sort -u',
        `stat -c "%a %U" ${init.product.folder}/log/*.log`,
        `${asUser(NOBODY, ['sh', '-c', '"cat /run/upstart/state/* /proc/1/environ /proc/$(pgrep -o -f daemon.js)/environ 2>&1 | grep -c SECRET"']).join(' ')}`,
      ].join('\n'),
    );
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 5)).toEqual([
      '755 root /run/upstart',
      '700 root /run/upstart/state',
      '600 root /run/upstart/control.sock',
      '666 root /run/upstart/query.sock',
      '600 root',
    ]);
    expect(lines.slice(5, -1)).toEqual(['640 root']);
    expect(lines.at(-1)).toBe('0');
  });
});

describe('the log of an init', () => {
  it('has no values of variables in it, however much it tells', async () => {
    const session = await SessionInit.start({ jobs: JOBS, options: ['--debug'] });
    try {
      await session.run('initctl', 'emit', '-n', 'unlock', 'PASSWORD=SECRET');
      await session.run('initctl', 'set-env', '--global', 'KEY=SECRET');
      await session.run('start', 'failing', 'MORE=SECRET');
      await eventually('it has told of it', () => session.said.includes('Failed to spawn failing main process'));
      await session.hears('Handling unlock event');
      expect(session.said).not.toContain('SECRET');
    } finally {
      await session.end();
      session.remove();
    }
  });
});
