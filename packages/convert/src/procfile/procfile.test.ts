import { parseJob } from '@upstart/job-language';
import { expect, it } from 'vitest';
import { IN_PROJECT, type ProjectOptions } from '../translation.ts';
import { fromProcfile } from './procfile.ts';

const OPTIONS: ProjectOptions = {
  file: 'Procfile',
  folder: '/srv/a b',
  occasion: IN_PROJECT,
  env: {},
  envFile: null,
  switchesUsers: false,
};

it('reads a file with a byte-order mark', () => {
  expect(fromProcfile('\ufeffweb: node web.js\n', OPTIONS).files).toMatchObject([{ name: 'web.conf' }]);
});

it('makes a job of each process, with the ports that foreman gives', () => {
  const text = '# comment\nweb: node web.js --port $PORT\n\nworker:  A=1 ruby work.rb\n';
  const { files, report } = fromProcfile(text, OPTIONS);
  expect(files).toEqual([
    {
      name: 'web.conf',
      text: '# web, from Procfile:2\n\nstart on startup\n\nchdir "/srv/a b"\nenv PORT=5000\n\nexec node web.js --port $PORT\n',
    },
    {
      name: 'worker.conf',
      text: '# worker, from Procfile:4\n\nstart on startup\n\nchdir "/srv/a b"\nenv PORT=5100\n\nexec env A=1 ruby work.rb\n',
    },
  ]);
  expect(report).toEqual([
    { place: 'Procfile:2', kind: 'exact', text: 'web, PORT 5000' },
    { place: 'Procfile:4', kind: 'exact', text: 'worker, PORT 5100' },
  ]);
});

it('refuses lines that are no processes, and a second one of a name', () => {
  const { files, report } = fromProcfile('a: x\nnonsense\na: y\n', OPTIONS);
  expect(files).toHaveLength(1);
  expect(report.slice(1)).toEqual([
    { place: 'Procfile:2', kind: 'refused', text: 'not of the form NAME: COMMAND' },
    { place: 'Procfile:3', kind: 'refused', text: 'a second process a' },
  ]);
});

it('counts ports from PORT, which it keeps from replacing them', () => {
  const text = 'a: one\nb: cd x && two';
  const { files } = fromProcfile(text, { ...OPTIONS, envFile: { PORT: '8000' } });
  expect(files[0]?.text).toContain('env-file "-/srv/a b/.env"\nenv PORT=8000\n\nexec env PORT=8000 one\n');
  expect(files[1]?.text).toContain('script\n  export PORT=8100\n  cd x && two\nend script\n');
  expect(fromProcfile(text, { ...OPTIONS, env: { PORT: '3000' } }).report[1]?.text).toBe('b, PORT 3100');
});

it.each([
  'echo "a b" | tee x # no',
  "sh -c 'echo don'\\''t'",
  'echo a; echo b',
  'end script',
  'if true\nthen x\nfi',
  'a "unclosed',
])('writes a file that init can read: %s', (command) => {
  const [file] = fromProcfile(`a: ${command}`, OPTIONS).files;
  expect(() => parseJob(file?.text ?? '', { name: 'a', path: 'a.conf' })).not.toThrow();
});
