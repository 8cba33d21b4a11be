import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../testing/run.ts';

/** A folder with these files. */
function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'upstart-import-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

const WEB = '[Service]\nExecStart=/bin/web\nProtectHome=yes\n[Install]\nWantedBy=multi-user.target\n';

describe('import', () => {
  it('prints the job file, and the report beside it', async () => {
    const path = folder({ 'web.service': WEB });
    const { status, out, err } = await run(`import systemd ${path}/web.service`);
    expect(status).toBe(0);
    expect(out).toContain('\nexec /bin/web\n');
    expect(err).toBe(
      'web.service:3: ProtectHome: not expressed: yes: init has no sandbox\n1 file: 2 exact, 0 approximated, 1 not expressed\n',
    );
    expect((await run(`import systemd ${path}/web.service --all`)).err).toContain(
      'web.service:2: ExecStart: exact: exec\n',
    );
  });

  it('writes a folder of units with their drop-ins, and replaces nothing by itself', async () => {
    const path = folder({
      'units/web.service': WEB,
      'units/web.service.d/nice.conf': '[Service]\nNice=5\n',
      'units/README': 'x',
    });
    const { status, out } = await run(`import systemd ${path}/units -o ${path}/init`);
    expect([status, out]).toEqual([0, `${path}/init/web.conf\n`]);
    expect(readFileSync(`${path}/init/web.conf`, 'utf8')).toContain('\nnice 5\n');
    const again = await run(`import systemd ${path}/units -o ${path}/init`);
    expect([again.status, again.err]).toEqual([1, `upstart: ${path}/init/web.conf exists; --force replaces it\n`]);
    expect((await run(`import systemd ${path}/units -o ${path}/init --force`)).status).toBe(0);
  });

  it('reads the drop-ins beside a unit that is named, each once', async () => {
    const path = folder({ 'web.service': WEB, 'web.service.d/nice.conf': '[Service]\nExecStartPre=/bin/make\n' });
    const { out } = await run(`import systemd ${path}/web.service`);
    expect(out).toContain('\npre-start exec /bin/make\n');
    expect((await run(`import systemd ${path}/web.service ${path}/web.service.d/nice.conf`)).out).toBe(out);
  });

  it('has the variables of .env for the files of projects', async () => {
    const path = folder({
      '.env': 'TAG=7\n',
      'compose.yaml': 'services:\n  web:\n    command: serve --tag ${TAG:-none}\n',
      Procfile: 'web: serve $TAG\n',
    });
    expect((await run(`import compose ${path}/compose.yaml`)).out).toContain('\nexec serve --tag 7\n');
    expect((await run(`import procfile ${path}/Procfile`)).out).toContain(`\nenv-file -${path}/.env\n`);
  });

  it('says that the end of a process ends no others', async () => {
    const path = folder({ 'pc.yaml': 'processes: { web: { command: serve, availability: { exit_on_end: true } } }' });
    expect((await run(`import process-compose ${path}/pc.yaml`)).err).toContain(
      'pc.yaml: web: not expressed: its end ends no other job; ',
    );
  });

  it('with --strict writes nothing that lacks something', async () => {
    const path = folder({ 'web.service': WEB });
    const { status, err } = await run(`import systemd ${path}/web.service --strict -o ${path}/init`);
    expect([status, err.split('\n').at(-2)]).toEqual([1, 'upstart: not everything can be expressed (--strict)']);
    expect(readdirSync(path)).toEqual(['web.service']);
  });

  it.each([
    ['procfile', 'web: node server.js\n', 'exec node server.js'],
    ['compose', 'services:\n  web:\n    command: node server.js\n', 'exec node server.js'],
    ['process-compose', 'processes:\n  web:\n    command: node server.js\n', 'exec node server.js'],
    ['supervisord', '[program:web]\ncommand=node server.js\n', 'exec node server.js'],
  ])('reads %s', async (kind, text, stanza) => {
    const path = folder({ file: text });
    const { status, out } = await run(`import ${kind} ${path}/file --json`);
    const { files, report } = JSON.parse(out);
    expect([status, files[0].name]).toEqual([0, 'web.conf']);
    expect(files[0].text).toContain(stanza);
    expect(report.length).toBeGreaterThan(0);
  });

  it('names what it cannot read', async () => {
    expect((await run('import sysd x')).err).toContain('upstart: unknown kind: sysd; ');
    expect((await run('import systemd /nonexistent')).err).toBe(
      'upstart: cannot read /nonexistent: No such file or directory\n',
    );
    expect((await run('import systemd')).status).toBe(2);
  });
});

describe('export', () => {
  const job = (files: Record<string, string>) => {
    const path = folder(files);
    const config = () =>
      Object.keys(files).flatMap((name) =>
        name.endsWith('.conf') ? [{ job: name.replace(/\.conf$/, ''), path: `${path}/${name}` }] : [],
      );
    return { path, answers: { config } };
  };

  it('prints the unit of a job, with its override and its comments', async () => {
    const { answers } = job({
      'web.conf': '# Ours.\n\nstart on startup\nexec /bin/web # here\n',
      'web.override': 'nice 5\n',
    });
    const { status, out, err } = await run('export systemd web', answers);
    expect(status).toBe(0);
    expect(out).toMatch(/^# Ours\.\n\n\[Unit\]\n/);
    expect(out).toContain('\nNice=5\n');
    expect(err).toContain('web: stop on: approximated: none: systemd stops every unit at the shutdown\n');
  });

  it('writes the jobs that patterns name', async () => {
    const { path, answers } = job({
      'web.conf': 'exec web',
      'db.conf': 'exec db',
      'webmail.conf': 'exec mail',
      'broken.conf': 'exe',
    });
    const { out } = await run(`export kubernetes web* -o ${path}/out --image shop`, answers);
    expect(out).toBe(`${path}/out/web.yaml\n${path}/out/webmail.yaml\n`);
    expect((await run('export compose webb', answers)).err).toBe('upstart: unknown job: webb\n');
    expect((await run('export compose webb', answers)).status).toBe(4);
    expect((await run('export systemd broken', answers)).err).toContain('broken.conf:1: Unknown stanza');
    expect((await run('export docker', answers)).status).toBe(2);
  });
});
