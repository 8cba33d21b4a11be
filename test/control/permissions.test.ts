/** Permissions, with real users (reference: control §5). */
import { chmodSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAddress } from '../../packages/protocol/src/index.ts';
import { asUser, BY_SOCKET, NOBODY, type Outcome, run, whyNoOtherUsers } from '../session/product.ts';
import { SessionInit } from './session-init.ts';
import { SystemInit } from './system-init.ts';

const REASON = whyNoOtherUsers();
const STRANGER = 12_345;

/** Questions that every user may ask, with a part of the answer. */
const QUESTIONS: readonly [command: string, answer: RegExp][] = [
  ['status web', /^web start\/running, process \d+$/m],
  ['list', /^web start\/running, process \d+$/m],
  ['show-config web', /^ {2}start on boot$/m],
  ['check-config --ignore-events=boot', /^$/],
  ['usage web', /^Usage: PORT=number$/m],
  ['version', /^init \(upstart [0-9.]+\)$/m],
  ['log-priority', /^message$/m],
  ['explain web', /^web start\/running: started by request$/m],
  ['explain --event boot', /^No event boot is pending/m],
  ['list --json', /"job": "web"/],
  ['help', /^Job commands:$/m],
];

/** Requests that only root may make, with their names in a refusal. */
const CHANGES: readonly [command: string, what: string][] = [
  ['start other', 'start job'],
  ['stop web', 'stop job'],
  ['restart web', 'restart job'],
  ['reload web', 'reload job'],
  ['emit boot', 'emit an event'],
  ['reload-configuration', 'reload configuration'],
  ['log-priority debug', 'set log priority'],
  ['get-env --global PATH', 'query job environment'],
  ['list-env --global', 'query job environment'],
  ['set-env --global A=1', 'modify job environment'],
  ['unset-env --global A', 'modify job environment'],
  ['reset-env --global', 'modify job environment'],
  ['notify-disk-writeable', 'notify disk is writeable'],
  ['notify-dbus-address unix:path=/x', 'notify D-Bus address'],
  ['notify-cgroup-manager-address unix:path=/x', 'notify cgroup manager address'],
];

describe.skipIf(REASON)(
  `the init of a system, asked by another user at its socket${REASON ? ` (skipped: ${REASON})` : ''}`,
  () => {
    let init: SystemInit;

    beforeAll(async () => {
      init = await SystemInit.start({
        web: 'start on boot\nusage "PORT=number"\nexec sleep 1000\n',
        other: 'exec sleep 1000\n',
      });
      expect((await init.shell('start web')).status).toBe(0);
    });
    afterAll(() => init?.stop());

    const asNobody = (command: string): Promise<Outcome> =>
      init.shell(`exec ${asUser(NOBODY, [...BY_SOCKET, 'initctl', ...command.split(' ')]).join(' ')}\n`);

    it.each(QUESTIONS)('answers `%s`', async (command, answer) => {
      const { status, stdout, stderr } = await asNobody(command);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(answer);
    });

    it.each(CHANGES)('refuses `%s`', async (command, what) => {
      const refused = { status: 1, stdout: '', stderr: `initctl: You do not have permission to ${what}\n` };
      expect(await asNobody(command)).toMatchObject(refused);
    });

    it('has changed nothing then', async () => {
      const { stdout } = await init.shell('status web; status other; initctl log-priority');
      expect(stdout).toMatch(/^web start\/running, process \d+\nother stop\/waiting\nmessage\n$/);
    });

    it('shows what happens', async () => {
      const watcher = asUser(NOBODY, ['timeout', '600', 'initctl', 'watch']).join(' ');
      const { stdout } = await init.shell(
        `${watcher} > $DIR/watched & until grep -q marker $DIR/watched; do initctl emit -n marker; sleep 0.05; done; kill $!; cat $DIR/watched`,
      );
      expect(stdout).toMatch(/ event marker$/m);
    });

    it('lets others in by the socket for questions alone', async () => {
      const { stdout } = await init.shell('stat -c "%a %U %n" /run/upstart/*.sock');
      expect(stdout).toBe('600 root /run/upstart/control.sock\n666 root /run/upstart/query.sock\n');
    });
  },
);

describe.skipIf(REASON)(`the init of a session${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  let init: SessionInit;

  beforeAll(async () => {
    init = await SessionInit.start({ uid: NOBODY, jobs: { web: 'exec sleep 1000\n' } });
  });
  afterAll(async () => {
    await init?.end();
    init?.remove();
  });

  const initctl = (uid: number, ...words: string[]): Promise<Outcome> => {
    const [file = '', ...args] = asUser(uid, [`${init.product.bin}/initctl`, ...words]);
    return run(file, args, init.env);
  };

  it('is its owner’s', async () => {
    const { status, stdout } = await initctl(NOBODY, 'start', 'web');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^web start\/running, process \d+\n$/);
  });

  it('is root’s, too', async () => {
    const { status, stdout } = await run(`${init.product.bin}/restart`, ['web'], init.env);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^web start\/running, process \d+\n$/);
  });

  describe('is closed to others', () => {
    /** The socket and the folders above it, with their modes as init made them. */
    const made = new Map<string, number>();
    beforeAll(() => {
      const { folder } = init.product;
      for (let path = init.socket; path !== folder; path = dirname(path)) made.set(path, statSync(path).mode & 0o777);
    });

    /** Opens all of them to everybody, except one. */
    function openAllBut(closed: string | null): void {
      for (const [path, mode] of made) chmodSync(path, path === closed ? mode : path === init.socket ? 0o666 : 0o755);
    }

    /** As a stranger who knows the path of the socket. */
    function asStranger(command: string): Promise<Outcome> {
      const [file = '', ...args] = asUser(STRANGER, [`${init.product.bin}/initctl`, ...command.split(' ')]);
      return run(file, args, { ...init.env, UPSTART_SESSION: formatAddress(init.socket) });
    }

    it.each([
      ['by its folder', () => dirname(init.socket)],
      ['by its socket', () => init.socket],
    ])('%s alone', async (_, closed) => {
      openAllBut(closed());
      const stderr = `initctl: Unable to connect to Upstart: Failed to connect to socket ${init.socket}: Permission denied\n`;
      for (const command of ['list', 'stop web', 'version'])
        expect(await asStranger(command)).toMatchObject({ status: 1, stdout: '', stderr });
    });

    it('by nothing else', async () => {
      openAllBut(null);
      expect(await asStranger('version')).toMatchObject({ status: 0, stderr: '' });
    });
  });
});
