/** The sub-commands of `upstart`, in the order of its help: a file a command. */
import type { FrontCommand } from '../command.ts';
import { attach } from './attach.ts';
import { chain } from './chain.ts';
import { reload, restart, start, stop } from './change.ts';
import { check } from './check.ts';
import { dashboard } from './dashboard.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { emit } from './emit.ts';
import { events } from './events.ts';
import { explain } from './explain.ts';
import { exportJobs } from './export.ts';
import { fleet } from './fleet.ts';
import { graph } from './graph.ts';
import { history } from './history.ts';
import { importJobs } from './import.ts';
import { kill } from './kill.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { plot } from './plot.ts';
import { ps } from './ps.ts';
import { run } from './run.ts';
import { sessions } from './sessions.ts';
import { simulate } from './simulate.ts';
import { status } from './status.ts';
import { timers } from './timers.ts';
import { top } from './top.ts';
import { up } from './up.ts';

export const COMMANDS: readonly FrontCommand[] = [
  ps,
  start,
  stop,
  restart,
  reload,
  kill,
  emit,
  status,
  explain,
  history,
  simulate,
  chain,
  plot,
  graph,
  logs,
  metrics,
  events,
  timers,
  fleet,
  list,
  dashboard,
  top,
  check,
  importJobs,
  exportJobs,
  doctor,
  up,
  down,
  attach,
  run,
  sessions,
];
