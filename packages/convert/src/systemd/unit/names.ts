/** Names of units and of jobs. */

export const UNIT_TYPES = [
  'service',
  'socket',
  'timer',
  'path',
  'target',
  'device',
  'mount',
  'slice',
  'swap',
  'automount',
  'scope',
] as const;
export type UnitType = (typeof UNIT_TYPES)[number];

export interface UnitName {
  /** Without the instance and the type. */
  readonly prefix: string;
  /** Behind the `@`: '' for a template; null: there is no `@`. */
  readonly instance: string | null;
  readonly type: UnitType;
}

const NAME = /^([A-Za-z0-9:_.\\-]+?)(?:@([A-Za-z0-9:_.\\@-]*))?\.([a-z]+)$/;

/** Null for a name that no unit has. */
export function parseName(name: string): UnitName | null {
  const [, prefix = '', instance = null, type = ''] = NAME.exec(name) ?? [];
  const known = UNIT_TYPES.find((each) => each === type);
  return known === undefined || prefix === '' ? null : { prefix, instance, type: known };
}

/** What a name of a job may not have, or not without quotes where a condition names it. */
const UNFIT = /[\s\p{C}"'()#\\/$*?[\]\ufffd]/u;

/** The name of the job for a unit: a target is set apart from a service of the same name. Escaped characters are themselves, as far as a job can have them. */
export function jobOfUnit({ prefix, type }: UnitName): string {
  const name = prefix.replace(/(?:\\x[0-9a-f]{2})+/g, (escaped) => {
    const text = Buffer.from(escaped.replaceAll('\\x', ''), 'hex').toString('utf8');
    return UNFIT.test(text) ? escaped : text;
  });
  return type === 'target' ? `${name}-target` : name;
}

/** The name of a job as part of a unit's name: other characters than those of units are escaped. */
export function unitPrefix(job: string): string {
  const escaped = job
    .replaceAll('/', '-')
    .replace(/[^A-Za-z0-9:_.-]/g, (char) =>
      [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    );
  return escaped.startsWith('.') ? `\\x2e${escaped.slice(1)}` : escaped;
}

/** A path as the name of a unit for it: `/srv/data` is `srv-data`. */
export function pathOfUnit(prefix: string): string {
  const path = prefix
    .replaceAll('-', '/')
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return path === '/' ? '/' : `/${path}`;
}

/** The name of the unit of a mount point. */
export function mountUnit(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  return `${parts.length === 0 ? '-' : unitPrefix(parts.join('/').replaceAll('-', '\\x2d')).replaceAll('\\x5c', '\\')}.mount`;
}
