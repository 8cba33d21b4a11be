/** The user's folders that come from the environment. */
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the user's settings. */
export function configHome(env: Environment): string {
  return absolute(env.XDG_CONFIG_HOME) ?? join(home(env), '.config');
}

/** The home folder; the root folder for a user without one. */
export function home(env: Environment): string {
  return absolute(env.HOME) ?? '/';
}

export function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}
