import { parseJob } from '@upstart/job-language';
import { expect, it } from 'vitest';
import { IN_PROJECT, type ProjectOptions } from '../translation.ts';
import { fromProcessCompose } from './process-compose.ts';

const OPTIONS: ProjectOptions = {
  ...{
    file: 'process-compose.yaml',
    folder: '/srv/app',
    occasion: IN_PROJECT,
    env: {},
    envFile: null,
    switchesUsers: false,
  },
};

function jobs(text: string, options: Partial<ProjectOptions> = {}) {
  const { files, ...rest } = fromProcessCompose(text, { ...OPTIONS, ...options });
  for (const file of files) parseJob(file.text, { name: file.name, path: file.name });
  return { ...rest, files: Object.fromEntries(files.map(({ name, text: own }) => [name, own])) };
}

const APP = `
version: "0.5"
environment: [LEVEL=debug]
processes:
  api:
    command: ./api --port $PORT
    namespace: backend
    working_dir: api
    environment: ["PORT=8080"]
    depends_on:
      db: { condition: process_healthy }
      seed: { condition: process_completed_successfully }
    readiness_probe:
      http_get: { port: 8080, path: /healthz }
      period_seconds: 1
      failure_threshold: 30
    availability: { restart: on_failure, backoff_seconds: 2, max_restarts: 5 }
  db:
    command: postgres -D data
    namespace: backend
    ready_log_line: "ready (1)"
    shutdown: { signal: 2, timeout_seconds: 30, command: "echo bye" }
  seed:
    command: ./seed && echo done
    depends_on: { db: { condition: process_started } }
    availability: { restart: exit_on_failure }
  tail: { command: tail -f x, disabled: true, elevated: true }
`;

it('makes jobs of processes, whose starts wait for each other', () => {
  const { files, ports, groups, endsWith } = jobs(APP, { envFile: {} });
  expect(files['api.conf']).toBe(`# api, from process-compose.yaml:5: processes.api

start on started db and stopped seed RESULT=ok

ready http http://127.0.0.1:8080/healthz 200
ready interval 1
ready timeout 30
respawn
respawn delay 2
respawn limit 5 86400
normal exit 0
kill timeout 10

chdir /srv/app/api
env-file -/srv/app/.env
env LEVEL=debug
env PORT=8080

exec ./api --port $PORT
`);
  expect(files['db.conf']).toContain(
    'ready log "ready \\\\(1\\\\)"\nkill signal INT\npre-stop exec echo bye\nkill timeout 30\n',
  );
  expect(files['seed.conf']).toContain('start on started db\n\ntask\nkill timeout 10\n');
  expect(files['seed.conf']).toContain('script\n  ./seed && echo done\nend script\n');
  expect(files['tail.conf']).not.toContain('start on');
  expect(ports).toEqual({ api: [8080] });
  expect(groups).toEqual({ backend: ['api', 'db'] });
  expect(endsWith).toEqual({ seed: 'failure' });
});

it('reports what is not the same, with the line', () => {
  expect(jobs(APP).report).toEqual([
    {
      ...{ place: 'process-compose.yaml:17: processes.api.availability.max_restarts', kind: 'approximated' },
      text: 'at most 5 restarts within a day',
    },
    {
      ...{ place: 'process-compose.yaml:18: processes.db', kind: 'approximated' },
      text: 'all that depend on it wait until it is ready',
    },
    { place: 'process-compose.yaml:23: processes.seed', kind: 'exact', text: 'seed is the same' },
    { place: 'process-compose.yaml:27: processes.tail.elevated', kind: 'refused', text: 'this is left out' },
  ]);
});

it.each([
  ['a: { description: nothing }', 'it has no command'],
  ['a: { command: x, depends_on: { b: { condition: process_started } } }', 'b is no job: this does not wait for it'],
  ['a: { command: x, readiness_probe: { http_get: { port: "http" } } }', 'expected the number of a port'],
  ['a: { command: x, liveness_probe: { http_get: { scheme: https } } }', 'no probes by https'],
  ['a: { command: x, availability: { restart: perhaps } }', 'unknown policy perhaps'],
  ['"a b": { command: x }', 'a name of letters, digits and ._- is expected'],
  ['a: 3', 'a mapping is expected'],
])('refuses %s', (process, text) => {
  expect(jobs(`processes: { ${process} }`).report).toMatchObject([{ kind: 'refused', text }]);
});

it('expands variables, except those of commands, which the shell expands', () => {
  const text = `
environment: ["G=$NAME"]
processes:
  a:
    command: echo $OWN $$OWN $\${OWN} costs 5$
    environment: ["OWN=\${NAME}-\${NONE:-x}-$NONE-$$1"]
    ready_log_line: ready$
    readiness_probe: { http_get: { port: "\${PORT}" } }
    availability: { restart: always, backoff_seconds: $PORT }`;
  const { files, report } = jobs(text, { env: { NAME: 'caller', PORT: '81' }, envFile: { NAME: 'file' } });
  const job = files['a.conf']?.split('\n') ?? [];
  expect(job).toEqual(
    expect.arrayContaining(['env G=file', 'env OWN=file-x--$1', 'exec echo $OWN $OWN ${OWN} costs 5$']),
  );
  expect(job).toEqual(
    expect.arrayContaining(['ready log "ready\\\\$"', 'ready http http://127.0.0.1:81/ 200', 'respawn delay 81']),
  );
  expect(report.map(({ text: line }) => line)).toContain('NONE is not set: nothing stands for it');
  const { files: as } = jobs(`disable_env_expansion: true\n${text}`);
  expect(as['a.conf']).toContain('\nenv G=$NAME\n');
});

it('leaves out what no init reads', () => {
  const { files, report } = jobs(
    'processes: { a: { command: x, availability: { restart: always, max_restarts: 2.5 }, readiness_probe: { http_get: { path: "/a b" } } } }',
  );
  expect(files['a.conf']).not.toContain('2.5');
  expect(report.filter(({ kind }) => kind === 'refused').map(({ text }) => text)).toEqual([
    expect.stringMatching(/^respawn: /),
    expect.stringMatching(/^ready: /),
  ]);
});

it('tries commands as probes by a shell', () => {
  const { files } = jobs(
    'processes: { a: { command: x, liveness_probe: { exec: { command: "test -e a", working_dir: w } } } }',
  );
  expect(files['a.conf']).toContain("check exec sh -c 'cd w && test -e a'\ncheck interval 10\n");
});

it('fills in variables of vars, and makes a job for each replica', () => {
  const text = `
vars: { HOST: all, PORT: 1 }
processes:
  api:
    command: "serve --host {{.HOST}} --port {{ .PORT }}{{.PC_REPLICA_NUM}} {{if .X}}"
    vars: { PORT: 80 }
    replicas: 2
  web: { command: web, depends_on: { api: { condition: process_started } } }
`;
  const { files, groups, report } = jobs(text);
  expect(files['api-0.conf']).toContain('serve --host all --port 800 ');
  expect(files['api-1.conf']).toContain('serve --host all --port 801 ');
  expect(files['api-1.conf']).toContain('env PC_REPLICA_NUM=1\n');
  expect(files['web.conf']).toContain('start on started api-0 and started api-1\n');
  expect(groups).toEqual({ api: ['api-0', 'api-1'] });
  expect(report.filter(({ kind }) => kind === 'refused').map(({ text: why }) => why)).toEqual(
    Array(2).fill('no variable for {{if .X}}'),
  );
});

it('starts by a schedule, not with the others, and by an entrypoint', () => {
  const { files, report } = jobs(`
processes:
  cron: { command: date, schedule: { cron: "*/5 * * * *", timezone: Europe/Rome } }
  often: { command: date, schedule: { interval: 30s } }
  wrong: { command: date, schedule: { at: noon } }
  list: { entrypoint: [sh, -c, "echo $1"] }
`);
  expect(files['cron.conf']).toContain('start on timer "CRON=*/5 * * * *" ZONE=Europe/Rome\n\ntask\n');
  expect(files['often.conf']).toContain('start on timer EVERY=30s\n');
  expect(files['list.conf']).toContain("exec sh -c 'echo $1'\n");
  expect(report).toContainEqual(
    expect.objectContaining({ kind: 'refused', text: 'expected cron, or an interval of whole seconds' }),
  );
});

it('gives the command variables of .env that others are a part of, and what no stanza can say', () => {
  const { files } = jobs('processes:\n  a: { command: run, environment: { B: "x\\ny" } }\n', {
    envFile: { A: 'a/b' },
    expanded: { A: 'a/b' },
  });
  expect(files['a.conf']).toContain("  exec env A=a/b B='x\n  y' run\n");
});
