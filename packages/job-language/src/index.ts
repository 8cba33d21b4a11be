/** The job language: what a job file says. Pure: text in, definitions and complaints out. */
export { brokenFile } from './advice.ts';
export { ENV_FILE_FAULTS, EnvFileError, type EnvFileFault, parseEnvFile } from './env-file.ts';
export { OF_CLUSTER, SOURCE_NAMES, type SourceName, sourceOf, sourceOfJob } from './event-sources.ts';
export {
  areEqualDefinitions,
  type Console,
  completeDefinition,
  type Expect,
  emptyDefinition,
  isSameDefinition,
  type JobDefinition,
  type ProcessDefinition,
  RESOURCE_NAMES,
  type ResourceLimit,
  type StanzaPlace,
} from './job-definition.ts';
export { JobFileError } from './job-file-error.ts';
export { isKnownEvent, JOB_EVENTS, KNOWN_EVENTS, meantEvent } from './known-events.ts';
export { jobsOf, NEVER_RULES } from './lint/condition-rules.ts';
export { lint } from './lint/lint.ts';
export { PORTABLE_RULE } from './lint/portable.ts';
export { type KnownJob, type LintWorld, NOWHERE } from './lint/rule.ts';
export {
  type LogTarget,
  MAX_NAMED_LOG_TARGETS,
  type NamedLogTarget,
  NO_TARGET,
  namedLogTarget,
  targetNamesOf,
  targetOfText,
  targetText,
} from './log-target.ts';
export { MAX_JOB_FILE_SIZE, parseJob } from './parse-job.ts';
export {
  type AddressProbe,
  hasAddress,
  type Probe,
  type ProbeTarget,
  probeAddress,
  probeTarget,
  probeText,
  type StatusRange,
  withProbeText,
} from './probes.ts';
export { type OperandFault, operandFault } from './source-operands.ts';
export { parseTimer, type Schedule, TIMER_EVENT, type TimerFault, type TimerSpec } from './timer/timer.ts';
