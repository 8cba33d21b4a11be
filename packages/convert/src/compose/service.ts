/** A service of a compose file in translation: its values, the draft of its job, and its lines of the report. */
import type { JobDraft } from '../job-file/draft.ts';
import type { Fidelity, ProjectOptions, ReportLine } from '../translation.ts';
import type { Mapping, YamlFile } from '../yaml/yaml-file.ts';

/** A condition that a service puts on another one. */
export interface Dependency {
  readonly on: string;
  readonly condition: string;
  readonly isRequired: boolean;
  /** It restarts when the other one is restarted. */
  readonly restarts: boolean;
}

export class Service {
  readonly name: string;
  readonly values: Mapping;
  readonly options: ProjectOptions;
  readonly job: JobDraft;
  readonly dependencies: Dependency[] = [];
  readonly ports: number[] = [];
  /** Conditions under which it is restarted. */
  readonly restarts: string[] = [];
  /** The words of its command. */
  words: readonly string[] = [];
  profiles: readonly string[] = [];
  /** The variables of `environment`. */
  readonly environment: Record<string, string> = {};
  readonly report: ReportLine[] = [];
  readonly #file: YamlFile;

  constructor(values: Mapping, job: JobDraft, options: ProjectOptions, file: YamlFile) {
    this.name = job.name;
    this.values = values;
    this.job = job;
    this.options = options;
    this.#file = file;
  }

  note(kind: Fidelity, text: string, ...path: (string | number)[]): void {
    this.report.push({ place: this.#file.place('services', this.name, ...path), kind, text });
  }
}
