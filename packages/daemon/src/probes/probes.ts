/** The probes that the engine has armed. The prober that tries them is loaded for the first one. */
import type { Effect } from '../engine/model/messages.ts';
import type { ArmedProbe, ProbeResult } from '../engine/model/probe-state.ts';
import { loadProber, type ProberModule } from './load.ts';

export class Probes {
  readonly #report: (result: ProbeResult) => void;
  readonly #load: () => Promise<ProberModule>;
  /** All that are armed, by id. */
  readonly #armed = new Map<number, ArmedProbe>();
  #prober: InstanceType<ProberModule['Prober']> | null = null;
  #isLoading = false;
  #isClosed = false;

  constructor(report: (result: ProbeResult) => void, load = loadProber) {
    this.#report = report;
    this.#load = load;
  }

  /** Carries out an effect of the engine. */
  take(effect: Extract<Effect, { type: 'probe' | 'probe-off' }>): void {
    if (effect.type === 'probe') this.#arm(effect.probe);
    else this.#drop(effect.id);
  }

  #arm(probe: ArmedProbe): void {
    this.#armed.set(probe.id, probe);
    if (this.#prober) this.#prober.arm(probe);
    else if (!this.#isLoading) void this.#begin();
  }

  #drop(id: number): void {
    this.#armed.delete(id);
    this.#prober?.drop(id);
  }

  /** From now on these are armed, and no others: the state of the engine has been replaced. */
  keep(probes: Iterable<ArmedProbe>): void {
    const kept = new Map([...probes].map((probe) => [probe.id, probe]));
    // How often a check has failed may be another number than before.
    for (const [id, { check }] of this.#armed) if (!kept.has(id) || check) this.#drop(id);
    for (const [id, probe] of kept) if (!this.#armed.has(id)) this.#arm(probe);
  }

  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#armed.keys()]) this.#drop(id);
  }

  /** The prober has dropped what has succeeded. If the engine's state is rolled back to before that, it is armed once more. */
  #take(result: ProbeResult): void {
    if (result.isGood && !this.#armed.get(result.id)?.check) this.#armed.delete(result.id);
    this.#report(result);
  }

  async #begin(): Promise<void> {
    this.#isLoading = true;
    try {
      const { Prober } = await this.#load();
      if (!this.#isClosed) this.#prober = new Prober((result) => this.#take(result));
      for (const probe of this.#armed.values()) this.#prober?.arm(probe);
    } catch (error) {
      // Such starts fail when their time is over, and say why.
      const answer = (error as Error).message;
      for (const { id, instance } of this.#armed.values()) this.#report({ id, instance, isGood: false, answer });
    } finally {
      this.#isLoading = false;
    }
  }
}
