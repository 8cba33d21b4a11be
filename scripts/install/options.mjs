// The command line of install-system.
import { isAbsolute, resolve } from 'node:path';
import { Problem } from '../problem.mjs';

export const USAGE =
  'usage: npm run install-system -- [--destdir DIR] [--prefix DIR] [--node FILE] [--as-init] [--force] | [--destdir DIR] [--prefix DIR] --uninstall';

const FLAGS = { '--force': 'force', '--as-init': 'asInit', '--uninstall': 'uninstall' };
const PATHS = ['--destdir', '--prefix', '--node'];

/** Relative folders count from where the person stands, which npm hands on in INIT_CWD. */
export function readOptions(args) {
  const options = { destdir: '', prefix: '/usr/local', node: '', asInit: false, force: false, uninstall: false };
  const rest = args.flatMap((arg) =>
    /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : arg,
  );
  while (rest.length > 0) {
    const option = rest.shift();
    if (Object.hasOwn(FLAGS, option)) options[FLAGS[option]] = true;
    else if (PATHS.includes(option)) {
      const value = rest.shift();
      if (!value || value.startsWith('--')) throw new Problem(`${option} needs a path.`, USAGE);
      options[option.slice(2)] = value;
    } else throw new Problem(`Unknown option: ${option}`, USAGE);
  }
  for (const option of ['prefix', 'node']) {
    if (options[option] && !isAbsolute(options[option]))
      throw new Problem(`--${option} must be an absolute path, not ${options[option]}`, USAGE);
  }
  options.prefix = resolve(options.prefix);
  // `/sbin` and `/lib` may be links that must stay what they are.
  if (options.prefix === '/') throw new Problem('--prefix / is not possible: use /usr', USAGE);
  const root = options.destdir ? resolve(process.env.INIT_CWD ?? process.cwd(), options.destdir) : '/';
  return { ...options, root };
}
