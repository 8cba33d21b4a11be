/** Names of services as host names: in a project without containers all services are on this machine. */

/** The host that services are reached at. */
const HERE = '127.0.0.1';

/** `value` with this machine in place of each service where a host name stands; null: none stands there. */
export function withoutHosts(value: string, services: readonly string[]): string | null {
  const replaced = services.reduce((text, service) => {
    const name = service.replace(/[.]/g, '\\.');
    // Alone, before a port, or in a URL: after its slashes or the user's name.
    const host = new RegExp(`(^|//|@|,)${name}(?=$|[:/?,])`, 'g');
    return text.replace(host, `$1${HERE}`);
  }, value);
  return replaced === value ? null : replaced;
}
