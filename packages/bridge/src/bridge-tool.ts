/** A bridge as a tool: its options, its init and its life from start to SIGTERM (reference: bridges §1). */
import type { Options, Tool } from '@upstart/common';
import { SOURCE_NAMES } from '@upstart/job-language';
import { connectToInit } from './connection.ts';
import { detach, startDetached } from './detach.ts';
import { Frame } from './frame.ts';
import { leveledLog, toStreams, toSyslog } from './log.ts';
import { pidFilePath, removePidFile, writePidFile } from './pid-file.ts';
import type { Program } from './programs.ts';
import { Registration } from './registration.ts';
import type { Source } from './source.ts';
import { SOURCES } from './sources/all.ts';

/** So long the sources may take to end before another SIGTERM ends the process at once. */
const END_MS = 5000;

export interface BridgeProcess {
  /** It has been started by `--daemon`. */
  readonly isDetached: boolean;
  /** Init has started it, for the jobs that need it. */
  readonly isManaged: boolean;
  /** The command line that runs it again, detached. */
  readonly again: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export function bridgeTool(program: Program, own: BridgeProcess): Tool {
  const { name, synopsis, options, help, sources } = program;
  return {
    ...{ name, synopsis, options, help, usage: sources === null ? '[SOURCE]...' : '' },
    wordKind: sources === null ? SOURCE_NAMES : 'none',
    async run({ options: given, args }) {
      const chosen = sourcesOf(program, args, own.isManaged);
      if (given.daemon && !own.isDetached) return startDetached(own.again);
      if (sources !== null || args.length > 0) for (const source of chosen) source.check?.(given);
      if (sources !== null) for (const source of chosen) await source.prepare?.({ options: given, env: own.env });
      const missing = own.isManaged ? args.filter((word) => !chosen.some((source) => source.name === word)) : [];
      return runBridge(program, { sources: chosen, missing }, given, own);
    },
  };
}

/** Words of old names mean nothing. */
function sourcesOf({ sources }: Program, words: readonly string[], isManaged: boolean): Source[] {
  const unknown =
    sources === null && !isManaged ? words.find((word) => !SOURCES.some(({ name }) => name === word)) : undefined;
  if (unknown !== undefined) throw new Error(`Unknown source: ${unknown}`);
  const wanted: readonly string[] = sources ?? words;
  return wanted.length === 0 ? [...SOURCES] : SOURCES.filter(({ name }) => wanted.includes(name));
}

/** `missing`: names of sources that this program does not have. */
interface Chosen {
  readonly sources: readonly Source[];
  readonly missing: readonly string[];
}

async function runBridge(
  program: Program,
  { sources, missing }: Chosen,
  options: Options,
  own: BridgeProcess,
): Promise<number> {
  const { name } = program;
  const isSession = program.init === 'session' || (program.init === 'by-option' && options.user === true);
  const signalled = signals(own.isDetached ? ['SIGTERM'] : ['SIGTERM', 'SIGINT']);
  const connected = await connectToInit(name, isSession, own.env, program.isUnset);
  let write = toStreams(name);
  const log = leveledLog(options, (level, text) => write(level, text));
  const onDemand = program.sources === null;
  const frame = new Frame({ connected, sources, log, options, env: own.env, isSession, onDemand });
  const registration = new Registration(connected.client, frame, own.isManaged, missing);
  await Promise.race([frame.begin().then(() => registration.begin()), signalled]);
  let pidFile: string | null = null;
  if (own.isDetached) {
    pidFile = pidFilePath(name, isSession ? connected.initPid : null, own.env);
    writePidFile(pidFile);
    // Paths of the file bridge in a session may be relative to it.
    detach(isSession && program.sources?.includes('file') ? own.home : '/');
    write = toSyslog(name);
  }
  const reason = await Promise.race([frame.ended(), registration.dismissed(), signalled]);
  if (pidFile !== null && program.removesPidFile) removePidFile(pidFile);
  if (reason !== null) log.error(reason.message);
  await frame.stop();
  return reason === null ? 0 : 1;
}

/** Resolves with null at the first of these signals. Right behind a SIGTERM there may be init's own: that does not cut the end short. */
function signals(names: readonly NodeJS.Signals[]): Promise<null> {
  return new Promise((resolve) => {
    for (const name of names) process.once(name, () => resolve(null));
    process.once('SIGTERM', () => {
      const ignore = (): void => {};
      process.on('SIGTERM', ignore);
      setTimeout(() => process.off('SIGTERM', ignore), END_MS).unref();
    });
  });
}
