/**
 * The corpus as units of systemd, which its own checker reads (UPSTART_CORPUS; skipped where systemd-analyze is missing).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toSystemd } from '../../packages/convert/src/systemd/export/to-systemd.ts';
import { definitionsIn } from '../../packages/daemon/src/conf/definitions-in.ts';
import { parseJob } from '../../packages/job-language/src/parse-job.ts';

const corpus = process.env.UPSTART_CORPUS;
const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;

/** Programs that are not installed here, and a user that the job itself names. */
const EXPECTED = [
  / is not executable: No such file or directory$/,
  /Special user nobody configured, this is not safe!$/,
];

/** What systemd-analyze says of the units of these jobs. */
function complaints(definitions: ReturnType<typeof definitionsIn>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'upstart-units-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { files } = toSystemd(
    definitions.map((definition) => ({ definition, comments: [] })),
    'system',
  );
  expect(files.length).toBeGreaterThanOrEqual(definitions.length);
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  const paths = files.map(({ name }) => join(folder, name));
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' });
  return stderr.split('\n').filter((line) => line !== '' && !EXPECTED.some((each) => each.test(line)));
}

describe.skipIf(!isThere)('systemd-analyze', () => {
  test.skipIf(corpus === undefined)('accepts each job of the corpus as a unit', () => {
    const definitions = definitionsIn([join(corpus as string, 'jobs')], []);
    expect(definitions.length).toBeGreaterThan(300);
    expect(complaints(definitions)).toEqual([]);
  });

  test('accepts sockets, timers, paths, templates, and all settings', () => {
    const jobs = {
      web: 'start on socket PROTO=inet PORT=80 or socket PROTO=inet6 PORT=81 or timer CRON="*/5 8-18 * * mon-fri" ZONE=Europe/Rome or timer EVERY=5m RANDOM=10s or file FILE=/in EVENT=modify\nexpect notify\nwatchdog 5\nnotify access all\nrespawn\nrespawn limit 3 5\nrespawn delay 0.5\nnormal exit 3 HUP\nexec /bin/true',
      tty: 'instance $TTY\nconsole owner\nlimit nofile 1 2\nlimit nice 30 unlimited\nlimit cpu 5 unlimited\numask 027\noom score -5\nnice 5\nchdir "/tmp"\nenv A="a b %i"\nkill signal INT\nkill timeout 0\nexec /bin/true "$TTY"',
      state:
        'start on startup and started web\npre-start script\n  echo "a \\"b\\"" # c\n  exit 0\nend script\npost-stop exec /bin/true',
    };
    const definitions = Object.entries(jobs).map(([name, text]) => parseJob(text, { name, path: `${name}.conf` }));
    expect(complaints(definitions)).toEqual([]);
  });
});
