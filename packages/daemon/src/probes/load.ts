/** The prober, a bundle of its own: a daemon whose jobs have no probes never loads it. */

type ProberModule = typeof import('./prober.ts');

export function loadProber(): Promise<ProberModule> {
  return import('./prober.ts');
}

export type { ProberModule };
