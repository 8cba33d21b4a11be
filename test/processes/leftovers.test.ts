/** What processes leave behind: output of a main process that has crashed is not that of the next one, and the children of probes end with them. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { removeFolder } from '../remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'leftovers-'));
const at = (name: string): string => join(folder, name);
const goes = (name: string): void => writeFileSync(at(name), '');
/** A line of shell that waits for a file. */
const waits = (name: string): string => `while [ ! -e ${at(name)} ]; do sleep 0.02; done`;

/** The first process prints what the job waits for, and crashes; the next one prints it when the file `real` is there. */
const CRASHES = `respawn
script
  if [ ! -e ${at('crashed')} ]; then
    touch ${at('crashed')}
    echo "now I am up"
    exit 1
  fi
  ${waits('go')}
  echo "not yet"
  ${waits('real')}
  echo "now I am up"
  exec sleep 1000
end script
ready log "^now I am up$"
ready interval 0.01
`;

/** Prints what the job waits for and crashes, each time, and the process that is the third one prints nothing. */
const PRINTS_AND_CRASHES = `respawn
respawn limit unlimited
script
  echo x >>${at('runs')}
  if [ "$(wc -l <${at('runs')})" -lt 3 ]; then echo "here I am"; exit 1; fi
  echo quiet
  exec sleep 1000
end script
ready log "^here I am$"
ready interval 5
ready timeout 600
`;

/** Its children are in its group, in one of their own, in one of a child's, and in a session of their own. */
const CHILDREN = (end: string): string =>
  `sh -c 'sleep 1001 & timeout 1000 sleep 1002 & setsid sh -c "sleep 1003; true" & echo $$ >${at('asked')}; ${end}'`;

let session: Session;
beforeAll(async () => {
  session = await Session.start({
    jobs: {
      crashes: CRASHES,
      prints: PRINTS_AND_CRASHES,
      hangs: `exec sleep 1000\ncheck exec ${CHILDREN('sleep 1004')}\ncheck interval 4\ncheck timeout 2\ncheck failures 1\ncheck action none\n`,
      waits: `exec sleep 1000\nready exec ${CHILDREN('sleep 1005')}\n`,
      ends: `exec sleep 1000\nready exec sh -c 'sleep 1006 & sleep 1007 & echo $$ >${at('asked')}'\n`,
      floods: `exec sleep 1000\nready exec sh -c 'head -c 50000000 /dev/zero | tr "\\0" x; echo up'\nready timeout 600\n`,
    },
  });
});
afterAll(async () => {
  await session?.kill();
  removeFolder(folder);
});

const run = async (...words: [string, ...string[]]): Promise<string> => (await session.run(...words)).stdout.trim();

/** The processes of probes of a job. */
const probesOf = (job: string): number[] =>
  session.processesOf(job).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`\0UPSTART_PROBE=`);
    } catch {
      return false;
    }
  });

describe('ready log', () => {
  it('does not take output of the process before that is written late for that of the next one', async () => {
    const logger = await eventually('the logger runs', () =>
      childrenOf(session.pid).find((pid) => commandLineOf(pid).includes('logger')),
    );
    process.kill(logger, 'SIGSTOP');
    const started = session.run('start', 'crashes');
    await eventually('the next one waits', async () => {
      const text = await run('upstart', 'explain', 'crashes');
      return text.includes('no output yet') && text.includes('respawned: once');
    });
    process.kill(logger, 'SIGCONT');
    await eventually('the output of the first one is there', () => session.log('crashes').includes('now I am up'));
    goes('go');
    await eventually('it was looked at', async () =>
      (await run('upstart', 'explain', 'crashes')).includes('no match in 1 line'),
    );
    expect(session.log('crashes')).toEqual(['now I am up', 'not yet']);
    expect(await run('status', 'crashes')).toMatch(/^crashes start\/spawned, process \d+$/);
    goes('real');
    expect((await started).stdout).toMatch(/^crashes start\/running, process \d+$/m);
  });

  it('waits for each process anew that prints it and crashes', async () => {
    const started = session.run('start', 'prints');
    await eventually('the third one runs', () => session.log('prints').includes('quiet'));
    await eventually('it was looked at', async () =>
      (await run('upstart', 'explain', 'prints')).includes('no match in 1 line'),
    );
    expect(session.log('prints')).toEqual(['here I am', 'here I am', 'quiet']);
    expect(await run('status', 'prints')).toMatch(/^prints start\/spawned/);
    await run('stop', 'prints');
    await started;
  });
});

describe('the children of a probe', () => {
  it('are killed with it when its time is over, whichever groups they are in', async () => {
    await run('start', 'hangs');
    await eventually('all of them run', () => probesOf('hangs').length >= 6);
    await eventually('it has failed', async () =>
      (await run('upstart', 'ps', 'hangs')).includes('timed out after 2 seconds'),
    );
    await eventually('none is left', () => probesOf('hangs').length === 0);
    await run('stop', 'hangs');
  });

  it('are killed with it when its job stops', async () => {
    const started = session.run('start', 'waits');
    await eventually('all of them run', () => probesOf('waits').length >= 6);
    await run('stop', 'waits');
    await started;
    await eventually('none is left', () => probesOf('waits').length === 0);
  });

  it('in its group end with it when it succeeds', async () => {
    expect(await run('start', 'ends')).toMatch(/^ends start\/running/);
    expect(existsSync(at('asked'))).toBe(true);
    await eventually('none is left', () => probesOf('ends').length === 0);
    await run('stop', 'ends');
  });
});

it('the output of a probe is dropped, however much it is', async () => {
  expect(await run('start', 'floods')).toMatch(/^floods start\/running/);
  expect(session.log('floods')).toEqual([]);
});
