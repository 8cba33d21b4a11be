/** What looks after old logs, a bundle of its own: a daemon whose logs are not rotated never loads it. */

type KeeperModule = typeof import('./log-keeper.ts');

export function loadKeeper(): Promise<KeeperModule> {
  return import('./log-keeper.ts');
}

export type { KeeperModule };
