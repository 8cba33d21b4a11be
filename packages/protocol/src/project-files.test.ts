import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectAround, projectFile } from './project-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'project-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), '');
}

test('the first file that exists says what belongs to a folder', () => {
  expect(projectFile(folder)).toBeNull();
  for (const [path, kind] of [
    ['docker-compose.yml', 'compose'],
    ['compose.yaml', 'compose'],
    ['process-compose.yml', 'process-compose'],
    ['Procfile', 'procfile'],
    ['upstart/web.conf', 'jobs'],
  ] as const) {
    write(path);
    expect(projectFile(folder)).toEqual({ kind, name: path.replace(/\/.*/, '') });
  }
});

test.each([
  ['upstart/tools/one.conf', true],
  ['upstart/README', false],
  ['upstart/examples/jobs/web.conf', false],
  ['Procfile/x', false],
])('%s makes its folder a project: %s', (path, isOne) => {
  write(path);
  expect(projectFile(folder) !== null).toBe(isOne);
});

test('the innermost project around a folder is found', () => {
  write('shop/Procfile');
  write('shop/web/src/x');
  write('shop/web/compose.yaml');
  const around = (path: string) => projectAround(join(folder, path));
  expect([around('shop/web/src'), around('shop')]).toEqual([join(folder, 'shop/web'), join(folder, 'shop')]);
  expect(around('.')).toBeNull();
});
