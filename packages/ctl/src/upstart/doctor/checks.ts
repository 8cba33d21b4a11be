/** The checks of `upstart doctor`, in the order of its output: a file a concern. */
import { dbus } from './dbus.ts';
import type { Check } from './finding.ts';
import { init } from './init.ts';
import { jobs } from './jobs.ts';
import { kernel } from './kernel.ts';
import { logTargets } from './log-targets.ts';
import { logs } from './logs.ts';
import { parts } from './parts.ts';
import { path } from './path.ts';
import { programs } from './programs.ts';
import { sockets } from './sockets.ts';
import { sources } from './sources.ts';
import { state } from './state.ts';

export const CHECKS: readonly Check[] = [
  parts,
  path,
  init,
  sockets,
  state,
  jobs,
  sources,
  logs,
  logTargets,
  programs,
  kernel,
  dbus,
];
