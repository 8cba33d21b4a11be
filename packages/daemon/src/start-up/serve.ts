/** The running daemon: wires configuration, engine, supervisor and control sockets together. */
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { VERSION } from '@upstart/common';
import { type InitIdentity, initIdentity } from '@upstart/protocol';
import { Configuration } from '../conf/configuration.ts';
import { Callers } from '../control/callers.ts';
import { preloadCommands } from '../control/run-command.ts';
import { ControlServer } from '../control/server.ts';
import { Sockets } from '../control/sockets.ts';
import { DBusBus, SYSTEM_BUS } from '../dbus/bus.ts';
import { connectByInit } from '../dbus/connect-by-init.ts';
import { DBusDoor } from '../dbus/door.ts';
import { DBusHost } from '../dbus/host.ts';
import { JobSignals } from '../dbus/job-signals.ts';
import { runningProcesses } from '../engine/processes/running-processes.ts';
import { supervisedPids } from '../engine/requests/queries.ts';
import { History } from '../history/history.ts';
import { type Log, openLog, printLine } from '../log/log.ts';
import { LogUpkeep } from '../log-upkeep/upkeep.ts';
import { awaitEnd } from '../on-demand/await-end.ts';
import { isOwnProgram } from '../on-demand/own-program.ts';
import { Programs } from '../on-demand/programs.ts';
import type { InitOptions } from '../options/options.ts';
import { PlaceGuard } from '../places/guard.ts';
import { guardedPlaces } from '../places/guarded-places.ts';
import { keptPlaces, placesNote } from '../places/kept-places.ts';
import { lookAtLogFolder } from '../places/log-folder.ts';
import { choosePlaces, type Places } from '../places/places.ts';
import { removeSessionFile } from '../places/session-file.ts';
import { Probes } from '../probes/probes.ts';
import { Orphans } from '../proc/orphans.ts';
import { ProcessUsage } from '../proc/usage.ts';
import type { RunnerParts } from '../runner/parts.ts';
import { Runner } from '../runner/runner.ts';
import { StateStore } from '../state/store.ts';
import { type SupervisorLink, supervisorIdentity } from '../supervisor/link.ts';
import type { SupervisorState } from '../supervisor/process-messages.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { isAppArmorUsable } from '../system/apparmor.ts';
import { type SystemDuties, systemDuties } from '../system/duties.ts';
import { adoption } from './adoption.ts';
import { Definitions } from './definitions.ts';
import { endInit } from './end-init.ts';
import { announce, givesWay, warnOfLeftovers, welcome } from './session.ts';
import { engineSettings, startState } from './start-state.ts';
import { countStart } from './starts.ts';

/** The parts of the daemon. */
export interface DaemonParts {
  /** The name of init. */
  program: string;
  link: SupervisorLink;
  supervisor: Supervisor;
  supervisorState: SupervisorState;
  options: InitOptions;
  /** The helper program conf-watch; null: use fs.watch. */
  watcher: string | null;
  /** The helper program unconnected-socket. */
  socketMaker: string;
  /** The program that runs sources of events. */
  bridge: string;
  memory: RunnerParts['memory'];
}

/** Resumes the work of the previous daemon, or begins it. Resolves when clients get answers. */
export async function serve(parts: DaemonParts): Promise<void> {
  const { program, link, supervisor, supervisorState, options } = parts;
  const system = supervisorState.pid === 1 && !options.user && !options.container;
  const duties = systemDuties(system);
  const log = await openLog(program, options.logFormat, options.priority, {
    sink: duties.openLog(),
    // What a container says is on its standard output.
    print: options.container ? printLine : null,
  });
  const init = initIdentity(supervisorState.pid);
  const isFirst =
    !link.note && link.failures === 0 && supervisorState.lastCommand === 0 && supervisorState.processes.length === 0;
  const places = findPlaces(options, link, supervisor, init, log);
  if (isFirst && options.user) {
    if (!options.allowSecond && givesWay(supervisor, places, init.pid, link.initEnv, log)) return;
    welcome(places, init.pid, log);
  }
  for (const complaint of options.complaints) log.write('warn', complaint);
  // The system's init gets the rest of the kernel's command line.
  for (const word of options.ignored) log.write(system ? 'info' : 'warn', `Unknown option or word ignored: ${word}`);

  const runtimeMode = options.user ? 0o700 : 0o755;
  const stateLog = log.child({ component: 'state' });
  const store = new StateStore(`${places.runtimeDir}/state`, (text) => stateLog.write('error', text), runtimeMode);
  const identity = supervisorIdentity(supervisorState.pid, link.crashes);
  const saved = { store, identity, failures: link.failures, progress: () => supervisor.begun() };
  const start = startState(saved, supervisorState, stateLog, () =>
    engineSettings(options, places, link.initEnv, { pid1: system, apparmor: isAppArmorUsable() }),
  );
  log.priority = start.engine.state.logPriority ?? log.priority;
  if (start.fresh && options.user) warnOfLeftovers(places, supervisorState.pid, log);
  const replaced = () => process.exit(0);
  const history = new History(`${places.runtimeDir}/state`, identity, (text) => log.write('warn', text));
  // Also if the state was lost: no number is used twice.
  start.engine.state.changes = Math.max(start.engine.state.changes ?? 0, history.resume(start.history));
  const { memory } = parts;
  const probes = new Probes((result) => runner.submit({ type: 'probed', result }));
  const runner: Runner = new Runner({
    ...{ engine: start.engine, store, supervisor, identity, log, memory, history, probes, replaced },
  });
  const jobSignals = new JobSignals(runner);
  const definitions = new Definitions(runner, (name) => jobSignals.replaced(name));
  const configuration = makeConfiguration(
    parts,
    places,
    definitions,
    jobSignals,
    log.child({ component: 'configuration' }),
    duties,
  );
  supervisor.rotateLogs(options.logRotation);
  const { logDir } = start.engine.state.settings;
  if (logDir !== null) {
    supervisor.keepLogFolder(() => lookAtLogFolder(logDir, options.logDir === null));
    const upkeep = new LogUpkeep(logDir, options.logUpkeep, (text) => log.write('warn', text));
    supervisor.onRotated(() => upkeep.rotated());
  }
  // With a supervisor that does not tell, a replacement that was asked for was made.
  const wanted = start.commands.filter(({ type }) => link.countsReplacement || type !== 'replace');
  const supervisorLog = log.child({ component: 'supervisor' });
  supervisor.onSaid((text) => supervisorLog.write('warn', text));
  supervisor.resume(runningProcesses(start.engine.state));
  runner.resume(wanted, supervisorState);
  supervisor.recovered();
  const version = `${program} (upstart ${VERSION})`;
  const supervised = (): Set<number> => supervisedPids(runner.engine.context);
  const orphans = new Orphans(supervisorState.pid, supervised);
  const usage = new ProcessUsage({ initPid: supervisorState.pid, supervised });
  const controlLog = log.child({ component: 'control' });
  const programs = new Programs({
    ...{ options, bridge: parts.bridge, folder: places.runtimeDir, initEnv: link.initEnv, log },
    ...{ engine: start.engine, isGoingDown: duties.isGoingDown, isRestarted: !start.fresh },
  });
  const counts = { finishedEvents: 0, daemonStarts: countStart(places.runtimeDir) };
  const context = {
    sources: programs.sources,
    logTargets: programs.logTargets,
    counts,
    runner,
    configuration,
    log: controlLog,
    version,
    initPid: supervisorState.pid,
    isBridge: (pid: number): boolean => isOwnProgram(pid, parts.bridge, supervisorState.pid),
    orphans,
    usage,
    history,
    supervisor,
    callers: new Callers(),
    sockets: new Sockets(runner, link.listens ? supervisor.files : null),
    bus: { isJoined: (): boolean => bus.isJoined, join: (address: string): Promise<void> => bus.notified(address) },
  };
  const dbusHost = new DBusHost(context, jobSignals);
  const bus = new DBusBus({
    host: dbusHost,
    systemAddress: system && options.systemBus ? link.initEnv.DBUS_SYSTEM_BUS_ADDRESS || SYSTEM_BUS : null,
    connectByInit: (place) => connectByInit(supervisor, parts.socketMaker, place),
    isRestarted: !start.fresh,
  });
  const door = new DBusDoor(dbusHost, supervisor);
  const toDBus = (socket: Socket, first: Buffer): void => door.admit(socket, first);
  const control = new ControlServer(context, places.runtimeDir, !options.user, toDBus);
  runner.keptAnswers.mayComeAgain = () => control.isBehind();
  runner.onDuty('reload-configuration', () => {
    configuration.reload();
    programs.changed();
  });
  runner.onDuty('listen-again', () => {
    void control.listen();
    bus.reconnect();
  });
  supervisor.onReports((reports) => runner.reports(reports, duties.noteReports));
  configuration.load();
  let exitJobUnknown = false;
  configuration.whenComplete(() => {
    if (!start.fresh) return definitions.forgetMissing();
    // A job that no file defines is a mistake: init would run for ever.
    if (options.exitWith === null || definitions.mayHave(options.exitWith)) return;
    exitJobUnknown = true;
    log.write('fatal', `there is no job ${options.exitWith} to exit with in ${places.sources.join(', ')}`);
  });
  // If files cannot be read yet, the error is logged later. By then jobs may run, and init must not leave them behind.
  if (exitJobUnknown) {
    endInit(supervisor, 1);
    return;
  }
  const adopted = adoption(runner.engine, supervisorState, link.acknowledged);
  if (adopted) runner.submit(adopted);

  await control.listen();
  runner.watchers.add(({ event }) => {
    if (event === 'job-added' || event === 'job-removed') programs.changed();
    if (event === 'event-emitted') counts.finishedEvents++;
  });
  programs.begin();
  door.listen(link.dbusFd === null ? null : { fd: link.dbusFd });
  bus.start(start.engine.state.dbusAddress ?? null);
  duties.noteOwnProcesses();
  announce(places, log);
  const guard = new PlaceGuard(
    guardedPlaces(places, init, control, () => runner.checkSaved()),
    log,
  );

  runner.onEnd(() => {
    guard.close();
    const last = programs.close();
    control.end();
    awaitEnd(last, () => control.close());
    probes.close();
    door.close();
    bus.close();
    configuration.close();
    if (places.sessionFile) removeSessionFile(places.sessionFile);
    store.remove();
    if (options.user) rmSync(places.runtimeDir, { recursive: true, force: true });
  });
  // After a crash of the supervisor its jobs keep running, unknown to the next supervisor.
  if (link.crashes > 0) start.engine.state.begun = true;
  if (!start.engine.state.begun) runner.submit({ type: 'begin', events: firstEvents(options, supervisorState) });
  supervisor.ready();
  await preloadCommands();
}

/** The places of the previous daemon. The first daemon chooses them, and the supervisor keeps them. */
function findPlaces(
  options: InitOptions,
  link: SupervisorLink,
  supervisor: Supervisor,
  init: InitIdentity,
  log: Log,
): Places {
  const kept = link.note === null ? null : keptPlaces(link.note, init, log);
  if (kept) return kept;
  const places = choosePlaces(options, link.initEnv, init, link.dbusFd !== null);
  const note = placesNote(places);
  if (link.note !== null && note !== null) supervisor.keepNote(note);
  return places;
}

/** The events that an init begins with. */
function firstEvents({ startupEvent }: InitOptions, { subreaperErrno }: SupervisorState): string[] {
  const events = subreaperErrno ? ['child-subreaper-failed'] : [];
  return startupEvent === null ? events : [...events, startupEvent];
}

function makeConfiguration(
  { options, watcher }: DaemonParts,
  { sources }: Places,
  definitions: Definitions,
  jobSignals: JobSignals,
  log: Log,
  duties: SystemDuties,
): Configuration {
  return new Configuration({
    sources,
    debug: options.debug,
    watch: true,
    watcher,
    onChange: (name, definition) => definitions.take(name, definition),
    onError: (error) => {
      const line = error.line === null ? {} : { line: error.line };
      log.write('error', String(error), { file: error.path, ...line });
    },
    onLog: (level, text) => log.write(level, text),
    onReloaded: () => jobSignals.reloaded(),
    onHelper: () => duties.noteOwnProcesses(),
  });
}
