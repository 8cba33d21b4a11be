// docs/house.svg: the packages, the rooms in each, and which package may import which.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../layout.mjs';
import { PROGRAMS } from '../targets.mjs';
import { arrow, box, picture, text } from './svg.mjs';

const WIDTH = 1000;
const LINE = 19;
const HEAD = 30;
const GAP = 56;
/** The positions of the packages, from top to bottom; `x` to `right`. Arrows lead down, so a package stands above all that it imports. */
const ROWS = [
  {
    'packages/supervisor': [40, 470],
    'packages/logger': [500, 640],
    'packages/daemon/watcher': [656, 814],
    'packages/ctl/native': [830, 960],
  },
  {
    'packages/daemon/idle': [120, 270],
    'packages/daemon/socket-maker': [286, 490],
    'packages/dashboard': [510, 760],
    'packages/bridge/peer-door': [785, 960],
  },
  { 'packages/daemon': [40, 480], 'packages/ctl': [510, 780], 'packages/bridge': [805, 960] },
  { 'packages/log-shipper': [40, 490], 'packages/log-shipper/datagram': [515, 790] },
  {
    'packages/dbus': [40, 210],
    'packages/log-reader': [226, 370],
    'packages/timers': [386, 530],
    'packages/convert': [546, 790],
    'packages/cluster': [810, 960],
  },
  { 'packages/protocol': [120, 470], 'packages/job-language': [530, 880] },
  { 'packages/common': [40, 960] },
];
/** The package that the supervisor's header of frames is made from. */
const FRAMES = 'packages/daemon';
/** Characters that fit into a hundred points. */
const DENSITY = 15;

/** Draws it. Throws for a package without a place. */
export function housePicture() {
  const packages = readPackages();
  const places = placesOf(packages);
  const height = Math.max(...[...places.values()].map(({ bottom }) => bottom)) + 60;
  return picture({ width: WIDTH, height, title: 'The packages and what they import' }, [
    ...packages.flatMap(({ path, imports }) => imports.map((other) => edge(path, other, places))),
    ...packages.flatMap((one) => house(one, places.get(one.path))),
    arrow('start', [
      [40, height - 24],
      [84, height - 24],
    ]),
    text('imports', { x: 94, y: height - 20, anchor: 'start', className: 'small' }),
    arrow('stop', [
      [180, height - 24],
      [224, height - 24],
    ]),
    text('includes the table of frames', { x: 234, y: height - 20, anchor: 'start', className: 'small' }),
  ]);
}

/** All packages: `path`, `language`, `rooms`, `imports` as `{to, kind}`. */
function readPackages() {
  const written = readdirSync(join(ROOT, 'packages')).filter((name) =>
    existsSync(join(ROOT, 'packages', name, 'package.json')),
  );
  const typescript = written.map((name) => {
    const path = `packages/${name}`;
    const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
    const own = Object.keys(dependencies).filter((dependency) => dependencies[dependency].startsWith('workspace:'));
    const imports = own.map((dependency) => ({ to: dependency.replace('@upstart', 'packages'), kind: 'start' }));
    return { path, language: 'TypeScript', rooms: rooms(`${path}/src`, '.ts'), imports };
  });
  const c = PROGRAMS.map(({ sources: path, generated = [] }) => {
    const imports = generated.length > 0 ? [{ to: FRAMES, kind: 'stop' }] : [];
    return { path, language: 'C', rooms: rooms(path, '.c'), imports };
  });
  return [...c, ...typescript];
}

/** Folders with sources, each followed by its own folders in brackets; the modules of a package that has hardly any folders. */
function rooms(folder, suffix) {
  const folders = foldersOf(folder, suffix).map((name) => {
    const inner = foldersOf(`${folder}/${name}`, suffix);
    return inner.length > 1 ? `${name} (${inner.join(', ')})` : name;
  });
  return folders.length > 1 ? folders : [...modulesOf(folder, suffix), ...folders];
}

function modulesOf(folder, suffix) {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(suffix) && !/\.test\.|^(?:index|main)\./.test(name))
    .map((name) => name.slice(0, -suffix.length))
    .sort();
}

function foldersOf(folder, suffix) {
  const holds = (path) =>
    readdirSync(join(ROOT, path)).some((name) => name.endsWith(suffix) && !name.endsWith('.test.ts'));
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^test/.test(entry.name) && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .filter((name) => holds(`${folder}/${name}`))
    .sort();
}

function placesOf(packages) {
  const places = new Map();
  let y = 24;
  for (const row of ROWS) {
    const present = packages.filter(({ path }) => row[path]);
    const lines = Math.max(1, ...present.map(({ path, rooms }) => linesOf(rooms, row[path]).length));
    const height = HEAD + lines * LINE + 10;
    for (const { path, rooms } of present) {
      const [x, right] = row[path];
      const lines = linesOf(rooms, row[path]);
      places.set(path, { x, y, right, width: right - x, height, bottom: y + height, middle: (x + right) / 2, lines });
    }
    y += height + GAP;
  }
  for (const { path } of packages)
    if (!places.has(path)) throw new Error(`${path} has no place in the picture of the house`);
  return places;
}

/** The names of rooms, as many on a line as fit. */
function linesOf(rooms, [x, right]) {
  const most = ((right - x) / 100) * DENSITY;
  const lines = [];
  for (const word of rooms.join(', ').split(/(?<=,) /)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function house({ path, language }, place) {
  return [
    box(place, 'strong'),
    text(path.replace('packages/', ''), { x: place.x + 12, y: place.y + 20, anchor: 'start', className: 'name' }),
    text(language, { x: place.right - 12, y: place.y + 20, anchor: 'end', className: 'small' }),
    ...place.lines.map((line, index) =>
      text(line, { x: place.x + 12, y: place.y + HEAD + 13 + index * LINE, anchor: 'start', className: 'small' }),
    ),
  ];
}

/** Goes straight down beside a row that lies between; otherwise starts above the other package, or leads towards it. */
function edge(from, { to, kind }, places) {
  const [a, b] = [places.get(from), places.get(to)];
  if (b.y <= a.bottom) throw new Error(`${from} must stand above ${to} in the picture of the house`);
  if (b.y - a.bottom > GAP) {
    const x = a.x < WIDTH / 2 ? a.x + 40 : a.right - 40;
    return arrow(kind, [
      [x, a.bottom],
      [x, b.y],
    ]);
  }
  const toRight = b.middle > a.middle;
  const spread = (place, right) => place.middle + (right ? 1 : -1) * (place.width / 6);
  if (a.right <= b.x || b.right <= a.x)
    return arrow(kind, [
      [spread(a, toRight), a.bottom],
      [spread(b, !toRight), b.y],
    ]);
  const x = (Math.max(a.x, b.x) + Math.min(a.right, b.right)) / 2;
  return arrow(kind, [
    [x, a.bottom],
    [x, b.y],
  ]);
}
