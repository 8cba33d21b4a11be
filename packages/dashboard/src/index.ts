/** `upstart dashboard`: an HTTP API and a page in front of init's protocol; loaded by the command alone. */
export { serveDashboard } from './serve.ts';
