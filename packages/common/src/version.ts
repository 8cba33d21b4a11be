import manifest from '../../../package.json' with { type: 'json' };

/** The version of all of the project's programs: that of the package, which is the one place where it stands. */
export const VERSION: string = manifest.version;
