// The targets of the build, as tables. Paths are relative to the top of the checkout, those of outputs to dist/.
import { VERSION } from './version.mjs';

/** Packages that are in core.js, of which a process has one copy (packages/protocol/src/core.ts). */
const CORE = { '@upstart/common': './core.js', '@upstart/protocol': './core.js', './core.ts': './core.js' };
/** Modules that are loaded when they are first needed, and the modules that do that; all but one of them for few commands. */
const OF_FEW = {
  '../fleet/run-fleet.ts': '../fleet/installed-fleet.ts',
  '@upstart/dbus': './installed-dbus.ts',
  '@upstart/convert': './installed-convert.ts',
  '@upstart/cluster': './installed-cluster.ts',
  './prober.ts': './installed-prober.ts',
  './log-keeper.ts': './installed-log-keeper.ts',
  './next-turns.ts': './installed-next-turns.ts',
};
const LATER = { ...OF_FEW, './upstart/front-door.ts': './upstart/installed-front-door.ts' };
/** Files that are loaded by `require`. A module in one has no real path of its own. */
const AS_MODULE = { format: 'cjs', banner: {}, define: { 'import.meta.url': '"file:///nonexistent/module"' } };
/** A module that is a function of the core, which its loader passes (packages/protocol/src/installed-module.ts). */
const OF_CORE = {
  ...AS_MODULE,
  banner: { js: `exports.version='${VERSION}';exports.make=(core)=>{const module={exports:{}};` },
  footer: { js: 'return module.exports};' },
};
/** The page of the dashboard, which has its style beside it. */
const FOR_BROWSERS = {
  ...{ platform: 'browser', target: 'es2022', banner: {}, minify: true, sourcemap: false },
};
const GIVEN_CORE = { '@upstart/common': 'given-core', '@upstart/protocol': 'given-core', './core.ts': 'given-core' };

/** JavaScript bundles of dist/lib/upstart and the modules that they start from; `redirects`: see bundle.mjs. */
export const BUNDLES = [
  { output: 'lib/upstart/core.js', entry: 'packages/protocol/src/core.ts' },
  { output: 'lib/upstart/daemon.js', entry: 'packages/daemon/src/start-up/start.ts', redirects: CORE },
  {
    output: 'lib/upstart/daemon-main.js',
    entries: {
      'daemon-main': 'packages/daemon/src/start-up/main.ts',
      'init-checkconf': 'packages/daemon/src/tools/init-checkconf.ts',
      simulate: 'packages/daemon/src/tools/simulate.ts',
      'read-jobs': 'packages/daemon/src/tools/read-jobs.ts',
    },
    redirects: { ...CORE, ...LATER },
  },
  { output: 'lib/upstart/commands.js', entry: 'packages/ctl/src/commands.ts', redirects: { ...CORE, ...LATER } },
  {
    output: 'lib/upstart/ctl.js',
    entry: 'packages/ctl/src/main.ts',
    redirects: { ...CORE, ...LATER, '../commands.ts': './commands.js' },
  },
  {
    output: 'lib/upstart/ctl.cjs',
    entry: 'packages/ctl/src/start-up/start.ts',
    overrides: { ...AS_MODULE, define: { BUILT_VERSION: JSON.stringify(VERSION) } },
  },
  {
    output: 'lib/upstart/yargs.cjs',
    entry: 'packages/ctl/node_modules/yargs/index.mjs',
    overrides: { ...AS_MODULE, footer: { js: 'module.exports=module.exports.default;' } },
  },
  {
    output: 'lib/upstart/front-door.cjs',
    entry: 'packages/ctl/src/upstart/front-door.ts',
    redirects: { ...GIVEN_CORE, ...LATER, yargs: './yargs.cjs' },
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/fleet.cjs',
    entry: 'packages/ctl/src/upstart/fleet/run-fleet.ts',
    redirects: { ...GIVEN_CORE, ...LATER },
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/dbus.cjs',
    entry: 'packages/dbus/src/index.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/convert.cjs',
    entry: 'packages/convert/src/index.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/cluster.cjs',
    entry: 'packages/cluster/src/index.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/dashboard.cjs',
    entry: 'packages/dashboard/src/index.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/screen.cjs',
    entry: 'packages/dashboard/src/screen/index.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/dashboard-page.js',
    entry: 'packages/dashboard/page/main.tsx',
    redirects: { './curves.tsx': './dashboard-curves.js' },
    overrides: FOR_BROWSERS,
  },
  {
    output: 'lib/upstart/dashboard-curves.js',
    entry: 'packages/dashboard/page/curves.tsx',
    overrides: FOR_BROWSERS,
  },
  {
    output: 'lib/upstart/timers.cjs',
    entry: 'packages/daemon/src/timers/next-turns.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/probes.cjs',
    entry: 'packages/daemon/src/probes/prober.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  {
    output: 'lib/upstart/log-keeper.cjs',
    entry: 'packages/daemon/src/log-upkeep/log-keeper.ts',
    redirects: GIVEN_CORE,
    overrides: OF_CORE,
  },
  { output: 'lib/upstart/draw.js', entry: 'packages/ctl/src/pictures/draw.ts', redirects: CORE },
  {
    output: 'lib/upstart/initctl2dot.js',
    entry: 'packages/ctl/src/initctl2dot.ts',
    redirects: { ...CORE, './commands.ts': './commands.js', yargs: './yargs.cjs' },
  },
  { output: 'lib/upstart/bridge.js', entry: 'packages/bridge/src/main.ts', redirects: { ...CORE, ...LATER } },
  { output: 'lib/upstart/log-shipper.js', entry: 'packages/log-shipper/src/main.ts', redirects: CORE },
  ...['telinit', 'runlevel', 'shutdown', 'upstart-rc'].map((name) => ({
    output: `lib/upstart/${name}.js`,
    entry: `packages/ctl/src/system/${name}.ts`,
    redirects: CORE,
  })),
];

/**
 * Start-up snapshots of dist/lib/upstart: `output` gets what tells one Node from another before its last dot, `script` is the program that
 * is bundled from `entry` to be run for it, with the options that `options` finds.
 */
export const SNAPSHOTS = [
  {
    output: 'lib/upstart/daemon.snapshot',
    entry: 'packages/daemon/src/start-up/snapshot.ts',
    script: '.build/lib/upstart/daemon.cjs',
    redirects: LATER,
    /** Node accepts a snapshot only with exactly the options of its build. */
    options: { file: 'packages/supervisor/daemon/launch.c', pattern: /\bnode_options\[\] = \{([^}]*)\}/ },
  },
];

/**
 * Programs that V8 compiles ahead, for `output` in dist/lib/upstart: `script` is a function of what a module is given, bundled from `entry`,
 * and has what the `programs` beside the output have.
 */
export const COMPILED = [
  {
    output: 'lib/upstart/ctl.compiled',
    entry: 'packages/ctl/src/start-up/whole.ts',
    script: '.build/lib/upstart/ctl-whole.cjs',
    redirects: OF_FEW,
    overrides: { ...AS_MODULE, banner: { js: '(function(exports,require,module){' }, footer: { js: '})' } },
    programs: ['core.js', 'commands.js', 'ctl.js', 'front-door.cjs', 'yargs.cjs'],
  },
];

/**
 * C programs: every `*.c` of the folder `sources` and of those in it, but for `test`, and headers named from that folder.
 * `generated` are headers of dist/generated that they include, `shared` sources of another program. `flags` is tried first, then `fallback`.
 */
export const PROGRAMS = [
  {
    output: 'bin/upstart',
    sources: 'packages/supervisor',
    generated: ['frame_table.h', 'frame_rules.h'],
    flags: ['-static'],
    fallback: [],
  },
  {
    output: 'lib/upstart/logger',
    sources: 'packages/logger',
    generated: ['frame_table.h'],
    shared: { root: 'packages/supervisor', files: ['loop/loop.c', 'loop/loop.h'] },
    flags: ['-static'],
    fallback: [],
  },
  { output: 'lib/upstart/conf-watch', sources: 'packages/daemon/watcher', flags: ['-static'], fallback: [] },
  {
    output: 'lib/upstart/unconnected-socket',
    sources: 'packages/daemon/socket-maker',
    flags: ['-static'],
    fallback: [],
  },
  // A module that Node loads, with the functions of Node and of the C library that Node has.
  {
    output: 'lib/upstart/return-memory.node',
    sources: 'packages/daemon/idle',
    flags: ['-shared', '-fPIC', '-nostdlib'],
    fallback: [],
  },
  { output: 'lib/upstart/peer-door', sources: 'packages/bridge/peer-door', flags: ['-static'], fallback: [] },
  {
    output: 'lib/upstart/unix-datagram',
    sources: 'packages/log-shipper/datagram',
    flags: ['-static'],
    fallback: [],
  },
  {
    output: 'bin/initctl',
    sources: 'packages/ctl/native',
    shared: { root: 'packages/supervisor', files: ['loop/place.c', 'loop/loop.h'] },
    flags: ['-static'],
    fallback: [],
  },
];

/** Other names of programs that act by the name they are called by. */
export const LINKS = {
  initctl: ['start', 'stop', 'restart', 'reload', 'status', 'upstart-monitor', 'reboot', 'halt', 'poweroff'],
  upstart: ['init'],
  'upstart-bridge': ['udev', 'socket', 'file', 'dbus', 'event', 'local'].map((name) => `upstart-${name}-bridge`),
};

/** Commands that are a bundle run by Node: the name and its bundle in lib/upstart. */
export const WRAPPERS = {
  'init-checkconf': 'init-checkconf.js',
  initctl2dot: 'initctl2dot.js',
  telinit: 'telinit.js',
  runlevel: 'runlevel.js',
  shutdown: 'shutdown.js',
  'upstart-rc': 'upstart-rc.js',
};

/** Programs whose command lines the shells complete. */
export const COMPLETED = [
  ...['upstart', 'initctl', 'upstart-bridge'],
  ...Object.values(LINKS).flat(),
  ...['init-checkconf', 'telinit', 'runlevel', 'shutdown', 'upstart-rc'],
];

/** Shell scripts. `@VERSION@` in them becomes the version. */
export const SCRIPTS = [
  { output: 'bin/upstart-bridge', source: 'packages/bridge/upstart-bridge' },
  { output: 'bin/service', source: 'packages/ctl/sysv/service' },
  { output: 'bin/invoke-rc.d', source: 'packages/ctl/sysv/invoke-rc.d' },
  { output: 'lib/upstart/upstart-job', source: 'packages/ctl/sysv/upstart-job' },
  { output: 'lib/upstart/divert', source: 'packages/ctl/sysv/divert' },
];

/**
 * Programs of the system's init. Beside another init they would only be in the way, so they are installed only when this one is to
 * take its place.
 */
export const SYSTEM_TOOLS = [
  'telinit',
  'runlevel',
  'shutdown',
  'reboot',
  'halt',
  'poweroff',
  'service',
  'invoke-rc.d',
  'upstart-rc',
];

/** Manual pages that lead to another one: the name and the page. */
export const MANUAL_LINKS = {
  'upstart.5': 'init.5',
  'upstart.7': 'upstart-events.7',
  'upstart.8': 'init.8',
  ...Object.fromEntries(LINKS.initctl.slice(0, 5).map((name) => [`${name}.8`, 'initctl.8'])),
  'halt.8': 'reboot.8',
  'poweroff.8': 'reboot.8',
  ...Object.fromEntries(LINKS['upstart-bridge'].map((name) => [`${name}.8`, 'upstart-bridge.8'])),
};
