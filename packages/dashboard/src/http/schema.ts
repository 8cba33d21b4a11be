/** What a request may contain: each schema checks a value and describes itself for OpenAPI; the type of the checked value follows from it. */
import { ProblemError } from './problem.ts';

export type JsonSchema = { readonly [key: string]: unknown };

export interface Schema<T> {
  readonly json: JsonSchema;
  readonly isOptional?: boolean;
  /** The value, checked; throws a problem that names its place. */
  check(value: unknown, place: string): T;
}
export type Shape = Readonly<Record<string, Schema<unknown>>>;
type Value<S> = S extends Schema<infer T> ? T : never;
type Optional<S extends Shape> = { [F in keyof S]: undefined extends Value<S[F]> ? F : never }[keyof S];
export type Checked<S extends Shape> = { [F in Exclude<keyof S, Optional<S>>]: Value<S[F]> } & {
  [F in Optional<S>]?: Value<S[F]>;
};

function refuse(place: string, expected: string): never {
  throw new ProblemError(400, 'bad-request', `${place} must be ${expected}`);
}

export function text(description: string, least = 0): Schema<string> {
  return {
    json: { type: 'string', description, ...(least > 0 ? { minLength: least } : {}) },
    check(value, place) {
      if (typeof value !== 'string') refuse(place, 'a string');
      if (value.length < least) refuse(place, 'a string that is not empty');
      return value.includes('\0') ? refuse(place, 'without NUL characters') : value;
    },
  };
}

export function integer(description: string, minimum: number, maximum: number): Schema<number> {
  return {
    json: { type: 'integer', description, minimum, maximum },
    check(value, place) {
      const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < minimum || number > maximum)
        refuse(place, `a whole number from ${minimum} to ${maximum}`);
      return number;
    },
  };
}

export function flag(description: string): Schema<boolean> {
  return {
    json: { type: 'boolean', description },
    check: (value, place) =>
      value === true || value === 'true'
        ? true
        : value === false || value === 'false'
          ? false
          : refuse(place, 'true or false'),
  };
}

export function list<T>(item: Schema<T>, maxItems: number): Schema<T[]> {
  return {
    json: { type: 'array', items: item.json, maxItems },
    check(value, place) {
      if (!Array.isArray(value) || value.length > maxItems) refuse(place, `a list of at most ${maxItems}`);
      return value.map((element: unknown, at) => item.check(element, `${place}[${at}]`));
    },
  };
}

export function orNull<T>(schema: Schema<T>): Schema<T | null> {
  return {
    json: { anyOf: [schema.json, { type: 'null' }] },
    check: (value, place) => (value === null ? null : schema.check(value, place)),
  };
}

export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return {
    json: schema.json,
    isOptional: true,
    check: (value, place) => (value === undefined ? undefined : schema.check(value, place)),
  };
}

/** A map whose names are free. */
export function mapOf<T>(item: Schema<T>, maxItems: number): Schema<Record<string, T>> {
  return {
    json: { type: 'object', additionalProperties: item.json, maxProperties: maxItems },
    check(value, place) {
      const entries = Object.entries(asMap(value, place));
      if (entries.length > maxItems) refuse(place, `a map of at most ${maxItems}`);
      return Object.fromEntries(entries.map(([name, element]) => [name, item.check(element, `${place}.${name}`)]));
    },
  };
}

/** One of several words. */
export function word<const W extends string>(...words: readonly W[]): Schema<W> {
  return {
    json: { enum: words },
    check: (value, place) => (words.includes(value as W) ? (value as W) : refuse(place, `one of ${words.join(', ')}`)),
  };
}

/** Exactly these fields; others are errors, so that a typing error is not silently ignored. */
export function fields<const S extends Shape>(shape: S): Schema<Checked<S>> {
  const required = Object.keys(shape).filter((name) => shape[name]?.isOptional !== true);
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(shape).map(([name, { json }]) => [name, json])),
      additionalProperties: false,
      ...(required.length > 0 ? { required } : {}),
    },
    check(value, place) {
      const map = asMap(value, place);
      for (const name of Object.keys(map))
        if (!Object.hasOwn(shape, name)) throw new ProblemError(400, 'bad-request', `${place} has no field ${name}`);
      const checked: Record<string, unknown> = {};
      for (const [name, schema] of Object.entries(shape)) {
        const found = schema.check(Object.hasOwn(map, name) ? map[name] : undefined, `${place}.${name}`);
        if (found !== undefined) checked[name] = found;
      }
      return checked as Checked<S>;
    },
  };
}

function asMap(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(place, 'a map');
  return value as Record<string, unknown>;
}
