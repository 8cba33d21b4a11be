/**
 * The modules that every program shares, as one file of the installation (`core.js`): there is one copy of them in a process, so
 * that an error of the daemon's is one of the commands' as well.
 */
export * from '@upstart/common';
export * from './index.ts';
