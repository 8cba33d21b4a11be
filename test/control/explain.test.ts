/** The parts of `explain` that need files and processes, against a real init. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Explanation } from '../../packages/protocol/src/index.ts';
import { eventually } from '../eventually.ts';
import { SessionInit } from './session-init.ts';

let session: SessionInit;

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      // A process that minds HUP ends with the terminal of its job: so may one that has yet to get a session of its own.
      launcher: 'script\ntrap "" HUP\nsetsid sleep 1001 &\nsleep 1002 &\nend script\n',
      wrapper: "script\n(sleep 1005 &)\nsetsid sh -c 'sleep 1003 &'\nexec sleep 1004\nend script\n",
      nowhere: 'chdir /no/such/folder\nexec sleep 1000\n',
      talker: 'script\necho first\necho last words\nexit 3\nend script\n',
      holder: 'start on mine and never\n',
      off: 'start on go\nmanual\nexec sleep 1000\n',
    },
  });
});
afterAll(async () => {
  await session?.end('SIGKILL');
  session?.remove();
});

async function explain(job: string): Promise<Explanation> {
  return JSON.parse((await session.run('initctl', 'explain', '--json', job)).stdout) as Explanation;
}

/** Ends processes that no init ends. */
function end({ unsupervised = [] }: Explanation): void {
  for (const { pid } of unsupervised) process.kill(pid, 'SIGKILL');
}

it('names processes that outlive their job, until they end', async () => {
  await session.run('start', 'launcher');
  const left = await eventually('both are left', async () => {
    const explanation = await explain('launcher');
    const said = explanation.unsupervised?.map(({ command, old }) => `${command} ${old}`).sort();
    return said?.join() === 'sleep 1001 true,sleep 1002 true' ? explanation : null;
  });
  const text = (await session.run('initctl', 'explain', 'launcher')).stdout;
  expect(text).toMatch(/^ {2}left behind: process \d+ \(sleep 1001\) has outlived its run; init does not/m);
  end(left);
  await eventually('none is left', async () => (await explain('launcher')).unsupervised?.length === 0);
});

it('tells those that live beside the main process, in another session', async () => {
  await session.run('start', 'wrapper');
  const beside = await eventually('it is there', async () => {
    const explanation = await explain('wrapper');
    // Not its parent, which leaves the session and then ends.
    return explanation.unsupervised?.map(({ command }) => command).join() === 'sleep 1003' ? explanation : null;
  });
  expect(beside.unsupervised).toMatchObject([{ command: 'sleep 1003', old: false, instance: '' }]);
  await session.run('stop', 'wrapper');
  const after = await eventually('what was signalled has ended', async () => {
    const explanation = await explain('wrapper');
    return explanation.unsupervised?.length === 1 ? explanation : null;
  });
  expect(after.unsupervised).toMatchObject([{ command: 'sleep 1003', old: true }]);
  end(after);
});

it('points to the output of a failed run where there is any', async () => {
  await session.run('start', 'nowhere');
  expect(await explain('nowhere')).toMatchObject({
    output: null,
    last: { text: expect.stringContaining('its file says `chdir /no/such/folder`') },
  });
  await session.run('start', 'talker');
  // Init does not wait for long until all output is in the log.
  const failed = await eventually('it has ended, and its last line is there', async () => {
    const explanation = await explain('talker');
    return explanation.output?.lastLine === 'last words' ? explanation : null;
  });
  expect(failed.output?.path).toMatch(/\/talker\.log$/);
});

it('quotes only the process that failed', async () => {
  const once = join(session.home, 'has-run');
  session.job(
    'silent',
    `script\n[ -e ${once} ] && exit 3\ntouch ${once}\necho of the run before\nexit 3\nend script\n`,
  );
  session.job('tidied', 'exec sh -c "echo my reason; exit 4"\npost-stop exec echo tidied up\n');
  const failed = (job: string, runs: number, lastLine: string | null) =>
    eventually(`it has failed, and the log ends with ${lastLine}`, async () => {
      const { stdout } = await session.run('upstart', 'history', '--json', job);
      const ends = (JSON.parse(stdout || '[]') as { kind: string; to?: string }[]).filter(({ to }) => to === 'waiting');
      const { output } = await explain(job);
      return ends.length === runs && output?.lastLine === lastLine ? output : null;
    });
  await session.run('start', '-n', 'silent');
  await failed('silent', 1, 'of the run before');
  await session.run('start', '-n', 'silent');
  expect((await failed('silent', 2, null)).path).toMatch(/\/silent\.log$/);
  await session.run('start', '-n', 'tidied');
  await failed('tidied', 1, 'my reason');
});

it('knows which job has asked', async () => {
  session.job('hook', `pre-start exec ${session.product.bin}/stop\nexec sleep 1000\n`);
  session.job('chain', `pre-start exec ${session.product.bin}/initctl emit mine\nexec sleep 1000\n`);
  await session.run('start', '-n', 'hook');
  await eventually('it has stopped itself', async () => (await explain('hook')).why === 'stopped by its own pre-start');
  await session.run('start', '-n', 'chain');
  await eventually('it waits for its own event', async () =>
    /waits for its own event `mine` to be over$/.test((await explain('chain')).instances[0]?.why ?? ''),
  );
});

it('knows the file that takes the `start on` away', async () => {
  expect((await explain('off')).why).toMatch(/^never started; \/.*\/off\.conf:2 says `manual`, so it is/);
});
