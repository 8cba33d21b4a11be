/** Translations between job files and the files of other supervisors. Pure: text in, text and a report out. */
export { type ComposeOptions, fromCompose } from './compose/compose.ts';
export { toCompose } from './compose/export/to-compose.ts';
export { toKubernetes } from './kubernetes/to-kubernetes.ts';
export { fromProcessCompose } from './process-compose/process-compose.ts';
export { FIRST_PORT, fromProcfile, PORT_STEP, type ProcfileOptions } from './procfile/procfile.ts';
export { fromSupervisord } from './supervisord/from-supervisord.ts';
export { toSystemd } from './systemd/export/to-systemd.ts';
export { fromSystemd } from './systemd/import/from-systemd.ts';
export type { InitKind } from './systemd/milestones.ts';
export {
  type ContainerOptions,
  type ExportedJob,
  type Fidelity,
  IN_PROJECT,
  IN_SYSTEM,
  type Occasion,
  type ProjectOptions,
  type ProjectTranslation,
  type ReportLine,
  type SourceFile,
  type TranslatedFile,
  type Translation,
  type Variables,
} from './translation.ts';
export { YamlError } from './yaml/yaml-file.ts';
