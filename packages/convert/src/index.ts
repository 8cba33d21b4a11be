/** Translations between job files and the files of other supervisors. Pure: text in, text and a report out. */
export { type ComposeOptions, fromCompose } from './compose/compose.ts';
export { fromProcessCompose } from './process-compose/process-compose.ts';
export { FIRST_PORT, fromProcfile, PORT_STEP, type ProcfileOptions } from './procfile/procfile.ts';
export {
  type Fidelity,
  IN_PROJECT,
  IN_SYSTEM,
  type Occasion,
  type ProjectOptions,
  type ProjectTranslation,
  type ReportLine,
  type TranslatedFile,
  type Translation,
  type Variables,
} from './translation.ts';
export { YamlError } from './yaml/yaml-file.ts';
