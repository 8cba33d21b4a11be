/** Jobs of the exact subset come back from a compose file as they were. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../../test/effort.ts';
import { storyOf } from '../../../../../test/simulated-story.ts';
import { comparable, definitionsOf } from '../../testing/definitions.ts';
import { lines, optional, word } from '../../testing/generated-jobs.ts';
import { IN_PROJECT } from '../../translation.ts';
import { fromCompose } from '../compose.ts';
import { toCompose } from './to-compose.ts';

const OPTIONS = {
  file: 'compose.yaml',
  folder: '/srv',
  occasion: IN_PROJECT,
  switchesUsers: true,
  env: {},
  envFile: null,
};

function thereAndBack(jobs: Record<string, string>) {
  const before = definitionsOf(jobs);
  const compose = toCompose(
    before.map((definition) => ({ definition, comments: [] })),
    {},
  );
  const back = fromCompose(compose.files[0]?.text ?? '', OPTIONS);
  const after = definitionsOf(
    Object.fromEntries(back.files.map(({ name, text }) => [name.replace(/\.conf$/, ''), text])),
  );
  return { before, after, compose };
}

const service = lines(
  fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => ['exec prog', ...words].join(' ')),
  fc.constantFrom('chdir /srv/web', 'chdir /'),
  fc.integer({ min: 0, max: 300 }).map((seconds) => `kill timeout ${seconds}`),
  optional(
    fc.constantFrom(
      'respawn\nrespawn delay 0.1 60\nrespawn limit unlimited',
      'respawn\nrespawn delay 0.1 60\nrespawn limit unlimited\nnormal exit 0',
    ),
  ),
  optional(fc.stringMatching(/^[ -!#-[\]-~]{0,12}$/).map((text) => `env A="x${text}"`)),
  optional(fc.constantFrom('env LANG', 'env B=1\nenv LANG')),
  optional(fc.constantFrom('kill signal INT', 'kill signal USR1')),
  optional(fc.constantFrom('limit nofile 1024 4096', 'limit core unlimited unlimited')),
  optional(fc.constantFrom('setuid web', 'setuid web\nsetgid staff')),
  optional(fc.integer({ min: 1, max: 1000 }).map((score) => `oom score ${score}`)),
  optional(fc.constant('check exec ping\ncheck interval 5\ncheck timeout 2\ncheck failures 4\ncheck action none')),
);

it('is the same after a way there and back', () => {
  fc.assert(
    fc.property(service, fc.constantFrom('startup', 'started db', 'started db and started cache'), (text, start) => {
      const plain = 'start on startup\nchdir /srv\nkill timeout 10\nexec ';
      const jobs = { db: `${plain}db`, cache: `${plain}cache`, web: `start on ${start}\n${text}` };
      const { before, after, compose } = thereAndBack(jobs);
      expect(after.map(comparable), compose.files[0]?.text).toEqual(before.map(comparable));
      expect(storyOf(after)).toEqual(storyOf(before));
    }),
    { numRuns: PROPERTY_RUNS },
  );
});

it('gives two jobs one name only once', () => {
  const jobs = definitionsOf({ 'a-b': 'start on socket PROTO=inet PORT=53 TYPE=dgram\nexec a', 'a/b': 'exec b' });
  const { files, report } = toCompose(
    jobs.map((definition) => ({ definition, comments: [] })),
    {},
  );
  expect(files[0]?.text).toContain('- 53:53/udp\n');
  expect(report).toContainEqual({ kind: 'refused', place: 'a/b: name', text: 'another job has the service a-b' });
});

it('has scripts, probes, ports and jobs that nothing starts, and says what is lost', () => {
  const definitions = definitionsOf({
    db: 'start on runlevel [2345]\nready tcp 5432\nexec db',
    web: 'start on started db and socket PROTO=inet PORT=80\nstop on my-event\npre-start script\n  test $X\nend script\nexec web $HOME\npost-stop exec true',
    hand: 'exec hand',
    state: 'start on startup',
  });
  const { files, report } = toCompose(
    definitions.map((definition) => ({ definition, comments: ['ours'] })),
    { image: 'shop' },
  );
  const text = files[0]?.text ?? '';
  expect(text).toContain('# web: ours\n');
  expect(text).toContain('    depends_on:\n      db:\n        condition: service_healthy\n');
  expect(text).toContain('        test $$X\n        )\n        exec web $$HOME\n');
  expect(text).toContain('    ports:\n      - 80:80\n');
  expect(text).toContain('    profiles:\n      - manual\n');
  expect(text).toContain('        - CMD-SHELL\n        - nc -z localhost 5432\n');
  const refused = report.flatMap(({ kind, place, text }) => (kind === 'refused' ? [`${place}: ${text}`] : []));
  expect(refused).toEqual([
    'state: exec: without a main process there is no container',
    'web: stop on: my-event: nothing stops a container on this event',
    'web: post-stop: nothing runs behind a container',
  ]);
});
