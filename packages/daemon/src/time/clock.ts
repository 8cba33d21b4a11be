/** Milliseconds of monotonic time: the same for every process since the machine was started, whatever the clock is set to. */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
