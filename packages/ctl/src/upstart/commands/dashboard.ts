/** `upstart dashboard`: an HTTP API and a page, until interrupted. */
import { loadDashboard } from '../../dashboard/load.ts';
import { frontCommand } from '../command.ts';

export const dashboard = frontCommand({
  name: 'dashboard',
  words: '',
  wordKind: 'none',
  summary:
    'Serve a page that shows and changes what init runs, and the HTTP API below it, until interrupted: at a socket for you alone, or over TCP with a token.',
  options: {
    listen: {
      type: 'string',
      requiresArg: true,
      describe:
        'unix:PATH, HOST:PORT, or a PORT of 127.0.0.1, which a browser can open; by default dashboard.sock in the folder of init',
    },
    'read-only': { type: 'boolean', describe: 'change nothing' },
    open: { type: 'boolean', default: true, describe: 'open a browser, over TCP; --no-open: do not' },
  },
  examples: [
    ['dashboard --listen 8080', 'serves the page at http://127.0.0.1:8080, and opens it'],
    ['dashboard --read-only --listen 0.0.0.0:8080', 'for other machines, to look only; put a proxy with TLS in front'],
    ['dashboard', 'serves it at a socket, for `curl --unix-socket` and for `ssh -L 8080:SOCKET`'],
  ],
  isLocal: () => true,
  async run({ options, context, scope, print }) {
    return loadDashboard().serveDashboard({
      listen: options.listen ?? null,
      isReadOnly: options['read-only'] === true,
      opens: options.open !== false && print.forPeople,
      scope,
      env: context.env,
      connect: () => context.connect(scope),
      say: (text) => print.line(text),
      warn: (text) => print.failure(text),
    });
  },
});
