/** The check of all C of the product. */
import { expect, test } from 'vitest';
import { complaintsAbout, MAX_LINES } from '../../scripts/c-sources.mjs';

const ROOTS = ['packages/init', 'packages/logger'];

function complaints(sources: Record<string, string>, maxLines = MAX_LINES): string[] {
  return complaintsAbout(new Map(Object.entries(sources)), ROOTS, maxLines);
}

test('modules that include only what is above them are in order', () => {
  const sources = {
    'packages/init/loop/loop.h': '#include <poll.h>\n#include "generated.h"\n',
    'packages/init/loop/loop.c': '/* Waits. */\n#include "loop/loop.h"\n',
    'packages/init/link/link.h': '#include "loop/loop.h"\n',
    'packages/init/main.c': '// Begins.\n#include "link/link.h"\n#include "loop/loop.h"\n',
    'packages/logger/main.c': '/* Logs. */\n#include "loop/loop.h"\n#include "file.h"\n',
    'packages/logger/file.h': '',
  };
  expect(complaints(sources)).toEqual([]);
});

test('a circle is named, also one that a header and a source make together', () => {
  const sources = {
    'packages/init/a.h': '#include "b.h"\n',
    'packages/init/b.h': '',
    'packages/init/b.c': '/* b */\n#include "sub/c.h"\n',
    'packages/init/sub/c.h': '#include "a.h"\n',
  };
  expect(complaints(sources)).toEqual([
    'these modules include each other: packages/init/a > packages/init/b > packages/init/sub/c > packages/init/a',
  ]);
});

test('a source has to say what it is for', () => {
  expect(complaints({ 'packages/init/a.c': '#define _GNU_SOURCE\n', 'packages/init/b.h': '#pragma once\n' })).toEqual([
    'packages/init/a.c: opens without a comment that says what it is for',
  ]);
});

test('the budget is one of all lines together', () => {
  const sources = { 'packages/init/a.c': '/* a */\n\n', 'packages/logger/a.h': '\n' };
  expect(complaints(sources, 3)).toEqual([]);
  expect(complaints(sources, 2)).toEqual(['3 lines of C: the budget is 2']);
});
