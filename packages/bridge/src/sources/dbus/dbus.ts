/** The source `dbus`: signals of buses as events (reference: bridges §5). */
import type { BusSignal } from '@upstart/dbus';
import { SYSTEM_BUS } from '@upstart/dbus/connect-to-bus';
import { sourceOf } from '@upstart/job-language';
import type { Operand, RunningSource, Source, SourceContext } from '../../source.ts';
import { Bus, type BusListener, type BusPlace } from './bus.ts';
import { busOf, fits, type Rule, ruleOf } from './rule.ts';
import { isOfInit, signalVariables } from './signal-event.ts';

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
    if (this.#prepared) return this.#run(context, [this.#prepared]);
    const places: BusPlace[] = [{ name: 'system', address: systemBus(context.env) }];
    if (context.isSession) places.push({ name: 'session', address: sessionBus(context.env) });
    const wanted = context.operands().map(({ args }) => busOf(args));
    const needed = places.filter(({ name }) => wanted.some((bus) => bus === null || bus === name));
    const tried = await Promise.allSettled(needed.map((place) => Bus.open(place, this.#calls())));
    const buses = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const reasons = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    const [first] = reasons;
    if (buses.length === 0 && first) throw first;
    for (const { message } of reasons) context.log.warn(message);
    return this.#run(context, buses);
  }

  #run(context: SourceContext, buses: readonly Bus[]): RunningSource {
    const running = new Signals(context, buses);
    this.#listener.now = running;
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
  readonly #buses: readonly Bus[];
  #isOver = false;

  constructor(context: SourceContext, buses: readonly Bus[]) {
    this.#context = context;
    this.#buses = buses;
  }

  async follow(): Promise<void> {
    for (const bus of this.#buses) await bus.follow(this.#rules(bus));
  }

  signal(bus: Bus, signal: BusSignal): void {
    if (this.#isOver || isOfInit(signal) || !this.#rules(bus).some((rule) => fits(rule, signal))) return;
    void this.#context.emit('dbus', signalVariables(signal, bus.name));
  }

  ended(): void {
    if (!this.#isOver) this.#context.fail(new Error('Disconnected from D-Bus'));
  }

  stop(): void {
    this.#isOver = true;
    for (const bus of this.#buses) bus.close();
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
