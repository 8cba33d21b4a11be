import type { Console } from '@upstart/job-language';

/** Settings that stay the same for the life of an init. */
export interface EngineSettings {
  pid1: boolean;
  /** The environment init was started with; `env KEY` without a value takes it from here. */
  initEnv: string[];
  /** Jobs get all of `initEnv` (a session init), not just PATH and TERM. */
  inheritEnv: boolean;
  /** The value of UPSTART_SESSION for jobs; null for the system's init. */
  sessionAddress: string | null;
  /** Folder of job logs; null: jobs with `console log` get `console none` (--no-log). */
  logDir: string | null;
  defaultConsole: Console;
  /** Seconds that hooks may run once their job is to stop; 0: for ever, as the original has it. */
  hookTimeout: number;
  /** Each instance has a control group of its own, and what is left in it when its main process has ended is killed. */
  jobCgroups: boolean;
  /** null: the one init itself has. */
  umask: number | null;
  /** AppArmor works here; otherwise its stanzas do nothing. */
  apparmor: boolean;
  /** Where jobs without `chdir` run; null: where init is. */
  directory: string | null;
  /** The output of jobs with `console log` goes to init's standard output, too. */
  jobOutput: boolean;
  /** Init ends when the instance with this label has ended for good; null: never by itself. */
  exitWith: string | null;
  /** Seconds that jobs get to stop when init ends; null: as long as the longest kill timeout. */
  stopTimeout: number | null;
  /** It is a container's init: signals mean what engines of containers send them for. */
  container: boolean;
}

/** An init without options, variables and a place for logs: simulations, measurements and tests add what theirs has. */
export const DEFAULT_SETTINGS: EngineSettings = {
  pid1: false,
  initEnv: [],
  inheritEnv: false,
  sessionAddress: null,
  logDir: null,
  defaultConsole: 'log',
  hookTimeout: 0,
  jobCgroups: false,
  umask: null,
  apparmor: false,
  directory: null,
  jobOutput: false,
  exitWith: null,
  stopTimeout: null,
  container: false,
};
