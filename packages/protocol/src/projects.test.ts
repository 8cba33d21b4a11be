import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PROJECT_FILE, projectOf, projectState, sessionHere } from './projects.ts';
import type { Session } from './sessions.ts';

/** A session whose run-time folder says that it logs below the state folder of a project; null: it is no project's. */
function session(pid: number, project: string | null): Session {
  const top = mkdtempSync(join(tmpdir(), 'projects-'));
  onTestFinished(() => rmSync(top, { recursive: true }));
  const [folder, state] = [join(top, 'run'), join(top, 'state')];
  for (const each of [folder, state]) mkdirSync(each);
  const logDir = join(state, project === null ? 'elsewhere' : 'logs');
  writeFileSync(join(folder, 'owner'), `pid:[1] ${pid} boot\n${JSON.stringify({ sources: [], logDir })}\n`);
  if (project !== null) writeFileSync(join(state, PROJECT_FILE), `${project}\n`);
  return { pid, address: `unix:path=${folder}/control.sock`, folder };
}

test('the state folder has the name of the project, and is another one for each path', () => {
  const env = { HOME: '/home/a' };
  expect(projectState('/src/my shop', env)).toMatch(
    /^\/home\/a\/\.local\/state\/upstart\/projects\/my_shop-[0-9a-f]{8}$/,
  );
  expect(projectState('/src/shop', env)).not.toBe(projectState('/old/shop', env));
  expect(projectState('/src/shop', { ...env, XDG_STATE_HOME: '/state' })).toMatch(/^\/state\/upstart\/projects\/shop-/);
  // As the specification says, a path that is not absolute does not count.
  expect(projectState('/src/shop', { ...env, XDG_STATE_HOME: 'state' })).toMatch(/^\/home\/a\/\.local\/state\//);
});

test('a session is that of the project that its state folder names', () => {
  expect(projectOf(session(1, '/src/shop'))).toBe('/src/shop');
  expect(projectOf(session(1, null))).toBeNull();
  expect(projectOf(session(1, 'not/absolute'))).toBeNull();
  expect(projectOf({ pid: 1, address: 'unix:path=/x', folder: null })).toBeNull();
});

test('the innermost project around a folder has the session that is meant there', () => {
  const [shop, part, own] = [session(1, '/src/shop'), session(2, '/src/shop/part'), session(3, null)];
  const all = [shop, part, own];
  expect(sessionHere(all, '/src/shop/lib')).toBe(shop);
  expect(sessionHere(all, '/src/shop/part')).toBe(part);
  expect(sessionHere(all, '/src/shop/part/deep')).toBe(part);
  expect(sessionHere(all, '/src/shopping')).toBe(own);
  expect(sessionHere(all, '/src/..shop')).toBe(own);
  expect(sessionHere([shop, part], '/elsewhere')).toBeNull();
  expect(sessionHere([own, session(4, null)], '/elsewhere')).toBeNull();
});

test("the only session is meant everywhere but in a project that does not run, unless it is no project's", () => {
  const folder = mkdtempSync(join(tmpdir(), 'projects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [shop, own] = [session(1, '/src/shop'), session(2, null)];
  mkdirSync(join(folder, 'lib'));
  expect(sessionHere([shop], join(folder, 'lib'))).toBe(shop);
  writeFileSync(join(folder, 'Procfile'), 'web: true\n');
  for (const here of [folder, join(folder, 'lib')]) {
    expect(sessionHere([shop], here)).toBeNull();
    expect(sessionHere([own], here)).toBe(own);
    expect(sessionHere([shop, own], here)).toBe(own);
  }
});
