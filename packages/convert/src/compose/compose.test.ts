import { parseJob } from '@upstart/job-language';
import { expect, it } from 'vitest';
import { IN_PROJECT, IN_SYSTEM } from '../translation.ts';
import { YamlError } from '../yaml/yaml-file.ts';
import { type ComposeOptions, fromCompose } from './compose.ts';

const OPTIONS: ComposeOptions = {
  ...{ file: 'compose.yaml', folder: '/srv/shop', occasion: IN_PROJECT, env: {}, envFile: null, switchesUsers: false },
};

/** The job files of a translation by their names; all of them can be read by init. */
function jobs(text: string, options: Partial<ComposeOptions> = {}) {
  const { files, ...rest } = fromCompose(text, { ...OPTIONS, ...options });
  for (const file of files) parseJob(file.text, { name: file.name, path: file.name });
  return { ...rest, files: Object.fromEntries(files.map(({ name, text: own }) => [name, own])) };
}

/** The lines of a job file, without those of the top and the defaults. */
const lines = (text = '') =>
  text.split('\n').filter((line) => !/^(?:#|$|start on startup|kill timeout 10|chdir)/.test(line));

/** The lines of one service with these keys. */
const service = (keys: string, options: Partial<ComposeOptions> = {}) => {
  const { files, report } = jobs(`services:\n  web:\n    command: serve\n${keys.replace(/^/gm, '    ')}`, options);
  return {
    lines: lines(files['web.conf']),
    report: report.map(({ kind, place, text }) => `${kind} ${place}: ${text}`),
  };
};

it('leaves out what no init reads', () => {
  const { lines: found, report } = service('restart: on-failure:x\noom_score_adj: abc\nuser: "1000:adm"', {
    switchesUsers: true,
  });
  expect(found).toEqual(['respawn', 'respawn delay 0.1 60', 'normal exit 0', 'setgid adm', 'exec serve']);
  expect(report.filter((line) => line.startsWith('refused'))).toEqual([
    'refused compose.yaml:6: services.web.user: 1000: a number: `setuid` takes names',
    expect.stringMatching(/^refused compose.yaml:2: services.web: respawn: /),
    expect.stringMatching(/^refused compose.yaml:2: services.web: oom: /),
  ]);
});

const SHOP = `
services:
  web:
    command: node web.js --port $$PORT
    working_dir: ./app
    environment:
      DATABASE_URL: postgres://me:pw@db:5432/shop
      PORT: "\${WEB_PORT:-8080}"
    ports: ["8080:8080"]
    depends_on:
      db: { condition: service_healthy }
      cache: { condition: service_started }
      migrate: { condition: service_completed_successfully }
  db:
    command: ["python3", "db.py"]
    healthcheck: { test: ["CMD", "nc", "-z", "localhost", "5432"], interval: 5s, retries: 5 }
    restart: always
  cache:
    image: redis:7
    command: redis-server --save ""
  migrate: { command: ./migrate }
  queue: { image: rabbitmq:3 }
volumes: { data: {} }
`;

it('makes jobs of services, whose starts wait for each other', () => {
  const { files, ports } = jobs(SHOP);
  expect(Object.keys(files)).toEqual(['web.conf', 'db.conf', 'cache.conf', 'migrate.conf']);
  expect(files['web.conf']).toBe(`# web, from compose.yaml:3: services.web

start on started db and started cache and stopped migrate RESULT=ok

kill timeout 10

chdir /srv/shop/app
env DATABASE_URL=postgres://me:pw@127.0.0.1:5432/shop
env PORT=8080

exec node web.js --port '$PORT'
`);
  expect(lines(files['db.conf'])).toEqual([
    ...['respawn', 'respawn delay 0.1 60', 'respawn limit unlimited'],
    ...[
      'check exec nc -z localhost 5432',
      'check interval 5',
      'check timeout 30',
      'check failures 5',
      'check action none',
    ],
    ...['ready exec nc -z localhost 5432', 'ready interval 1', 'ready timeout 25', 'exec python3 db.py'],
  ]);
  expect(lines(files['migrate.conf'])).toEqual(['task', 'exec ./migrate']);
  expect(lines(files['cache.conf'])).toEqual(["exec redis-server --save ''"]);
  expect(ports).toEqual({ web: [8080] });
});

it('reports what is not the same, with the line', () => {
  expect(jobs(SHOP).report.map(({ place, kind, text }) => [place, kind, text])).toEqual([
    ['compose.yaml:23: volumes', 'refused', 'there is no container: this is left out'],
    [
      ...['compose.yaml:7: services.web.environment.DATABASE_URL', 'approximated'],
      'DATABASE_URL is postgres://me:pw@127.0.0.1:5432/shop: all services are on this machine',
    ],
    ['compose.yaml:16: services.db.healthcheck', 'approximated', 'tried every 1 s until it is healthy'],
    ['compose.yaml:19: services.cache.image', 'approximated', 'the command runs on this machine, without a container'],
    ['compose.yaml:21: services.migrate', 'exact', 'migrate is the same'],
    ['compose.yaml:22: services.queue.image', 'refused', 'it needs a container: give it a command of this machine'],
  ]);
});

it.each<[string, string[]]>([
  ['restart: on-failure:3', ['respawn', 'respawn delay 0.1 60', 'normal exit 0', 'respawn limit 3 86400']],
  ['stop_signal: SIGQUIT', ['kill signal QUIT']],
  ['ulimits: { nofile: { soft: 1024, hard: -1 }, core: 0 }', ['limit nofile 1024 unlimited', 'limit core 0 0']],
  ['oom_score_adj: 500', ['oom score 500']],
  [
    'develop: { watch: [{ action: restart, path: ./src }] }',
    ['restart on file FILE=/srv/shop/src/**', 'restart delay 0.5'],
  ],
  ['environment: ["A=b c", HOME]', ['env "A=b c"', 'env HOME']],
  ['healthcheck: { disable: true, test: x }', []],
])('translates %s', (keys, expected) => {
  expect(service(keys).lines).toEqual([...expected, 'exec serve'].sort(byPlace(service(keys).lines)));
});

const byPlace = (order: readonly string[]) => (one: string, other: string) => order.indexOf(one) - order.indexOf(other);

it.each([
  ['volumes: [a:/b]', 'refused compose.yaml:4: services.web.volumes: there is no container: this is left out'],
  ['user: me', 'refused compose.yaml:4: services.web.user: it runs as you'],
  [
    'ports: ["80:8080"]',
    'approximated compose.yaml:4: services.web.ports.0: it listens on 8080; nothing makes that 80',
  ],
  ['depends_on: [gone]', 'refused compose.yaml:4: services.web.depends_on: gone is no job: this does not wait for it'],
  ['restart: sometimes', 'refused compose.yaml:4: services.web.restart: unknown policy sometimes'],
  [
    'environment: { A: "x\\ny" }',
    'approximated compose.yaml:4: services.web.environment.A: with a line end it is for the main process alone',
  ],
  ['deploy: { replicas: 3 }', 'refused compose.yaml:4: services.web.deploy.replicas: one process runs, not 3'],
  [
    'environment: { A: $B }',
    'approximated compose.yaml:4: services.web.environment: B is not set: nothing stands for it',
  ],
])('says of %s what becomes of it', (keys, line) => expect(service(keys).report).toEqual([line]));

it('has variables of the service before those of its files, as compose has', () => {
  expect(service('env_file: [.env, { path: b, required: false }]\nenvironment: { A: "it\'s" }').lines).toEqual([
    ...['env-file /srv/shop/.env', 'env-file -/srv/shop/b', 'env "A=it\'s"'],
    'exec env "A=it\'s" serve',
  ]);
});

it('starts services of profiles only when they are asked for, or for the system at its runlevels', () => {
  const text = 'services: { a: { command: x, profiles: [debug] } }';
  expect(jobs(text).files['a.conf']).not.toContain('start on');
  expect(jobs(text, { profiles: ['debug'] }).files['a.conf']).toContain('start on startup');
  expect(jobs(text).groups).toEqual({ debug: ['a'] });
  const system = jobs('services: { a: { command: x, user: "me:us" } }', { occasion: IN_SYSTEM, switchesUsers: true });
  expect(system.files['a.conf']).toContain('start on runlevel [2345]\nstop on runlevel [!2345]\n');
  expect(system.files['a.conf']).toContain('setuid me\nsetgid us\n');
});

it.each(['a: [', '- x', 'services: { a: { command: "${A:?missing}" } }', `a: &a [x]\nb: ${'*a '.repeat(2)}`])(
  'refuses the file %s as a whole, with a line',
  (text) => expect(() => jobs(text)).toThrow(YamlError),
);
