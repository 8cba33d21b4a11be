/**
 * A daemon behind a bus, as commands use it: each request makes the calls that the original's initctl makes for it (reference: dbus §10).
 * What D-Bus has no call for is asked over the native protocol.
 */
import {
  type CallOptions,
  type InstanceStatus,
  type JobConfig,
  type JobStatus,
  type Method,
  type Notification,
  type Params,
  type Result,
  type Target,
  type UpstartClient,
  UpstartError,
  withTimeLimit,
} from '@upstart/protocol';
import { codeOfName, DBusError } from '../errors.ts';
import { instanceInterface } from '../objects/instance.ts';
import { jobInterface } from '../objects/job.ts';
import { MANAGER_INTERFACE, manager } from '../objects/manager.ts';
import { MANAGER, unescapeElement } from '../objects/paths.ts';
import { properties } from '../objects/standard.ts';
import { answersOf } from '../objects/table.ts';
import type { Value } from '../wire/message.ts';
import { instanceStatus, jobConfig, type Properties, propertiesOf, propertyOf } from './answers.ts';
import type { BusCaller } from './bus-caller.ts';

const PROPERTIES = properties.name;
const JOB = jobInterface.name;
const INSTANCE = instanceInterface.name;

/** The types of what methods return, by interface. */
const ANSWERS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [manager, jobInterface, instanceInterface, properties].map((known) => [known.name, answersOf(known)]),
);
/** Methods that wait for jobs or events. */
const PATIENT: ReadonlySet<string> = new Set(['Start', 'Stop', 'Restart', 'EmitEvent']);

/** How a request is carried out by D-Bus. */
type Way<M extends Method> = (params: Params<M>, bus: Service) => Promise<Result<M>>;
type Ways = { readonly [M in Method]?: Way<M> };

/** The objects of a service on a bus. */
class Service {
  readonly #caller: BusCaller;

  constructor(caller: BusCaller) {
    this.#caller = caller;
  }

  /** The value that the answer has, if the method returns one. */
  async call(path: string, name: string, member: string, signature = '', ...body: Value[]): Promise<Value | undefined> {
    const answer = ANSWERS.get(name)?.get(member) ?? '';
    const [value] = await this.#caller.call({
      ...{ path, interface: name, member, signature, body, answer, isPatient: PATIENT.has(member) },
    });
    return value;
  }

  manager(member: string, signature = '', ...body: Value[]): Promise<Value | undefined> {
    return this.call(MANAGER, MANAGER_INTERFACE, member, signature, ...body);
  }

  async job(name: string): Promise<string> {
    return (await this.manager('GetJobByName', 's', name)) as string;
  }

  /** The path of the instance that is meant. */
  async instance(target: Target, job?: string): Promise<string> {
    const path = job ?? (await this.job(target.job));
    const found =
      'instance' in target
        ? this.call(path, JOB, 'GetInstanceByName', 's', target.instance)
        : this.call(path, JOB, 'GetInstance', 'as', target.env);
    return (await found) as string;
  }

  async all(path: string, name: string): Promise<Properties> {
    return propertiesOf(await this.call(path, PROPERTIES, 'GetAll', 's', name));
  }

  async get(path: string, name: string, property: string): Promise<Value> {
    return propertyOf(property, await this.call(path, PROPERTIES, 'Get', 'ss', name, property));
  }
}

/** The instances at these paths, without those that have ended meanwhile. */
async function instancesAt(paths: readonly string[], bus: Service): Promise<InstanceStatus[]> {
  const found: InstanceStatus[] = [];
  for (const path of paths) {
    try {
      found.push(instanceStatus(await bus.all(path, INSTANCE)));
    } catch (error) {
      if (!isNamed(error, 'UnknownMethod')) throw error;
    }
  }
  return found;
}

const isNamed = (error: unknown, name: string): boolean =>
  error instanceof DBusError && error.errorName.endsWith(`.${name}`);

async function statusOf(target: Target, bus: Service): Promise<JobStatus> {
  const job = await bus.job(target.job);
  const paths = await bus.instance(target, job).then(
    (path) => [path],
    (error) => {
      if (!('env' in target) || target.env.length > 0 || !isNamed(error, 'UnknownInstance')) throw error;
      return [];
    },
  );
  return { job: String(await bus.get(job, JOB, 'name')), instances: await instancesAt(paths, bus) };
}

async function allJobs(bus: Service): Promise<JobStatus[]> {
  const found: JobStatus[] = [];
  for (const job of (await bus.manager('GetAllJobs')) as string[]) {
    const paths = (await bus.call(job, JOB, 'GetAllInstances')) as string[];
    const name = String(await bus.get(job, JOB, 'name'));
    found.push({ job: name, instances: await instancesAt(paths, bus) });
  }
  return found;
}

async function configs({ job }: Params<'config'>, bus: Service): Promise<JobConfig[]> {
  const paths = job === null ? ((await bus.manager('GetAllJobs')) as string[]) : [await bus.job(job)];
  const found: JobConfig[] = [];
  for (const path of paths) found.push(jobConfig(await bus.all(path, JOB)));
  return found;
}

/** `start` and `restart`: they return the instance. */
const beginning =
  (member: 'Start' | 'Restart') =>
  async (target: Params<'start'>, bus: Service): Promise<Result<'start'>> => {
    if ('instance' in target) {
      await bus.call(await bus.instance(target), INSTANCE, member, 'b', target.wait);
      return { instance: target.instance };
    }
    const path = await bus.call(await bus.job(target.job), JOB, member, 'asb', target.env, target.wait);
    return { instance: instanceName(path as string) };
  };

async function stop(target: Params<'stop'>, bus: Service): Promise<Result<'stop'>> {
  const job = await bus.job(target.job);
  const path = await bus.instance(target, job);
  if ('instance' in target) await bus.call(path, INSTANCE, 'Stop', 'b', target.wait);
  else await bus.call(job, JOB, 'Stop', 'asb', target.env, target.wait);
  return { instance: instanceName(path) };
}

const instanceName = (path: string): string => unescapeElement(path.slice(path.lastIndexOf('/') + 1)) ?? '';

/** A method of init whose arguments `args` makes, and which returns nothing. */
const plain =
  <M extends Method>(member: string, signature = '', args: (params: Params<M>) => Value[] = () => []) =>
  async (params: Params<M>, bus: Service): Promise<null> => {
    await bus.manager(member, signature, ...args(params));
    return null;
  };

const table = ({ target }: Pick<Params<'listEnv'>, 'target'>): string[] =>
  target === null ? [] : [target.job, target.instance];

const WAYS: Ways = {
  version: async (_, bus) => String(await bus.get(MANAGER, MANAGER_INTERFACE, 'version')),
  list: (_, bus) => allJobs(bus),
  status: statusOf,
  start: beginning('Start'),
  restart: beginning('Restart'),
  stop,
  reload: async (target, bus) => {
    await bus.call(await bus.instance(target), INSTANCE, 'Reload');
    return null;
  },
  emit: plain<'emit'>('EmitEvent', 'sasb', ({ name, env, wait }) => [name, env, wait]),
  config: configs,
  reloadConfiguration: plain('ReloadConfiguration'),
  getLogPriority: async (_, bus) =>
    (await bus.get(MANAGER, MANAGER_INTERFACE, 'log_priority')) as Result<'getLogPriority'>,
  setLogPriority: async ({ priority }, bus) => {
    await bus.call(MANAGER, PROPERTIES, 'Set', 'ssv', MANAGER_INTERFACE, 'log_priority', ['s', priority]);
    return null;
  },
  getEnv: async (params, bus) => String(await bus.manager('GetEnv', 'ass', table(params), params.name)),
  listEnv: async (params, bus) => (await bus.manager('ListEnv', 'as', table(params))) as string[],
  setEnv: plain<'setEnv'>('SetEnvList', 'asasb', (params) => [table(params), params.vars, params.replace]),
  unsetEnv: plain<'unsetEnv'>('UnsetEnvList', 'asas', (params) => [table(params), params.names]),
  resetEnv: plain<'resetEnv'>('ResetEnv', 'as', (params) => [table(params)]),
  notifyDiskWriteable: plain('NotifyDiskWriteable'),
  notifyDBusAddress: plain<'notifyDBusAddress'>('NotifyDBusAddress', 's', ({ address }) => [address]),
  notifyCGroupManagerAddress: plain<'notifyCGroupManagerAddress'>('NotifyCGroupManagerAddress', 's', ({ address }) => [
    address,
  ]),
};

export class BusClient implements UpstartClient {
  readonly #caller: BusCaller;
  readonly #connectNatively: () => Promise<UpstartClient>;
  #native: Promise<UpstartClient> | null = null;

  /** `native` connects to the daemon by its own socket; it is called for what D-Bus does not have. */
  constructor(caller: BusCaller, native: () => Promise<UpstartClient>) {
    this.#caller = caller;
    this.#connectNatively = native;
  }

  async call<M extends Method>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> {
    const way = WAYS[method] as Way<M> | undefined;
    // D-Bus has no details.
    if (!way || ('details' in params && params.details === true))
      return (await this.#nativeClient()).call(method, params, options);
    const answer = way(params, new Service(this.#caller)).catch((error: unknown) => {
      throw asUpstartError(error);
    });
    return options.timeoutMs === undefined ? answer : withTimeLimit(answer, method, options.timeoutMs);
  }

  async watch(listener: (notification: Notification) => void, ended?: (reason: Error | null) => void): Promise<void> {
    return (await this.#nativeClient()).watch(listener, ended);
  }

  close(): void {
    this.#caller.close();
    void this.#native?.then((client) => client.close()).catch(() => {});
  }

  #nativeClient(): Promise<UpstartClient> {
    this.#native ??= this.#connectNatively();
    return this.#native;
  }
}

/** Errors of the daemon as commands know them. */
function asUpstartError(error: unknown): unknown {
  const code = error instanceof DBusError ? codeOfName(error.errorName) : null;
  return code === null ? error : new UpstartError(code, (error as Error).message);
}
