/** All fuzzers. */
import { commandLines } from './command-lines.ts';
import { controlFrames } from './control-frames.ts';
import { dbusConversations, dbusMessages } from './dbus.ts';
import { engine } from './engine.ts';
import type { Fuzzer } from './fuzzer.ts';
import { jobFiles, overrides } from './job-files.ts';
import { journal } from './journal.ts';
import { loginRecords } from './login-records.ts';
import { lsbHeaders } from './lsb-headers.ts';
import { confWatch, launcherReplies, logger, stateFile, supervisorEnd } from './native.ts';
import { sessionFiles } from './session-files.ts';
import { snapshots } from './snapshots.ts';
import { daemonEnd } from './supervisor-frames.ts';

export const FUZZERS: readonly Fuzzer[] = [
  jobFiles,
  overrides,
  engine,
  controlFrames,
  dbusMessages,
  dbusConversations,
  daemonEnd,
  supervisorEnd,
  stateFile,
  journal,
  snapshots,
  commandLines,
  loginRecords,
  lsbHeaders,
  sessionFiles,
  launcherReplies,
  confWatch,
  logger,
];
