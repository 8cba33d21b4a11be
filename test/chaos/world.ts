/** The jobs of a chaos run, what a user does to them, and what has to be true of them afterwards. */
import { spawnSync } from 'node:child_process';
import { dbusAddress } from '../../packages/protocol/src/index.ts';
import { eventually } from '../eventually.ts';
import type { Outcome } from '../session/product.ts';
import { HEALTH_JOBS, killAndLook, makeIll, settleChecks } from './health.ts';
import { checkLog } from './ledger.ts';
import { isRunning, signal } from './proc.ts';
import type { Random } from './random.ts';
import { type Service, serviceText } from './services.ts';
import { pause, type Session } from './session.ts';

/** How `act` chooses, as the history of a failed run shows it. */
const CHOICES = [
  'toggle',
  'toggle',
  'toggle',
  'toggle',
  'restart',
  'kill',
  'kill',
  'event',
  'work',
  'trouble',
  'edit',
  'add',
  'D-Bus',
  'ill',
  'ill',
];

/** What a D-Bus client says when its connection ends, or does not come about. */
const LOST = /NoReply|Disconnected|Failed to open connection/;
const HAS_DBUS_SEND = spawnSync('dbus-send', ['--help']).error === undefined;
const DBUS_PATIENCE_MS = 180_000;

/** A random set of jobs; the same for the same random numbers. */
export class World {
  readonly jobs: Record<string, string> = {
    work: 'start on work\ntask\nexec perl PROGRAMS/task.pl LEDGER 0.1 0\n',
    ...HEALTH_JOBS,
    failing: 'start on trouble\ntask\nexec perl PROGRAMS/task.pl LEDGER 0.02 3\n',
  };
  readonly services: Service[] = [];
  readonly loggers: string[] = [];
  /** What has been done, for the report of a failure. */
  readonly history: string[] = [];
  readonly #random: Random;
  #worked = 0;
  /** How many times a service has become ill, and well again. */
  readonly #ill: Record<keyof typeof HEALTH_JOBS, number> = { doctor: 0, nurse: 0 };
  #added = 0;

  constructor(random: Random) {
    this.#random = random;
    for (let i = 0, count = random.below(6, 3); i < count; i++) this.#addService(i);
    const instances = random.below(4, 1);
    const { text, ...traits } = serviceText(random, 'many-$N', '2010$N', false);
    this.jobs.many = `instance $N\n${text}`;
    for (let n = 0; n < instances; n++) {
      this.services.push({ ...NEW, ...traits, words: ['many', `N=${n}`], shown: `many (${n})`, ledger: `many-${n}` });
    }
    for (let i = 0; i < 2; i++) {
      const life = random.pick([0, 40, 120]);
      this.jobs[`logger${i}`] =
        `start on startup\nrespawn\nrespawn limit 0 5\nexec perl PROGRAMS/logger.pl LEDGER ${life}\n`;
      this.loggers.push(`logger${i}`);
    }
  }

  #addService(number: number): void {
    const name = `service${number}`;
    const respawns = this.#random.chance(0.5);
    const { text, ...traits } = serviceText(this.#random, name, `2000${number}`, respawns);
    this.jobs[name] = `start on go-${name} or all\nstop on halt-${name}\n${text}`;
    this.services.push({ ...NEW, ...traits, words: [name], shown: name, ledger: name, respawns });
  }

  /** One thing that a user does, and the answer checked. `isSaved`: it survives a kill of the daemon. */
  async act(session: Session, isSaved = true): Promise<void> {
    const random = this.#random;
    const service = random.pick(this.services);
    const choice = random.below(CHOICES.length);
    this.history.push(`${CHOICES[choice]} ${service.shown}, which should be ${service.up ? 'up' : 'down'}`);
    if (choice < 4) await this.#startOrStop(session, service);
    else if (choice === 4) await this.#restart(session, service);
    else if (choice < 7) await this.#kill(session, service);
    else if (choice === 7) await this.#byEvent(session, service);
    else if (choice === 8) await this.#work(session);
    else if (choice === 9) await this.#trouble(session);
    else if (choice === 10) this.#edit(session, service);
    else if (choice === 11) await this.#addAndRemove(session);
    else if (choice >= 13) await this.#makeIll(session);
    else if (HAS_DBUS_SEND) await this.#byDBus(session, service, isSaved);
  }

  async #startOrStop(session: Session, service: Service): Promise<void> {
    const { words, shown, ledger, up } = service;
    const outcome = await session.run(up ? 'stop' : 'start', ...words);
    check(outcome, 0, `${up ? 'stop' : 'start'} ${words}`);
    // An instance that has ended is no more: only its job is left to be named.
    if (!up) await eventually(`${shown} has noted its start`, () => session.running(ledger).length > 0);
    const line = up ? `${words[0]} stop/waiting\n` : `${shown} start/running, process ${session.running(ledger)[0]}\n`;
    if (outcome.stdout !== line)
      throw new Error(`expected of ${up ? 'stop' : 'start'}: ${line}, it said: ${outcome.stdout}`);
    service.up = !up;
    if (service.up) service.starts++;
    await this.agrees(session, service);
  }

  /** A D-Bus client does not ask again: it gets the answer, or its connection ends with the daemon, and nobody knows what was done. */
  async #byDBus(session: Session, service: Service, mayKill: boolean): Promise<void> {
    const { words, up } = service;
    const [job, ...env] = words;
    const called = session.call(
      'dbus-send',
      ...[
        `--address=${dbusAddress(process.getuid?.() ?? 0, session.pid)}`,
        '--print-reply',
        `--reply-timeout=${DBUS_PATIENCE_MS}`,
      ],
      ...[`/com/ubuntu/Upstart/jobs/${job}`, `com.ubuntu.Upstart0_6.Job.${up ? 'Stop' : 'Start'}`],
      ...[`array:string:${env.join(',')}`, 'boolean:true'],
    );
    if (this.#random.chance(0.5) && mayKill) {
      await pause(this.#random.below(80));
      const daemon = session.daemon();
      if (daemon !== null) signal(daemon, 'SIGKILL');
    }
    const { status, stdout, stderr } = await called;
    const isLost = status !== 0 && LOST.test(stderr);
    this.history.push(`by D-Bus: ${isLost ? stderr : stdout}`);
    if (isLost) {
      const again = await session.run(up ? 'stop' : 'start', ...words);
      if (again.status !== 0 && !/already|Unknown instance/.test(again.stderr))
        throw new Error(`after a lost D-Bus answer: ${again.stderr}`);
    } else if (status !== 0 || stdout.includes('object path') === up) {
      throw new Error(`a D-Bus client got a wrong answer: ${stdout}${stderr}`);
    }
    service.up = !up;
    if (service.up) service.starts++;
    await this.agrees(session, service);
  }

  async #restart(session: Session, service: Service): Promise<void> {
    const outcome = await session.run('restart', ...service.words);
    check(outcome, service.up ? 0 : 1, `restart ${service.words}`);
    // A pre-stop hook that ends while the goal is start again keeps the process that there is.
    if (service.up && !service.preStop) service.starts++;
    await this.agrees(session, service);
  }

  async #kill(session: Session, service: Service): Promise<void> {
    const [pid] = session.running(service.ledger);
    if (!service.up || pid === undefined) return;
    const { isIll, isWell } = await killAndLook(session, service, pid);
    service.up = service.respawns || isWell;
    if (service.up) service.starts++;
    if (isIll) this.#ill.doctor++;
    if (isWell) this.#ill.nurse++;
    await this.agrees(session, service);
  }

  async #byEvent(session: Session, service: Service): Promise<void> {
    const [name = ''] = service.words;
    if (service.words.length > 1) return;
    const outcome = await session.run('initctl', 'emit', `${service.up ? 'halt' : 'go'}-${name}`);
    check(outcome, 0, `emit for ${name}`);
    service.up = !service.up;
    if (service.up) service.starts++;
    await this.agrees(session, service);
  }

  async #work(session: Session): Promise<void> {
    check(await session.run('initctl', 'emit', 'work'), 0, 'emit work');
    this.#worked++;
    const done = session.noted('work', 'ends').length;
    if (done !== this.#worked) throw new Error(`${this.#worked} times work was asked for, ${done} times it was done`);
  }

  async #trouble(session: Session): Promise<void> {
    const before = session.noted('failing', 'ends').length;
    const outcome = await session.run('initctl', 'emit', 'trouble');
    check(outcome, 1, 'emit trouble');
    if (outcome.stderr !== 'initctl: Event failed\n') throw new Error(`emit trouble said: ${outcome.stderr}`);
    const after = session.noted('failing', 'ends').length;
    if (after !== before + 1) throw new Error(`a failing task ran ${after - before} times for one event`);
  }

  async #makeIll(session: Session): Promise<void> {
    const service = this.services.find(({ up, check }) => up && check !== null);
    if (!service) return;
    this.history.push(`it is ${service.shown} that falls ill`);
    await makeIll(session, service);
    this.#ill.doctor++;
    this.#ill.nurse++;
    await this.agrees(session, service);
  }

  /** A change that does not matter to the job; it is read while the job runs, and used later. */
  #edit(session: Session, { words }: Service): void {
    const [name = ''] = words;
    session.job(name, `${this.jobs[name]}description "edition ${this.#random.below(1000)}"\n`);
  }

  async #addAndRemove(session: Session): Promise<void> {
    const name = `added${this.#added++}`;
    session.job(name, 'exec perl PROGRAMS/service.pl LEDGER\n');
    await eventually(`${name} is known`, async () => (await session.run('status', name)).status === 0);
    check(await session.run('start', name), 0, `start ${name}`);
    session.removeJob(name);
    check(await session.run('stop', name), 0, `stop ${name}`);
    await eventually(`${name} is forgotten`, async () => (await session.run('status', name)).status === 1);
    const starts = session.noted(name, 'starts').length;
    if (starts > 1) throw new Error(`${name} was started ${starts} times for one command`);
  }

  /** Waits until init, the processes and the model agree on a service. `isAdopted`: without its state, init takes what runs for ready. */
  async agrees(session: Session, service: Service, isAdopted = false): Promise<void> {
    const { up, words, shown, ledger, readies } = service;
    const what = `${shown} is ${up ? 'up' : 'down'} for its processes and for init`;
    await eventually(what, async () => {
      const running = session.running(ledger);
      if (running.length > 1) throw new Error(`${shown} runs ${running.length} times: ${running.join(', ')}`);
      const { status, stdout } = await session.run('status', ...words);
      if (up) {
        if (status !== 0 || stdout !== `${shown} start/running, process ${running[0]}\n`) return false;
        const isReady = !readies || session.noted(ledger, 'ready').includes(running[0] as number);
        if (!isReady && !isAdopted) throw new Error(`${shown} counts as running before it was ready`);
        return isReady;
      }
      return running.length === 0 && (status === 1 || stdout === `${shown} stop/waiting\n`);
    });
  }

  /** After a loss: what runs still runs; what was stopped may have been started again, and counts as running then. */
  async settleAfterLoss(session: Session, before: ReadonlyMap<Service, number | undefined>): Promise<void> {
    for (const service of this.services) {
      const pid = before.get(service);
      if (service.up && pid !== undefined && !isRunning(pid)) throw new Error(`${service.shown} did not survive`);
      if (!service.up) service.up = await this.#settled(session, service);
      await this.agrees(session, service, true);
      service.starts = session.noted(service.ledger, 'starts').length;
    }
    await settleChecks(session);
    this.#worked = session.noted('work', 'ends').length;
  }

  #settled(session: Session, { words, shown }: Service): Promise<boolean> {
    return eventually(`${shown} has settled`, async () => {
      const { stdout, status } = await session.run('status', ...words);
      if (status === 1 || stdout === `${shown} stop/waiting\n`) return { up: false };
      return /start\/running, process/.test(stdout) ? { up: true } : null;
    }).then(({ up }) => up);
  }

  /** The process of each service. */
  processes(session: Session): Map<Service, number | undefined> {
    return new Map(this.services.map((service) => [service, session.running(service.ledger)[0]]));
  }

  /** Stops the loggers and compares everything with the model. */
  async checkAll(session: Session): Promise<void> {
    for (const service of this.services) {
      await this.agrees(session, service);
      const starts = session.noted(service.ledger, 'starts').length;
      if (starts !== service.starts)
        throw new Error(`${service.shown} had ${starts} processes instead of ${service.starts}`);
    }
    for (const [task, wanted] of Object.entries(this.#ill)) {
      const times = session.noted(task, 'ends').length;
      if (times !== wanted) throw new Error(`${task} came ${times} times instead of ${wanted}`);
    }
    for (const name of this.loggers) {
      await eventually(`${name} runs`, () => session.running(name).length === 1);
      check(await session.run('stop', name), 0, `stop ${name}`);
      await checkLog(session, name);
    }
  }
}

const NEW = { respawns: false, up: false, starts: 0 };

function check({ status, stderr, stdout }: Outcome, expected: number, what: string): void {
  if (status !== expected) throw new Error(`${what} ended with ${status} instead of ${expected}: ${stdout}${stderr}`);
}
