/** The translations (`packages/convert`), a file of its own: only a command that translates loads it, and its parser of YAML. */

export type { ProjectTranslation, ReportLine, Variables } from '@upstart/convert';
export type Convert = typeof import('@upstart/convert');

export const loadConvert = (): Promise<Convert> => import('@upstart/convert');

export type { ExportedJob, Fidelity, SourceFile, Translation } from '@upstart/convert';
