// A tour on the example jobs. It checks everything that it shows, and ends with an error at the first surprise.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './build.mjs';
import { Problem } from './problem.mjs';
import { Session, until } from './session.mjs';

/** How long each step can be looked at, in milliseconds. */
const PAUSE = Number(process.env.DEMO_PAUSE ?? 800);

export async function run() {
  await build();
  const session = await Session.start(['--no-startup-event']);
  try {
    await tour(session);
  } catch (error) {
    await session.end();
    if (error instanceof Problem && session.said) error.hint += `\ninit said:\n${session.said.trimEnd()}`;
    throw error;
  }
  say('Ending the session stops what still runs.');
  const pids = processesOf(session.init.pid);
  const { code, signal } = await session.end();
  if (code !== 0) throw new Problem(`init ended with ${signal ?? `status ${code}`}.`);
  const left = pids.filter(alive);
  if (left.length > 0) throw new Problem(`Processes are left behind: ${left.join(', ')}.`);
  console.log('\nThat was the tour. `npm start` keeps a session running for you to try yourself.');
  return 0;
}

async function tour(session) {
  const { show, pid } = shell(session);
  const port = await freePort();

  say('A session init has read examples/jobs. Nothing runs yet.');
  await show(/^web stop\/waiting$/m, 'initctl', 'list');

  say('Starting the web server. `start` returns when it listens, and the visitor follows by itself.');
  await show(/^web start\/running, process \d+$/, 'start', 'web', `PORT=${port}`);
  await until('the visitor runs', () => pid('visitor'));
  await show(/^visitor start\/running, process \d+$/, 'status', 'visitor');
  await until('the visitor has an answer', () => log(session, 'visitor').includes('200'));
  quote(log(session, 'visitor').split('\n')[0]);

  say('An event starts a task; `emit` returns when the task is done.');
  await show(/^$/, 'initctl', 'emit', 'upload', 'FILE=cat.png');
  expect(log(session, 'thumbnail-cat.png'), /done with cat\.png/, 'the log of the task');
  quote(log(session, 'thumbnail-cat.png').trimEnd());

  say('One job, several instances.');
  await show(/^workers stop\/waiting$/, 'start', 'workers', 'COUNT=2');
  await show(/^worker \(2\) start\/running, process \d+$/, 'status', 'worker', 'N=2');

  say('A daemon that forks twice: what is watched is the process that stays.');
  await show(/^old-style-daemon start\/running, process \d+$/, 'start', 'old-style-daemon');
  const daemonPid = pid('old-style-daemon');
  expect(readFileSync(`/proc/${daemonPid}/cmdline`, 'utf8'), /old-style-daemon/, `the process ${daemonPid}`);

  say('Killed with SIGKILL, the web server is there again: another process, the same job.');
  const before = pid('web');
  command('kill', '-KILL', before);
  process.kill(before, 'SIGKILL');
  const after = await until('the web server has been started again', () => pid('web') !== before && pid('web'));
  await until('it listens', () => /running/.test(session.run('status', 'web').output));
  await show(new RegExp(`^web start/running, process ${after}$`), 'status', 'web');

  say('The part that decides everything is killed too. Jobs run on, and the next one knows all about them.');
  const brain = childOf(session.init.pid, 'daemon.js');
  command('kill', '-KILL', brain);
  process.kill(brain, 'SIGKILL');
  const successor = await until('there is another daemon', () => {
    const found = childOf(session.init.pid, 'daemon.js');
    return found !== brain && found;
  });
  await until('it answers', () => session.run('initctl', 'version').status === 0);
  console.log(`  the daemon was process ${brain} and is process ${successor}`);
  await show(new RegExp(`^web start/running, process ${after}$`), 'status', 'web');
  await show(/^worker \(1\) start\/running, process \d+$/, 'status', 'worker', 'N=1');

  say('Stopping. The visitor goes with the web server.');
  await show(/^web stop\/waiting$/, 'stop', 'web');
  await until('the visitor has ended', () => session.run('status', 'visitor').output === 'visitor stop/waiting');
  await show(/^visitor stop\/waiting$/, 'status', 'visitor');
}

function shell(session) {
  return {
    /** Shows a command and runs it; its output must match `expected`. */
    async show(expected, program, ...args) {
      command(program, ...args);
      const { status, output } = session.run(program, ...args);
      if (output) quote(output);
      if (status !== 0) throw new Problem(`${program} ${args.join(' ')} ended with status ${status}.`);
      expect(output, expected, `${program} ${args.join(' ')}`);
      await sleep(PAUSE);
    },
    /** The main process of a running job, or 0. */
    pid: (job) => Number(/start\/running, process (\d+)/.exec(session.run('status', job).output)?.[1] ?? 0),
  };
}

const say = (text) => console.log(`\n${text}`);
const command = (...words) => console.log(`  $ ${words.join(' ')}`);
const quote = (text) => console.log(text.replace(/^/gm, '  '));

function expect(text, expected, what) {
  if (!expected.test(text)) throw new Problem(`Unexpected: ${what} says\n${text}\nwhich does not match ${expected}.`);
}

/** The log of a job so far, without the carriage returns of its terminal. */
function log(session, name) {
  const file = readdirSync(session.logs).find((found) => found === `${name}.log`);
  return file ? readFileSync(join(session.logs, file), 'utf8').replaceAll('\r', '') : '';
}

/** The processes below `root`, itself included. */
function processesOf(root) {
  const rows = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).stdout.trim().split('\n');
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const parent of found) found.push(...pairs.filter(([, ppid]) => ppid === parent).map(([pid]) => pid));
  return found;
}

function childOf(parent, word) {
  const { stdout } = spawnSync('ps', ['--ppid', String(parent), '-o', 'pid=,args='], { encoding: 'utf8' });
  return Number(
    stdout
      .split('\n')
      .find((row) => row.includes(word))
      ?.trim()
      .split(/\s+/)[0] ?? 0,
  );
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
