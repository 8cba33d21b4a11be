/** The shape of interfaces as tables: calls, properties and introspection are all made from one. */
import type { UpstartClient } from '@upstart/protocol';
import type { GatewayClient } from '../host.ts';
import type { Value } from '../wire/message.ts';

/** A name and its type. */
export type Arg = readonly [name: string, type: string];

/** The answer of a call that waits for a job or an event. Further calls of the caller are begun meanwhile. */
export class Later {
  readonly answer: Promise<readonly Value[]>;

  constructor(answer: Promise<readonly Value[]>) {
    this.answer = answer;
  }
}

export type Answer = readonly Value[] | Later;

/** `T` is the object that the method is called on; an argument of type `h` is the number of a `ReceivedFile`. Throws `DBusError` or an error of the daemon. */
export interface Method<T> {
  readonly in?: readonly Arg[];
  readonly out?: readonly Arg[];
  call(target: T, args: readonly Value[], client: GatewayClient): Promise<Answer> | Answer;
}

export interface Property<T> {
  readonly type: string;
  get(target: T, client: UpstartClient): Promise<Value> | Value;
  /** Absent for one that is read-only. */
  set?(target: T, value: Value, client: UpstartClient): Promise<void>;
}

export interface Interface<T> {
  readonly name: string;
  readonly methods: Readonly<Record<string, Method<T>>>;
  readonly signals?: Readonly<Record<string, readonly Arg[]>>;
  readonly properties?: Readonly<Record<string, Property<T>>>;
}

/** An object that was found at its path. */
export interface Found {
  readonly path: string;
  /** Its own interface and what that works on; null for a mere node of the tree. */
  readonly own: { readonly interface: Interface<never>; readonly target: unknown } | null;
  /** The elements below it. */
  children(): Promise<string[]> | string[];
}

/** The type of all arguments in a row. */
export const signatureOf = (args: readonly Arg[] = []): string => args.map(([, type]) => type).join('');

/** The types of what each method returns. */
export const answersOf = ({ methods }: Pick<Interface<never>, 'methods'>): ReadonlyMap<string, string> =>
  new Map(Object.entries(methods).map(([name, { out }]) => [name, signatureOf(out)]));
