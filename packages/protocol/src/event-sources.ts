/** The states of sources of events, which upstart-bridge runs. */

/** A source of events, as the bridge that runs it reports it. */
export interface SourceReport {
  name: string;
  /** `idle`: no job needs it. */
  state: 'idle' | 'running' | 'failed';
  /** Why it has failed, or does not do what its jobs need though it runs. */
  reason: string | null;
}

/** A source of events, as init knows it. */
export interface SourceStatus {
  name: string;
  /** `off`: nothing runs it, since init does not; `starting`: init is about to. */
  state: SourceReport['state'] | 'starting' | 'off';
  /** Why it has failed, has trouble though it runs, or is not run by init. */
  reason: string | null;
  /** What runs it: `init`, the name of a job in its place, or `client` for another program; null: nothing. */
  provider: string | null;
  /** The jobs with a condition that names its events. */
  jobs: string[];
}

/**
 * What a bridge says of its sources, which are those of its connection from then on. Init answers whether it is to continue (`stay`): of the
 * bridges that it has started itself it wants only those of its own version.
 */
export interface SourceRegistration {
  version: string;
  pid: number;
  /** Init has started it. */
  managed: boolean;
  sources: SourceReport[];
}

export interface SourceMethods {
  sources: { params: Record<never, never>; result: SourceStatus[] };
  registerSources: { params: SourceRegistration; result: { stay: boolean } };
}
