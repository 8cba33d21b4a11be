/** Resource limits by the numbers that Linux has for them (reference: job files §4.2). */
import type { RESOURCE_NAMES } from '@upstart/job-language';

type ResourceName = (typeof RESOURCE_NAMES)[number];

const NUMBERS: Readonly<Record<ResourceName, number>> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
};
/** These have numbers of their own there. */
const ON_MIPS: Partial<typeof NUMBERS> = { nofile: 5, as: 6, rss: 7, nproc: 8, memlock: 9 };

const numbers = new Map<string, number>(
  Object.entries(process.arch.startsWith('mips') ? { ...NUMBERS, ...ON_MIPS } : NUMBERS),
);
const names = new Map([...numbers].map(([name, number]) => [String(number), name]));
/** Limits that the kernel rejects. */
const NO_RESOURCE = -1;

/** The number that setrlimit(2) knows a resource by; one that nothing has for an unknown name. */
export function resourceNumber(name: string): number {
  return numbers.get(name) ?? NO_RESOURCE;
}

/** The name of a resource whose number is written in decimal. Anything else is returned as it is: supervisors of before say the name. */
export function resourceName(number: string): string {
  return names.get(number) ?? number;
}
