/**
 * Files of the installation that are loaded when they are first needed. A daemon that is made from a start-up snapshot knows no
 * `import`, so they are loaded by `require`; they get the modules of `core.ts` from the program that loads them (scripts/targets.mjs).
 */
import { createRequire } from 'node:module';
import * as core from './core.ts';

/** The exports of such a file. */
interface InstalledFile<Module> {
  readonly version: string;
  make(modules: typeof core): Module;
}

/** Loads the file; null if it belongs to another version: this is a program from before an upgrade. */
export function installedModule<Module>(file: string): Module | null {
  const { version, make } = createRequire(process.argv[1] as string)(`./${file}`) as InstalledFile<Module>;
  return version === core.VERSION ? make(core) : null;
}
