/** Random texts and hashes. To load Node's module for them takes a tenth of the time of a command, so most do without. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Node's module, loaded with the first call. */
export function cryptoModule(): typeof import('node:crypto') {
  return createRequire(process.execPath)('node:crypto');
}

const KERNEL_UUID = '/proc/sys/kernel/random/uuid';

/** A random UUID: that of the kernel, where there is /proc. */
export function randomId(): string {
  try {
    return readFileSync(KERNEL_UUID, 'latin1').trim();
  } catch {
    return cryptoModule().randomUUID();
  }
}
