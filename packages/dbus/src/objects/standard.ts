/** The interfaces of D-Bus that every object has. They work on the object that was found. */
import { readFileSync } from 'node:fs';
import type { UpstartClient } from '@upstart/protocol';
import { accessDenied, DBusError, failed, invalidArgs } from '../errors.ts';
import type { Value } from '../wire/message.ts';
import { introspect } from './introspection.ts';
import type { Found, Interface, Property } from './table.ts';

/** A property that an object has, and the object's own target; null: it has none of that name. */
function find({ own }: Found, name: Value | undefined, property: string): Property<unknown> | null {
  if (own === null || (name !== '' && name !== own.interface.name)) return null;
  const { properties = {} } = own.interface as Interface<unknown>;
  return Object.hasOwn(properties, property) ? (properties[property] as Property<unknown>) : null;
}

const variant = async (property: Property<unknown>, { own }: Found, client: UpstartClient): Promise<Value> => [
  property.type,
  await property.get(own?.target, client),
];

/** Answers as if the method itself did not exist, as the reference does. */
export class NoSuchProperty extends Error {}

export const properties: Interface<Found> = {
  name: 'org.freedesktop.DBus.Properties',
  methods: {
    Get: {
      in: [
        ['interface_name', 's'],
        ['property_name', 's'],
      ],
      out: [['value', 'v']],
      call: async (object, [name, property], client) => {
        const found = find(object, name, property as string);
        if (!found) throw new NoSuchProperty();
        return [await variant(found, object, client)];
      },
    },
    Set: {
      in: [
        ['interface_name', 's'],
        ['property_name', 's'],
        ['value', 'v'],
      ],
      call: async (object, [name, property, value], client) => {
        const found = find(object, name, property as string);
        if (!found) throw new NoSuchProperty();
        if (!found.set) throw accessDenied(`The ${property} property is read-only`);
        // A decoded variant is a list of types, and a list of values.
        const [types, [content]] = value as unknown as [{ type: string }[], [Value]];
        if (types[0]?.type !== found.type) throw invalidArgs(`Invalid arguments to ${property} property`);
        await found.set(object.own?.target, content, client);
        return [];
      },
    },
    GetAll: {
      in: [['interface_name', 's']],
      out: [['props', 'a{sv}']],
      call: async (object, [name], client) => {
        const rows: Value[] = [];
        for (const property of Object.keys(object.own?.interface.properties ?? {})) {
          const found = find(object, name, property);
          if (found) rows.push([property, await variant(found, object, client)]);
        }
        return [rows];
      },
    },
  },
};

export const introspectable: Interface<Found> = {
  name: 'org.freedesktop.DBus.Introspectable',
  methods: {
    Introspect: {
      out: [['data', 's']],
      call: async (object) => {
        const children = await object.children();
        if (!object.own) return [introspect(null, [], children)];
        const interfaces = [object.own.interface, properties, introspectable] as Interface<never>[];
        return [introspect(object.path, interfaces, children)];
      },
    },
  },
};

/** Answered at every path, whether or not there is an object. */
export const peer: Interface<null> = {
  name: 'org.freedesktop.DBus.Peer',
  methods: {
    Ping: { call: () => [] },
    GetMachineId: { out: [['machine_uuid', 's']], call: () => [machineId()] },
  },
};

const MACHINE_ID_FILES = ['/var/lib/dbus/machine-id', '/etc/machine-id'];

function machineId(): string {
  for (const path of MACHINE_ID_FILES) {
    try {
      const id = readFileSync(path, 'latin1').trim();
      if (/^[0-9a-f]{32}$/.test(id)) return id;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failed((error as Error).message);
    }
  }
  throw new DBusError('org.freedesktop.DBus.Error.FileNotFound', 'This machine has no machine id');
}
