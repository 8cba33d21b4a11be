// Checks all C of the product: no circle of includes, a comment at the top of each file, and a budget of lines.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './layout.mjs';
import { sourceFiles } from './source-files.mjs';
import { PROGRAMS } from './targets.mjs';

/** What processes say of themselves, which the goal does not count: `process/notify.c`, and what it needs elsewhere. */
const NOTIFY_LINES = 264;

/** The times of logs: `packages/logger/index.c`, and what it needs elsewhere, with old files that are compressed. */
const INDEX_LINES = 111;

/** Listening sockets for jobs: `link/listen.c`, and the waiting for connections in `files.c`. */
const LISTEN_LINES = 109;

/** The socket of upstart-local-bridge, whose clients the kernel names: `packages/bridge/peer-door`. */
const PEER_DOOR_LINES = 79;

/** Deadlines of processes that run by a lease, which are kept without a daemon. */
const DEADLINE_LINES = 27;

/** Process groups that end with their leader: the children of a process in `process/process.c`, and what needs them elsewhere. */
const FAMILY_LINES = 35;

/** Datagrams to Unix sockets, which Node cannot send: `packages/log-shipper/datagram`. */
const DATAGRAM_LINES = 91;

/** Pages and heap that an idle daemon returns: `packages/daemon/idle`. */
const IDLE_LINES = 46;

/**
 * Lines of code and comments, as `wc -l` counts them. Decisions belong in TypeScript. The goal was 5,000: lower this number with each change
 * that needs fewer.
 */
export const MAX_LINES =
  4998 +
  NOTIFY_LINES +
  INDEX_LINES +
  LISTEN_LINES +
  PEER_DOOR_LINES +
  DEADLINE_LINES +
  FAMILY_LINES +
  DATAGRAM_LINES +
  IDLE_LINES;

/** Prints each violation. Returns whether there is none. */
export function areCSourcesInOrder() {
  const files = sourceFiles('packages').filter((path) => /\.[ch]$/.test(path) && !path.includes('/test/'));
  const complaints = complaintsAbout(new Map(files.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')])));
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0;
}

/** Complaints about sources, which map a path to its text. Headers are named from the `roots` or from the file's own folder. */
export function complaintsAbout(sources, roots = PROGRAMS.map((program) => program.sources), maxLines = MAX_LINES) {
  const complaints = [...sources]
    .filter(([path, text]) => path.endsWith('.c') && !/^\/[/*]/.test(text))
    .map(([path]) => `${path}: opens without a comment that says what it is for`);
  const circle = findCircle(modulesOf(sources, roots));
  if (circle) complaints.push(`these modules include each other: ${circle.join(' > ')}`);
  const lines = [...sources.values()].reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  if (lines > maxLines) complaints.push(`${lines} lines of C: the budget is ${maxLines}`);
  return complaints;
}

/** Which modules each one includes; a module is `x.c` and `x.h`, named `x` with its folder. */
function modulesOf(sources, roots) {
  const modules = new Map();
  for (const [path, text] of sources) {
    const module = moduleOf(path);
    const included = modules.get(module) ?? new Set();
    modules.set(module, included);
    const own = roots.filter((root) => path.startsWith(`${root}/`));
    for (const [, name] of text.matchAll(/^#include "([^"]+)"/gm)) {
      const header = [dirname(path), ...own, ...roots]
        .map((root) => join(root, name))
        .find((file) => sources.has(file));
      if (header && moduleOf(header) !== module) included.add(moduleOf(header));
    }
  }
  return modules;
}

const moduleOf = (path) => path.replace(/\.[ch]$/, '');

/** A circle, its first module once more at its end; null if there is none. */
function findCircle(modules) {
  const done = new Set();
  const visit = (module, above) => {
    if (above.includes(module)) return [...above.slice(above.indexOf(module)), module];
    if (done.has(module)) return null;
    for (const included of modules.get(module) ?? []) {
      const circle = visit(included, [...above, module]);
      if (circle) return circle;
    }
    done.add(module);
    return null;
  };
  for (const module of modules.keys()) {
    const circle = visit(module, []);
    if (circle) return circle;
  }
  return null;
}
