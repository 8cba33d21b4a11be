/** The answers of `io.systemd.Metrics`, the interface by which systemd-report asks services for numbers. Pure. */

import { VERSION } from '@upstart/common';
import { hasSamples, type MetricFamily } from '@upstart/ctl/parts';

/** Of the socket, and in front of each name: whose numbers they are. */
export const SERVICE = 'com.ubuntu.Upstart';
const INTERFACE = 'io.systemd.Metrics';

const DESCRIPTION = `interface ${INTERFACE}

type MetricFamilyType (counter, gauge, string)

method List() -> (name: string, value: any, object: ?string, fields: ?object)
method Describe() -> (name: string, description: string, type: MetricFamilyType)

error NoSuchMetric()
`;

const BASE_DESCRIPTION = `interface org.varlink.service

method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)
method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound(interface: string)
error MethodNotFound(method: string)
error InvalidParameter(parameter: string)
error ExpectedMore()
`;

export interface VarlinkCall {
  readonly method: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly more?: boolean;
}

/** What one call is answered with, in order. */
export type VarlinkReply = { readonly parameters: object; readonly continues?: true } | VarlinkError;
interface VarlinkError {
  readonly error: string;
  readonly parameters: object;
}

const failure = (error: string, parameters: object = {}): VarlinkReply[] => [{ error, parameters }];

/** `read` is called for numbers alone. */
export async function answersTo(
  call: VarlinkCall,
  read: () => Promise<readonly MetricFamily[]>,
): Promise<VarlinkReply[]> {
  const { method, parameters = {}, more = false } = call;
  const [, interfaceName = '', name = ''] = /^(.*)\.([A-Za-z0-9]+)$/.exec(method) ?? [];
  if (interfaceName === 'org.varlink.service' && name === 'GetInfo') {
    const about = { vendor: 'Upstart', product: 'upstart', version: VERSION, url: '' };
    return [{ parameters: { ...about, interfaces: ['org.varlink.service', INTERFACE] } }];
  }
  if (interfaceName === 'org.varlink.service' && name === 'GetInterfaceDescription') return described(parameters);
  if (interfaceName !== INTERFACE && interfaceName !== 'org.varlink.service')
    return failure('org.varlink.service.InterfaceNotFound', { interface: interfaceName });
  if (interfaceName !== INTERFACE || (name !== 'List' && name !== 'Describe'))
    return failure('org.varlink.service.MethodNotFound', { method });
  if (!more) return failure('org.varlink.service.ExpectedMore');
  const families = (await read()).filter(hasSamples);
  const all = name === 'List' ? families.flatMap(listed) : families.map(familyOf);
  if (all.length === 0) return failure(`${INTERFACE}.NoSuchMetric`);
  return all.map((parameters, at) => ({ parameters, ...(at < all.length - 1 ? { continues: true as const } : {}) }));
}

function described({ interface: wanted }: Readonly<Record<string, unknown>>): VarlinkReply[] {
  if (typeof wanted !== 'string') return failure('org.varlink.service.InvalidParameter', { parameter: 'interface' });
  const description = wanted === INTERFACE ? DESCRIPTION : wanted === 'org.varlink.service' ? BASE_DESCRIPTION : null;
  if (description === null) return failure('org.varlink.service.InterfaceNotFound', { interface: wanted });
  return [{ parameters: { description } }];
}

/** `com.ubuntu.Upstart.job_up` */
const nameOf = (name: string): string => `${SERVICE}.${name.replace(/^upstart_/, '')}`;

function familyOf({ name, help, type }: MetricFamily): object {
  return { name: nameOf(name), description: help, type };
}

/** The job, with its instance, is the object; other labels are fields. */
function listed({ name, samples }: MetricFamily): object[] {
  return samples.values.flatMap((value, at) => {
    if (value === null) return [];
    const { job, instance, ...fields } = samples.labels[at] as Readonly<Record<string, string>>;
    return {
      ...{ name: nameOf(name), value },
      ...(job === undefined ? {} : { object: instance ? `${job}/${instance}` : job }),
      ...(Object.keys(fields).length === 0 ? {} : { fields }),
    };
  });
}
