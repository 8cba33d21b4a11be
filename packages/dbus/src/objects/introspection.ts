/** The description of an object in XML, as clients ask for it (reference: dbus §9). */
import type { Arg, Interface, Method, Property } from './table.ts';

const DOCTYPE = [
  '<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"',
  '"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">',
];

type AnyInterface = Interface<never>;

/** `path` is null for a mere node of the tree. Children are elements, in any order. */
export function introspect(
  path: string | null,
  interfaces: readonly AnyInterface[],
  children: readonly string[],
): string {
  const lines = [
    ...DOCTYPE,
    path === null ? '<node>' : `<node name="${path}">`,
    ...interfaces.flatMap(describe),
    ...[...children].sort().map((name) => `  <node name="${name}"/>`),
    '</node>',
  ];
  return `${lines.join('\n')}\n`;
}

function describe({ name, methods, signals = {}, properties = {} }: AnyInterface): string[] {
  return [
    `  <interface name="${name}">`,
    ...Object.entries<Method<never>>(methods).flatMap(([method, row]) => [
      `    <method name="${method}">`,
      ...args(row.in, 'in'),
      ...args(row.out, 'out'),
      '    </method>',
    ]),
    ...Object.entries(signals).flatMap(([signal, row]) => [
      `    <signal name="${signal}">`,
      ...args(row),
      '    </signal>',
    ]),
    ...Object.entries<Property<never>>(properties).map(
      ([property, { type, set }]) =>
        `    <property name="${property}" type="${type}" access="${set ? 'readwrite' : 'read'}"/>`,
    ),
    '  </interface>',
  ];
}

function args(list: readonly Arg[] = [], direction?: 'in' | 'out'): string[] {
  const way = direction === undefined ? '' : ` direction="${direction}"`;
  return list.map(([name, type]) => `      <arg name="${name}" type="${type}"${way}/>`);
}
