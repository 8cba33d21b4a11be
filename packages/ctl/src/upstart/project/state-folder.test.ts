import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJob } from '@upstart/job-language';
import { expect, onTestFinished, test } from 'vitest';
import type { Project } from './project.ts';
import { StateFolder } from './state-folder.ts';

function begun(): StateFolder {
  const home = mkdtempSync(join(tmpdir(), 'state-folder-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const state = new StateFolder('/src/shop', { XDG_STATE_HOME: home });
  state.begin('log-dir /x\n');
  return state;
}

function project(texts: Record<string, string>, isNative = false): Project {
  const files = Object.entries(texts).map(([name, text]) => ({ name: `${name}.conf`, text }));
  const jobs = Object.entries(texts).map(([name, text]) => parseJob(text, { name, path: `${name}.conf` }));
  const translation = { files, report: [], ports: {}, groups: {}, endsWith: {} };
  return { folder: '/src/shop', source: '/src/shop/Procfile', isNative, env: null, translation, jobs };
}

const WEB = 'start on startup\nexec web\n';
const filesOf = ({ jobs }: StateFolder): string[] => readdirSync(jobs, { recursive: true, encoding: 'utf8' }).sort();

test('only its owner reads it, and it begins without jobs and logs of before', () => {
  const state = begun();
  expect(statSync(state.path).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(state.path, 'project'), 'utf8')).toBe('/src/shop\n');
  writeFileSync(join(state.logs, 'old.log'), 'x');
  writeFileSync(join(state.jobs, 'old.conf'), WEB);
  state.begin('');
  expect([readdirSync(state.logs), filesOf(state)]).toEqual([[], []]);
});

test('job files are those of the project; what is not wanted is started by name only', () => {
  const state = begun();
  state.writeJobs(project({ web: WEB, 'back/db': 'exec db\n' }), new Set(['web']));
  expect(filesOf(state)).toEqual(['back', 'back/db.conf', 'back/db.override', 'web.conf']);
  expect([...state.manualJobs]).toEqual(['back/db']);
  state.writeJobs(project({ web: WEB }), new Set(['web']));
  expect(filesOf(state).filter((name) => name !== 'back')).toEqual(['web.conf']);
});

test('a file that is the same is not written again, for init would read it', () => {
  const state = begun();
  state.writeJobs(project({ web: WEB }), new Set(['web']));
  const before = statSync(join(state.jobs, 'web.conf'), { bigint: true }).mtimeNs;
  state.writeJobs(project({ web: WEB }), new Set(['web']));
  expect(statSync(join(state.jobs, 'web.conf'), { bigint: true }).mtimeNs).toBe(before);
});

test('init reads job files of a project itself, and has overrides here', () => {
  const state = begun();
  state.writeJobs(project({ web: WEB, db: WEB }, true), new Set(['web']));
  expect(filesOf(state)).toEqual(['db.override']);
  state.holdJobs(['web', 'net/eth']);
  expect([...state.manualJobs].sort()).toEqual(['db', 'net/eth', 'web']);
});

test('no session is live without a note, with a damaged one, or when its init has gone', () => {
  const state = begun();
  expect(state.liveSession()).toBeNull();
  writeFileSync(join(state.path, 'session.json'), '{');
  expect(state.liveSession()).toBeNull();
  state.noteSession({ pid: 1, address: 'unix:path=/x', folder: join(state.path, 'no') });
  expect(state.liveSession()).toBeNull();
  state.end();
  expect([existsSync(join(state.path, 'session.json')), existsSync(state.jobs), existsSync(state.logs)]).toEqual([
    false,
    false,
    true,
  ]);
});
