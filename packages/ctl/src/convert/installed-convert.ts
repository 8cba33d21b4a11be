/** Takes the place of `@upstart/convert` in the build. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { Convert } from './load.ts';

const convert = installedModule<Convert>('convert.cjs');
if (convert === null) throw new Error('The installation has changed meanwhile; try again');

export const {
  FIRST_PORT,
  fromCompose,
  fromProcessCompose,
  fromProcfile,
  fromSupervisord,
  fromSystemd,
  IN_PROJECT,
  IN_SYSTEM,
  PORT_STEP,
  toCompose,
  toKubernetes,
  toSystemd,
  YamlError,
} = convert;
