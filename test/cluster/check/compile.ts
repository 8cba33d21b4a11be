/** The C programs of the checker. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../session/product.ts';

/** Compiles one of them; the value is its path. */
export function compile(name: 'holder' | 'wire', folder: string): string {
  const program = join(folder, name);
  const source = join(ROOT, `test/cluster/check/${name}.c`);
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
  return program;
}
