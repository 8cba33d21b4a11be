/** A duration in milliseconds, as people read it: `12ms`, `1.204s`, `2min 3s`, `3h 20min`. */
export function secondsText(ms: number): string {
  const whole = Math.round(ms);
  if (whole < 1000) return `${whole}ms`;
  if (whole < MINUTE_MS) return `${(whole / 1000).toFixed(3)}s`;
  if (whole < HOUR_MS) return `${Math.floor(whole / MINUTE_MS)}min ${Math.floor((whole % MINUTE_MS) / 1000)}s`;
  return `${Math.floor(whole / HOUR_MS)}h ${Math.floor((whole % HOUR_MS) / MINUTE_MS)}min`;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
