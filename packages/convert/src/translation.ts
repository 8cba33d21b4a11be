/** What every translation gives and takes. */
import type { JobDefinition } from '@upstart/job-language';

/** A file of a translation. */
export interface TranslatedFile {
  /** Its name without a folder: `web.conf`. */
  readonly name: string;
  readonly text: string;
}

/** How faithful a translation is: the same; nearly, and the text says how; not possible, and the text says why. */
export type Fidelity = 'exact' | 'approximated' | 'refused';

/** A line of the report on a translation. */
export interface ReportLine {
  /** Where the original says it: `compose.yaml:12: services.web.image`. */
  readonly place: string;
  readonly kind: Fidelity;
  readonly text: string;
}

/** The outcome of a translation: what could be translated, and a report on all of it. */
export interface Translation {
  readonly files: readonly TranslatedFile[];
  readonly report: readonly ReportLine[];
}

/** The conditions of jobs that wait for no other job. */
export interface Occasion {
  /** `start on` this; null: no `start on`. */
  readonly start: string | null;
  /** `stop on` this; null: no `stop on`. */
  readonly stop: string | null;
}

/** When the init of a project starts its jobs. */
export const IN_PROJECT: Occasion = { start: 'startup', stop: null };
/** When the system's init starts services. */
export const IN_SYSTEM: Occasion = { start: 'runlevel [2345]', stop: 'runlevel [!2345]' };

/** What the translation of a project's file needs to know besides its text. */
export interface ProjectOptions {
  /** The name of the file, for the report. */
  readonly file: string;
  /** The absolute path of the folder that relative paths count from. */
  readonly folder: string;
  readonly occasion: Occasion;
  /** Whether init may run jobs as other users. */
  readonly switchesUsers: boolean;
  /** The variables of the caller. */
  readonly env: Variables;
  /** Those of the file `.env` of the folder; null: it has none. */
  readonly envFile: Variables | null;
  /** Of those, the ones that other variables are a part of: the file does not have them as they are. */
  readonly expanded?: Readonly<Record<string, string>>;
}

/** A translation of a project's file, with what no job file says. */
export interface ProjectTranslation extends Translation {
  /** The ports that jobs listen on, as far as the file says it. */
  readonly ports: Readonly<Record<string, readonly number[]>>;
  /** Groups of jobs that are started by one name. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Jobs whose end, or failure, ends the whole project. */
  readonly endsWith: Readonly<Record<string, 'end' | 'failure'>>;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** A job to export. */
export interface ExportedJob {
  readonly definition: JobDefinition;
  /** The comments on top of its file, without their marks. */
  readonly comments: readonly string[];
}

/** A file to import. */
export interface SourceFile {
  /** Its path, as the report names it. */
  readonly name: string;
  readonly text: string;
}

/** What an export to containers needs to know. */
export interface ContainerOptions {
  /** The image of all containers; absent: each has one of its own name. */
  readonly image?: string;
}
