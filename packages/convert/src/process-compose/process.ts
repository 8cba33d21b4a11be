/** A process of a process-compose file in translation: its values, the draft of its job, and its lines of the report. */
import type { JobDraft } from '../job-file/draft.ts';
import type { Fidelity, ProjectOptions, ReportLine } from '../translation.ts';
import type { Mapping, YamlFile } from '../yaml/yaml-file.ts';

export class Process {
  readonly name: string;
  /** Its name in the file, which several replicas have. */
  readonly origin: string;
  readonly values: Mapping;
  readonly options: ProjectOptions;
  readonly job: JobDraft;
  namespace: string | null = null;
  /** The condition of its `schedule`. */
  timer: string | null = null;
  /** The port that it answers on. */
  port: number | null = null;
  /** Whether its end or its failure ends the project. */
  ending: 'end' | 'failure' | null = null;
  readonly report: ReportLine[] = [];
  readonly #file: YamlFile;

  constructor(origin: string, values: Mapping, job: JobDraft, options: ProjectOptions, file: YamlFile) {
    this.name = job.name;
    this.origin = origin;
    this.values = values;
    this.job = job;
    this.options = options;
    this.#file = file;
  }

  note(kind: Fidelity, text: string, ...path: (string | number)[]): void {
    this.report.push({ place: this.#file.place('processes', this.origin, ...path), kind, text });
  }
}
