/** The inits that one gateway leads to: its own, and the other sessions of its user and the system's init, each asked with that user's rights. */
import { randomUUID } from 'node:crypto';
import {
  type AddressEnv,
  connect,
  controlSocket,
  findSessions,
  hasLiveInit,
  KeyedClient,
  projectOf,
  type Scope,
  type UpstartClient,
} from '@upstart/protocol';
import { MAX_OTHER_INITS } from '../limits.ts';

export const SYSTEM = 'system';

export interface InitPlace {
  /** In paths: `system`, or the pid of the init of a session. */
  readonly name: string;
  /** In words: the folder of its project, or what it is. */
  readonly title: string;
  readonly scope: Scope;
  readonly env: AddressEnv & Readonly<Record<string, string | undefined>>;
  readonly control: string;
}

/** The live inits that this user can reach. */
export function initPlaces(env: InitPlace['env']): InitPlace[] {
  const { UPSTART_SESSION: _, ...bare } = env;
  const sessions = findSessions(env).map((session): InitPlace => {
    const own = { ...bare, UPSTART_SESSION: session.address };
    const title = projectOf(session) ?? `session ${session.pid}`;
    return { name: String(session.pid), title, scope: 'user', env: own, control: controlSocket('user', own) };
  });
  const control = controlSocket('system', bare);
  const system: InitPlace = { name: SYSTEM, title: 'system', scope: 'system', env: bare, control };
  return [...(hasLiveInit(control) ? [system] : []), ...sessions];
}

export async function connectTo({ scope, env }: InitPlace): Promise<UpstartClient> {
  return new KeyedClient(await connect({ scope, env, client: 'upstart dashboard', endsWithInit: true }), randomUUID());
}

/** What is made for each init when it is asked for first, and ended when it has gone. */
export class Inits<Made extends { close(): void }> {
  readonly #env: InitPlace['env'];
  readonly #make: (place: InitPlace) => Made;
  readonly #made = new Map<string, { readonly place: InitPlace; readonly made: Made }>();

  constructor(env: InitPlace['env'], make: (place: InitPlace) => Made) {
    this.#env = env;
    this.#make = make;
  }

  places(): InitPlace[] {
    return initPlaces(this.#env);
  }

  /** null: there is none of that name that lives, or there are too many. */
  of(name: string): Made | null {
    this.dropDead();
    const known = this.#made.get(name);
    if (known !== undefined) return known.made;
    const place = this.places().find((each) => each.name === name);
    if (place === undefined || this.#made.size >= MAX_OTHER_INITS) return null;
    const made = this.#make(place);
    this.#made.set(name, { place, made });
    return made;
  }

  close(): void {
    for (const { made } of this.#made.values()) made.close();
    this.#made.clear();
  }

  /** Ends what was made for inits that have gone. */
  dropDead(): void {
    for (const [name, { place, made }] of this.#made) {
      if (hasLiveInit(place.control)) continue;
      made.close();
      this.#made.delete(name);
    }
  }
}
