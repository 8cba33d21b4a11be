/** Three sample projects as an ordinary user runs them: one command each. */
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { linesOf, ProjectRun } from './project-run.ts';

function projectRun(name: ConstructorParameters<typeof ProjectRun>[0]): ProjectRun {
  const run = new ProjectRun(name);
  onTestFinished(() => run.end());
  return run;
}

/** Puts ports that are free here in the place of those that the file of a sample has; the value: them. */
async function withPorts<const Names extends readonly string[]>(
  run: ProjectRun,
  file: string,
  names: Names,
): Promise<{ readonly [At in keyof Names]: number }> {
  const ports: number[] = [];
  for (const name of names) {
    const port = await freePort();
    run.replace(file, name, String(port));
    ports.push(port);
  }
  return ports as { [At in keyof Names]: number };
}

function answerOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', path: '/' }, (response) => {
      let text = '';
      response.on('data', (data) => {
        text += data;
      });
      response.on('end', () => resolve(text));
    });
    call.on('error', reject).end();
  });
}

it('runs a Procfile, with its .env and a port for each process', async () => {
  const run = projectRun('procfile');
  const [port] = await withPorts(run, '.env', ['5400']);
  const up = run.begin('up');
  await up.prints(new RegExp(`^web {4}\\* started, process \\d+, port ${port}$`, 'm'));
  await up.prints(/^worker \| works on --queue mails, hello from \.env$/m);
  await up.prints(new RegExp(`^clock {2}\\| tick at ${port + 200} of hello from \\.env$`, 'm'));
  await up.prints(/^web {4}\| Serving HTTP/m);
  expect(await eventually(() => answerOf(port).catch(() => ''))).toContain('Procfile');
  up.interrupt();
  const { status } = await up.outcome;
  expect(up.said).toContain('stopping; Ctrl-C kills');
  expect(up.said).toContain('worker | bye');
  // Not a terminal: no colours.
  expect(up.said).not.toContain('\u001b');
  expect(status).toBe(0);
  expect((await run.upstart('sessions')).stdout).toBe('');
});

it('runs a compose file, whose services wait for each other', async () => {
  const run = projectRun('compose');
  const [web, , cache] = await withPorts(run, 'compose.yaml', ['8089', '5439', '6389']);
  const { status, stdout, stderr } = await run.upstart('up', '-d');
  expect([linesOf(stdout), linesOf(stderr), status]).toEqual([
    [
      'cache    started, process N',
      'db       started, process N',
      'migrate  done',
      `web      started, process N, port ${web}`,
    ],
    [
      'compose.yaml:61: volumes: refused: there is no container: this is left out',
      'compose.yaml:40: services.db.volumes: refused: there is no container: this is left out',
      'compose.yaml:55: services.mail.image: refused: it needs a container: give it a command of this machine',
    ],
    0,
  ]);
  expect(await eventually(() => answerOf(web).catch(() => ''))).toBe(`hello from db and 127.0.0.1:${cache}\n`);
  expect((await run.upstart('sessions')).stdout).toMatch(new RegExp(`^\\d+ unix:\\S+ ${run.folder}\n$`));
  const more = await run.upstart('up', 'debug', '-d', '--json');
  expect(JSON.parse(more.stdout)).toMatchObject({
    project: run.folder,
    jobs: [{ job: 'debug', state: 'running', ports: [] }],
  });
  const attached = run.begin('attach', 'web', 'debug');
  await attached.prints(new RegExp(`^web {3}\\| listens on ${web}$`, 'm'));
  attached.interrupt();
  expect(await attached.outcome).toMatchObject({ status: 0 });
  expect(attached.said).not.toContain('cache');
  expect(attached.said).toContain('detached; `upstart down` stops the session\n');
  expect(await run.upstart('down')).toMatchObject({ status: 0 });
  expect(await run.upstart('down')).toMatchObject({
    ...{ status: 1, stderr: 'upstart: nothing runs in this folder; `upstart up` starts it\n' },
  });
});

it('runs a process-compose file, and parts of it by name, group and as a task', async () => {
  const run = projectRun('process-compose');
  const [port] = await withPorts(run, 'process-compose.yaml', ['8091']);
  const up = run.begin('up', '--exit-with', 'api');
  await up.prints(new RegExp(`^api {2}\\* started, process \\d+, port ${port}$`, 'm'));
  const order = ['db is ready, level debug', 'seed \\* exited normally', 'api +\\* started'].map((text) =>
    up.said.search(text),
  );
  expect(order).toEqual(order.toSorted((one, other) => one - other));
  expect(await run.upstart('stop', 'api')).toMatchObject({ status: 0 });
  expect(await up.outcome).toMatchObject({ status: 0 });

  const task = await run.upstart('run', 'test');
  expect([linesOf(task.stdout), task.status]).toEqual([['test * terminated with status 3'], 3]);
  const group = await run.upstart('up', 'backend', '-d');
  expect(linesOf(group.stdout)).toEqual([
    `api   started, process N, port ${port}`,
    'db    started, process N',
    'seed  done',
  ]);
  const again = await run.upstart('run', 'test');
  expect(again.status).toBe(3);
  expect(await run.upstart('run', '--', 'sh', '-c', 'exit $#', 'sh', '-a', 'b')).toMatchObject({ status: 2 });
  expect(await run.upstart('up', 'ap', '-d')).toMatchObject({
    ...{ status: 1, stderr: 'upstart: no job or group ap; did you mean api?\n' },
  });
  const states = join(run.product.folder, 'home/.local/state/upstart/projects');
  const [state = ''] = readdirSync(states);
  expect(existsSync(join(states, state, 'jobs/api.conf'))).toBe(true);
});

const JOBS = {
  'web.conf': 'start on startup\nexec sh -c "echo $NAME in $(pwd); exec sleep 1000"\n',
  'after.conf': 'start on started web\nexec sleep 1000\n',
  'fails.conf': 'start on started web\nexec sh -c "sleep 0.2; exit 7"\n',
  'deaf.conf':
    'start on startup\nkill timeout 500\nscript\n  trap "" TERM\n  echo deaf\n  while :; do sleep 0.1; done\nend script\n',
  'tools/one.conf': 'exec sleep 1000\n',
};

function nativeRun(names: readonly (keyof typeof JOBS)[]): ProjectRun {
  const files = Object.fromEntries(names.map((name) => [`upstart/${name}`, JOBS[name]]));
  const run = new ProjectRun({ ...files, '.env': 'NAME=me\n' });
  onTestFinished(() => run.end());
  return run;
}

it('runs job files, with the variables of .env, in the folder of the project', async () => {
  const run = nativeRun(['web.conf', 'after.conf', 'tools/one.conf']);
  const up = run.begin('up');
  await up.prints(/^after \* started/m);
  await up.prints(new RegExp(`^web {3}\\| me in ${run.folder}$`, 'm'));
  const { status, stdout } = await run.upstart('up', 'tools', '-d');
  expect([linesOf(stdout), status]).toEqual([['tools/one  started, process N'], 0]);
  up.interrupt();
  await up.outcome;
  // Those that wait for others stop first.
  expect(up.said.search(/^after \* killed/m)).toBeLessThan(up.said.search(/^web {3}\* killed/m));
});

it('stops all in order when nothing reads what it prints any more', async () => {
  const run = nativeRun(['web.conf', 'after.conf']);
  const up = run.begin('up');
  await up.prints(/^after \* started/m);
  up.leaveUnread();
  // The next line is the first one that nobody reads.
  await run.upstart('stop', 'after');
  expect(await up.outcome).toMatchObject({ status: 0 });
  expect((await run.upstart('down')).stderr).toContain('nothing runs in this folder');
});

it('shows a service that runs already, with its last lines, and stops only what it has started', async () => {
  const run = nativeRun(['web.conf', 'after.conf', 'deaf.conf']);
  await run.upstart('up', 'web', '-d');
  const again = run.begin('run', 'web');
  await again.prints(/^web \* runs already, process \d+\nweb \| me in /m);
  again.interrupt();
  expect(await again.outcome).toMatchObject({ status: 0 });
  expect(again.said).toMatch(/ \* web ran before, and stays; `upstart stop web` stops it$/m);
  const other = run.begin('run', 'after');
  await other.prints(/^after \* started/m);
  other.interrupt();
  expect(await other.outcome).toMatchObject({ status: 0 });
  expect(other.said).toMatch(/^after \* killed by TERM signal$/m);
  expect((await run.upstart('status', 'web')).stdout).toMatch(/^web start\/running, process \d+\n$/);
  expect((await run.upstart('status', 'after')).stdout).toBe('after stop/waiting\n');
});

it('restarts a service when its files change, not for those that it starts with', async () => {
  const run = new ProjectRun({
    'src/main': 'one',
    'src/lib/more': 'one',
    'upstart/web.conf': 'start on startup\nrestart on file FILE=/SRC/**\nrestart delay 0.2\nexec sleep 1000\n',
    'upstart/other.conf': 'start on file FILE=/SRC/** EVENT=create and started web\ntask\nexec echo found $MATCH\n',
    'upstart/after.conf': 'start on started web\nrestart on started web\nexec sleep 1000\n',
  });
  onTestFinished(() => run.end());
  for (const job of ['web', 'other']) run.replace(`upstart/${job}.conf`, '/SRC', join(run.folder, 'src'));
  const up = run.begin('up');
  // Jobs that start by a file get what exists already.
  await up.prints(/^other \| found \/.*\/src\/\w+/m);
  await up.prints(/^after \* started/m);
  expect(up.said).not.toMatch(/^web +\* killed/m);
  run.write('src/lib/more', 'two');
  await up.prints(/^web +\* killed by TERM signal$[\s\S]*^web +\* started[\s\S]*^after +\* started/m);
  up.interrupt();
  await up.outcome;
});

it('means no other project in the folder of one that does not run', async () => {
  const run = new ProjectRun({
    'a/upstart/web.conf': JOBS['web.conf'],
    'b/lib/x': '',
    'b/Procfile': 'web: sleep 1000\n',
  });
  onTestFinished(async () => {
    await run.upstart('down', 'a');
    run.end();
  });
  expect(await run.upstart('up', 'a', '-d')).toMatchObject({ status: 0 });
  const [a, lib] = ['a', 'b/lib'].map((name) => join(run.folder, name)) as [string, string];
  const address = (await run.upstart('sessions')).stdout.split(' ')[1];
  const text = `The project of ${run.folder}/b does not run: \`upstart up\` starts it. Another session is meant by its address in the environment:\n  UPSTART_SESSION=${address} (init, process `;
  for (const words of [
    ['upstart', 'ps'],
    ['upstart', 'stop', 'web'],
    ['initctl', 'list'],
    ['stop', 'web'],
  ]) {
    const refused = await run.command(words, lib);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain(text);
  }
  for (const here of [a, run.folder]) {
    expect((await run.command(['status', 'web'], here)).stdout).toMatch(/^web start\/running/);
  }
  const named = await run.command(['env', `UPSTART_SESSION=${address}`, 'status', 'web'], lib);
  expect(named.stdout).toMatch(/^web start\/running/);
});

it('ends with the status of the first failure where that is asked for', async () => {
  const run = nativeRun(['web.conf', 'fails.conf']);
  const up = run.begin('up', '--exit-on-failure');
  expect(await up.outcome).toMatchObject({ status: 7 });
  expect(up.said).toMatch(/^fails \* terminated with status 7$/m);
  // Without it the others stay.
  const { status, stdout } = await run.upstart('up', 'web', '-d');
  expect([linesOf(stdout), status]).toEqual([['web  started, process N'], 0]);
});

it('says which jobs have never started when nothing is left to wait for', async () => {
  const run = projectRun({
    'compose.yaml': 'services:\n  a: {command: sleep 99, depends_on: [b]}\n  b: {command: sleep 99, depends_on: [a]}\n',
  });
  const { status, stdout } = await run.upstart('up');
  expect([linesOf(stdout), status]).toEqual([
    ['a * not started: it waits for others', 'b * not started: it waits for others'],
    1,
  ]);
});

it('leaves no session behind that was interrupted while it started', async () => {
  const run = nativeRun(['web.conf']);
  const up = run.begin('up');
  // It has a folder before anybody can find it.
  const runFolder = join(run.product.place('run'), 'upstart');
  await eventually(() => existsSync(runFolder));
  up.interrupt();
  await up.outcome;
  expect(await run.upstart('sessions')).toMatchObject({ stdout: '' });
  expect(await run.upstart('up', '-d')).toMatchObject({ status: 0 });
});

it('kills jobs that do not stop, at the second interrupt', async () => {
  const run = nativeRun(['deaf.conf']);
  const up = run.begin('up');
  await up.prints(/^deaf \| deaf$/m);
  up.interrupt();
  await up.prints(/stopping; Ctrl-C kills/);
  up.interrupt();
  expect(await up.outcome).toMatchObject({ status: 0 });
  expect(up.said).toMatch(/^deaf \* killed by KILL signal$/m);
});

it.each<[string[], number, string]>([
  [['up', 'web', '--exit-with', 'gone'], 2, '--exit-with takes a job that is to run, not gone'],
  [['up', '--json'], 2, '--json needs --detach'],
  [['up', '--port', 'x'], 2, '--port takes a port, not x'],
  [['up', './upstart'], 2, 'nothing to run in'],
  [['run'], 2, 'give a job, or a command after --'],
  [['run', 'gone'], 2, 'no job gone in'],
  [['run', '--', './no-such-program'], 127, 'cannot run ./no-such-program: No such file or directory'],
])('refuses %j', async (words, status, text) => {
  const run = nativeRun(['web.conf']);
  const outcome = await run.upstart(...words);
  expect(outcome.stderr).toContain(text);
  expect(outcome.status).toBe(status);
});
