/** A bus whose signals are received. */
import type { BusCaller, BusSignal } from '@upstart/dbus';
import { textOf } from '../../errors.ts';
import { type Rule, ruleText } from './rule.ts';

export type SignalHeader = Pick<BusSignal, 'member' | 'interface' | 'path'>;

export interface BusPlace {
  /** The value of BUS; null: events have none. */
  readonly name: string | null;
  readonly address: string;
}

export interface BusListener {
  signal(bus: Bus, signal: BusSignal): void;
  ended(): void;
}

export class Bus {
  readonly name: string | null;
  readonly #caller: BusCaller;
  /** The rules that the bus has. */
  #rules = new Set<string>();

  private constructor(name: string | null, caller: BusCaller) {
    this.name = name;
    this.#caller = caller;
  }

  /** Rejects with `Could not connect to D-Bus: …`. */
  static async open({ name, address }: BusPlace, listener: BusListener): Promise<Bus> {
    try {
      // Loaded only here: without D-Bus nothing of it is.
      const { listenToBus } = await import('@upstart/dbus');
      let bus: Bus | null = null;
      const events = {
        // The name that the bus gives comes first, and no condition waits for it.
        signal: (signal: BusSignal): void => {
          if (bus) listener.signal(bus, signal);
        },
        ended: (): void => listener.ended(),
      };
      bus = new Bus(name, await listenToBus(address, events));
      return bus;
    } catch (error) {
      throw new Error(`Could not connect to D-Bus: ${textOf(error)}`);
    }
  }

  /** Has the bus send what these rules match, and nothing else. */
  async follow(rules: readonly Rule[]): Promise<void> {
    const wanted = new Set(rules.map(ruleText));
    const before = this.#rules;
    this.#rules = wanted;
    for (const text of wanted) if (!before.has(text)) await this.#ask('AddMatch', text);
    for (const text of before) if (!wanted.has(text)) await this.#ask('RemoveMatch', text);
  }

  close(): void {
    this.#caller.close();
  }

  async #ask(member: 'AddMatch' | 'RemoveMatch', rule: string): Promise<void> {
    const name = 'org.freedesktop.DBus';
    await this.#caller.call({ path: '/org/freedesktop/DBus', interface: name, member, signature: 's', body: [rule] });
  }
}
