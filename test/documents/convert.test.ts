/** docs/convert.md has the tables of the translations. With UPDATE_TABLES=1 it gets them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../session/product.ts';
import { TABLES } from './convert-tables.ts';

const PAGE = join(ROOT, 'docs/convert.md');
const TABLE = /^\|[\s\S]*?\n(?!\|)/m;

it.each(Object.entries(TABLES))('docs/convert.md has the table below %s', (heading, table) => {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(`## ${heading}\n`);
  expect(start).toBeGreaterThan(0);
  const written = TABLE.exec(page.slice(start))?.[0].trimEnd() ?? '';
  if (process.env.UPDATE_TABLES !== undefined && written !== '')
    writeFileSync(PAGE, `${page.slice(0, start)}${page.slice(start).replace(written, () => table)}`);
  else expect(written).toBe(table);
});
