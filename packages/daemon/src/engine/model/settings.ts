import type { Console } from '@upstart/job-language';

/** Settings that stay the same for the life of an init. */
export interface EngineSettings {
  pid1: boolean;
  /** The environment that init was started with: the source for `env KEY` without a value. */
  initEnv: string[];
  /** Jobs get all of `initEnv` (a session init), not just PATH and TERM. */
  inheritEnv: boolean;
  /** The value of UPSTART_SESSION for jobs; null for the system's init. */
  sessionAddress: string | null;
  /** Folder of job logs; null: jobs with `console log` get `console none` (--no-log). */
  logDir: string | null;
  defaultConsole: Console;
  /** Seconds that hooks may run once their job is to stop; 0: without a limit, as in the original. */
  hookTimeoutS: number;
  /** Each instance has its own control group; processes that remain in it after the main process has ended are killed. */
  jobCgroups: boolean;
  /** null: that of init itself. */
  umask: number | null;
  /** AppArmor works here; otherwise its stanzas do nothing. */
  apparmor: boolean;
  /** Where jobs without `chdir` run; null: where init is. */
  directory: string | null;
  /** The output of jobs with `console log` goes to init's standard output, too. */
  jobOutput: boolean;
  /** Init ends when the instance with this label has ended permanently; null: never by itself. */
  exitWith: string | null;
  /** Seconds that jobs get to stop when init ends; null: as long as the longest kill timeout. */
  stopTimeoutS: number | null;
  /** It is a container's init: signals have the meaning that container engines give them. */
  container: boolean;
}

/** The settings of an init without options, variables and logs: simulations, measurements and tests change some. */
export const DEFAULT_SETTINGS: EngineSettings = {
  pid1: false,
  initEnv: [],
  inheritEnv: false,
  sessionAddress: null,
  logDir: null,
  defaultConsole: 'log',
  hookTimeoutS: 0,
  jobCgroups: false,
  umask: null,
  apparmor: false,
  directory: null,
  jobOutput: false,
  exitWith: null,
  stopTimeoutS: null,
  container: false,
};
