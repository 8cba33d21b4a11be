/** The shape of lint rules, and the questions that they may ask. */
import type { Span } from '../place.ts';
import type { ParsedFile } from './statements.ts';

export interface Finding {
  /** The word that the warning is about. */
  readonly at: Span;
  readonly text: string;
}

export interface Rule {
  /** By which people find it: lower case, with hyphens. */
  readonly name: string;
  check(file: ParsedFile, world: LintWorld): Iterable<Finding>;
}

/** Questions of the rules about the machine that the job is for. Null: unknown, so there is no warning. */
export interface LintWorld {
  hasUser(name: string): boolean | null;
  hasGroup(name: string): boolean | null;
  isFolder(path: string): boolean | null;
  /** Whether a program that exists may be executed; null also if there is none. */
  isExecutable(path: string): boolean | null;
  /** Whether there is a `cluster.conf`: without it the machine is in no cluster. */
  hasClusterConf(): boolean | null;
  /** The highest hard limit that can be set for a resource. */
  highestLimit(resource: string): bigint | null;
  /** The other jobs of the folder that the file is in; null if the file stands alone. */
  readonly jobs: ReadonlyMap<string, KnownJob> | null;
}

export interface KnownJob {
  readonly emits: readonly string[];
  /** Whether it has instances with names. */
  readonly hasInstances: boolean;
  /** The jobs whose events restart it (`restart on`). */
  readonly restartedBy: readonly string[];
  /** The commands of its processes, which may emit events. */
  readonly commands: readonly string[];
}

/** A world about which nothing is known. */
export const NOWHERE: LintWorld = {
  hasUser: () => null,
  hasGroup: () => null,
  isFolder: () => null,
  isExecutable: () => null,
  hasClusterConf: () => null,
  highestLimit: () => null,
  jobs: null,
};
