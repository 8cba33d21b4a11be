/** The source `dbus`: signals of buses as events (reference: bridges §5). */
import type { BusSignal } from '@upstart/dbus';
import { SYSTEM_BUS } from '@upstart/dbus/connect-to-bus';
import { sourceOf } from '@upstart/job-language';
import { textOf } from '../../errors.ts';
import type { Operand, RunningSource, Source, SourceContext } from '../../source.ts';
import { Bus, type BusListener, type BusPlace } from './bus.ts';
import { busOf, fits, type Rule, ruleOf } from './rule.ts';
import { isOfInit, signalVariables } from './signal-event.ts';

/** The pause before a bus that cannot be reached is tried again: twice as long each time, up to the last. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 60_000;

type Given = Pick<SourceContext, 'options' | 'env'>;

class DBusSource implements Source {
  readonly name = 'dbus';
  /** The bus of the old program, which connects to it before it connects to init. */
  #prepared: Bus | null = null;
  readonly #listener: { now: BusListener } = { now: { signal: () => {}, ended: () => {} } };

  isMine(event: string): boolean {
    return sourceOf(event) === 'dbus';
  }

  async prepare({ options, env }: Given): Promise<void> {
    const isSession = options.system === undefined && (options.session === true || options.user === true);
    const name = typeof options['bus-name'] === 'string' ? options['bus-name'] : null;
    if (name === '' || name?.startsWith(' ')) throw new Error(`Invalid bus name: '${name}'`);
    this.#prepared = await Bus.open({ name, address: isSession ? sessionBus(env) : systemBus(env) }, this.#calls());
  }

  async start(context: SourceContext): Promise<RunningSource> {
    const places: BusPlace[] = this.#prepared ? [] : [{ name: 'system', address: systemBus(context.env) }];
    if (!this.#prepared && context.isSession) places.push({ name: 'session', address: sessionBus(context.env) });
    const running = new Signals(context, places, this.#prepared);
    this.#listener.now = running;
    await running.begin();
    return running;
  }

  /** Calls what runs now. */
  #calls(): BusListener {
    return {
      signal: (bus, signal) => this.#listener.now.signal(bus, signal),
      ended: () => this.#listener.now.ended(),
    };
  }
}

export const dbus: Source = new DBusSource();

const systemBus = (env: Given['env']): string => env.DBUS_SYSTEM_BUS_ADDRESS || SYSTEM_BUS;
const sessionBus = (env: Given['env']): string =>
  env.DBUS_SESSION_BUS_ADDRESS || `unix:path=${env.XDG_RUNTIME_DIR ?? ''}/bus`;

class Signals implements RunningSource, BusListener {
  readonly #context: SourceContext;
  readonly #places: readonly BusPlace[];
  readonly #buses: Bus[];
  #pauseMs = FIRST_PAUSE_MS;
  #cancelRetry: () => void = () => {};
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  /** `places`: where buses are, each of which is connected to while a condition names it. `prepared`: one that is connected. */
  constructor(context: SourceContext, places: readonly BusPlace[], prepared: Bus | null) {
    this.#context = context;
    this.#places = places;
    this.#buses = prepared ? [prepared] : [];
  }

  /** Rejects where none of the buses can be reached. */
  async begin(): Promise<void> {
    const [first] = await this.#connect();
    if (first && this.#buses.length === 0) throw new Error(first.text);
  }

  /** One change comes after the other. */
  follow(): Promise<void> {
    this.#work = this.#work.then(() => this.#update());
    return this.#work;
  }

  async #update(): Promise<void> {
    this.#cancelRetry();
    if (this.#isOver) return;
    const failures = await this.#connect();
    for (const bus of this.#buses) await bus.follow(this.#rules(bus));
    const { troubled, clock, fail } = this.#context;
    troubled(failures.map(({ text, bus }) => `${text} (the ${bus} bus)`).join('; ') || null);
    if (failures.length === 0) {
      this.#pauseMs = FIRST_PAUSE_MS;
      return;
    }
    this.#cancelRetry = clock.after(this.#pauseMs, () => {
      this.follow().catch((error: unknown) => fail(new Error(textOf(error))));
    });
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  signal(bus: Bus, signal: BusSignal): void {
    if (this.#isOver || isOfInit(signal) || !this.#rules(bus).some((rule) => fits(rule, signal))) return;
    void this.#context.emit('dbus', signalVariables(signal, bus.name));
  }

  /** Starting again connects to all buses that are needed. */
  ended(): void {
    if (!this.#isOver) this.#context.fail(new Error('Disconnected from D-Bus'));
  }

  stop(): void {
    this.#isOver = true;
    this.#cancelRetry();
    for (const bus of this.#buses) bus.close();
  }

  /** Connects to the buses that conditions name. The value: those that cannot be reached. */
  async #connect(): Promise<{ text: string; bus: string | null }[]> {
    const wanted = this.#context.operands().map(({ args }) => busOf(args));
    const failures: { text: string; bus: string | null }[] = [];
    for (const place of this.#places) {
      const isNeeded = wanted.some((bus) => bus === null || bus === place.name);
      if (!isNeeded || this.#buses.some(({ name }) => name === place.name)) continue;
      try {
        const bus = await Bus.open(place, this);
        if (this.#isOver) bus.close();
        else this.#buses.push(bus);
      } catch (error) {
        failures.push({ text: textOf(error), bus: place.name });
      }
    }
    return failures;
  }

  /** What conditions ask for of a bus; a rule without fields is for all signals. */
  #rules({ name }: Bus): Rule[] {
    if (this.#context.options.always === true) return [{}];
    const concerns = ({ args }: Operand): boolean => {
      const bus = busOf(args);
      return bus === null || bus === name;
    };
    return this.#context
      .operands()
      .filter(concerns)
      .map(({ args }) => ruleOf(args));
  }
}
