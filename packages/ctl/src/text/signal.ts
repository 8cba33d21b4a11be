/** `HUP signal`, or `signal 40` of one without a name. `signal`: a name without `SIG`, or a number, as answers of init have it. */
export function signalText(signal: string): string {
  return /^\d/.test(signal) ? `signal ${signal}` : `${signal} signal`;
}
