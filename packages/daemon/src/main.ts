/**
 * The daemon: wires configuration, engine, supervisor and control sockets together.
 */
import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { VERSION } from '@upstart/protocol';
import { isAppArmorUsable } from './apparmor.ts';
import { Configuration } from './conf/configuration.ts';
import { preloadCommands } from './control/run-command.ts';
import { ControlServer } from './control/server.ts';
import { type Log, openLog } from './log.ts';
import { helpText, type InitOptions, OptionError, parseOptions } from './options.ts';
import { findPlaces, type Places } from './places.ts';
import { Supervisor } from './process/supervisor.ts';
import type { Report } from './process-messages.ts';
import { Runner } from './runner.ts';
import { removeSessionFile, writeSessionFile } from './session-file.ts';
import { engineSettings, startState } from './start-state.ts';
import { StateStore } from './state/store.ts';
import { readSupervisorLink, supervisorIdentity } from './supervisor-link.ts';

const PROGRAM = 'init';
const WATCHER = fileURLToPath(new URL('./conf-watch', import.meta.url));

const SIGHUP = 1;
const SIGTERM = 15;

async function main(): Promise<void> {
  const link = readSupervisorLink(process.env);
  const { supervisor, state: supervisorState } = await Supervisor.connect(link.fd);
  const options = readOptions(supervisor);
  if (!options) return;
  const log = openLog(PROGRAM, options.logFormat, options.priority);
  for (const word of options.ignored) log.write('warn', `Unknown option or word passed over: ${word}`);

  const places = findPlaces(options, link.initEnv, supervisorState.pid);
  const store = new StateStore(`${places.runtimeDir}/state`, (text) => log.write('error', text));
  const identity = supervisorIdentity(supervisorState.pid);
  const pid1 = supervisorState.pid === 1;
  const start = startState(store, identity, link.failures, log, () =>
    engineSettings(options, places, link.initEnv, { pid1, apparmor: isAppArmorUsable() }),
  );
  const runner = new Runner({ state: start.state, store, supervisor, identity, log });
  const defined = new Set<string>();
  const configuration = makeConfiguration(options, places, runner, log, defined);
  runner.replay(start.inputs, start.commands, supervisorState);
  supervisor.onReports((reports) => {
    runner.reports(reports);
    for (const report of reports) if (report.type === 'signal') receiveSignal(report, runner, configuration);
  });
  configuration.load();
  if (!start.fresh) forgetMissing(runner, defined);

  const version = `${PROGRAM} (upstart ${VERSION})`;
  const context = { runner, configuration, log, version, initPid: supervisorState.pid };
  const control = new ControlServer(context, places.runtimeDir);
  await control.listen(!options.user);
  if (places.sessionFile && places.sessionAddress) writeSessionFile(places.sessionFile, places.sessionAddress);

  runner.onEnd(() => {
    control.close();
    configuration.close();
    if (places.sessionFile) removeSessionFile(places.sessionFile);
    store.remove();
    if (options.user) rmSync(places.runtimeDir, { recursive: true, force: true });
  });
  if (start.fresh) {
    if (supervisorState.subreaperErrno) runner.submit({ type: 'emit', name: 'child-subreaper-failed', env: [] });
    if (options.startupEvent !== null) runner.submit({ type: 'emit', name: options.startupEvent, env: [] });
  }
  supervisor.ready();
  await preloadCommands();
}

/** Reads init's arguments; null when there is nothing more to do, and the supervisor has been told to end. */
function readOptions(supervisor: Supervisor): InitOptions | null {
  const end = (status: number): null => {
    supervisor.send([{ type: 'end', id: Number.MAX_SAFE_INTEGER, status }]);
    supervisor.onClose(() => process.exit(status));
    return null;
  };
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(helpText(PROGRAM));
    else if (options.version) process.stdout.write(`${PROGRAM} (upstart ${VERSION})\n`);
    else return options;
    return end(0);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${PROGRAM}: ${error.message}\nTry \`${PROGRAM} --help' for more information.\n`);
    return end(1);
  }
}

/** `defined` is kept to be the names that files define. */
function makeConfiguration(
  options: InitOptions,
  places: Places,
  runner: Runner,
  log: Log,
  defined: Set<string>,
): Configuration {
  return new Configuration({
    sources: places.sources,
    debug: options.debug,
    watch: true,
    watcher: existsSync(WATCHER) ? WATCHER : null,
    onChange: (name, definition) => {
      if (definition) defined.add(name);
      else defined.delete(name);
      // After a restart of the daemon most files are what they were.
      const known = runner.engine.state.classes.get(name);
      const current = known?.next ? known.next.definition : known?.definition;
      if (!isDeepStrictEqual(current ?? null, definition)) runner.submit({ type: 'define', name, definition });
    },
    onError: (error) => log.write('error', String(error)),
    onLog: (level, text) => log.write(level, text),
  });
}

/** Drops the jobs whose files went while there was no daemon. */
function forgetMissing(runner: Runner, defined: ReadonlySet<string>): void {
  for (const name of runner.engine.state.classes.keys()) {
    if (!defined.has(name)) runner.submit({ type: 'define', name, definition: null });
  }
}

function receiveSignal(
  { signal }: Extract<Report, { type: 'signal' }>,
  runner: Runner,
  configuration: Configuration,
): void {
  if (signal === SIGHUP) configuration.reload();
  else if (signal === SIGTERM) runner.submit({ type: 'quiesce', reason: 'shutdown' });
}

main().catch((error) => {
  process.stderr.write(`${PROGRAM}: ${basename(process.argv[1] ?? PROGRAM)} cannot start: ${(error as Error).stack}\n`);
  process.exit(1);
});
