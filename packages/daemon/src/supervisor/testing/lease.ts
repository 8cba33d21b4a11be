/** For tests: a file whose readers hang in open(2), as on a file system that does not answer. */
import { execFileSync, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

/**
 * F_SETLEASE with F_WRLCK: whoever opens the file waits for the lease, up to /proc/sys/fs/lease-break-time (45 s).
 * EAGAIN: somebody has the file open, as a reader of the test before may for a moment.
 */
const HOLD = `
  $SIG{IO} = "IGNORE"; $| = 1;
  open(my $file, "+<", $ARGV[0]) or die "$!";
  until (defined fcntl($file, 1024, 1)) { $!{EAGAIN} or die "$!"; select(undef, undef, undef, 0.01) }
  print "held\\n"; sleep`;

export const CAN_LEASE = (() => {
  try {
    execFileSync('perl', ['-e', '']);
    return true;
  } catch {
    return false;
  }
})();

/** Resolves once whoever reads the file hangs. Returns a function that lets them go; called when the test is over, too. */
export async function hang(path: string): Promise<() => void> {
  const holder = spawn('perl', ['-e', HOLD, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const letGo = (): void => void holder.kill('SIGKILL');
  onTestFinished(letGo);
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('close', () => reject(new Error('no lease to be had')));
  });
  return letGo;
}
