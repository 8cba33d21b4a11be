/** Jobs as objects of Kubernetes: a Deployment for a service, a Job for a task, a CronJob for what a timer starts. */
import type { JobDefinition } from '@upstart/job-language';
import { Document } from 'yaml';
import { type EventLeaf, leafText, namedArguments } from '../alternatives.ts';
import { mainWords, wordsOfProcess } from '../container/command.ts';
import { reportRest } from '../container/rest.ts';
import { startsOf } from '../container/starts.ts';
import { Report } from '../report-builder.ts';
import type { ContainerOptions, ExportedJob, TranslatedFile, Translation } from '../translation.ts';
import { clockToCron } from './cron.ts';
import { probeOf } from './probes.ts';

type Manifest = Record<string, unknown>;

export function toKubernetes(jobs: readonly ExportedJob[], options: ContainerOptions): Translation {
  const report = new Report();
  const names = new Set(jobs.map(({ definition }) => definition.name));
  const taken = new Set<string>();
  const files = jobs.flatMap(({ definition, comments }): TranslatedFile[] => {
    const objects = objectsOf(definition, names, options, report);
    if (objects.length === 0) return [];
    const name = objectName(definition.name);
    if (taken.has(name)) {
      report.refused(`${definition.name}: name`, `another job has the objects ${name}`);
      return [];
    }
    taken.add(name);
    const head = comments.map((line) => `# ${line}`.trimEnd());
    const texts = objects.map((object) =>
      new Document(object, { aliasDuplicateObjects: false }).toString({ lineWidth: 0 }),
    );
    return [
      {
        name: `${name}.yaml`,
        text: [...head.map((line) => `${line}\n`), texts.join('---\n')].join(''),
      },
    ];
  });
  return { files, report: report.lines };
}

const MAX_NAME = 63;

/** Lower case letters, digits and dashes. */
export function objectName(job: string): string {
  const name = job
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_NAME);
  return name.replace(/-+$/, '') || 'job';
}

function objectsOf(
  job: JobDefinition,
  names: ReadonlySet<string>,
  options: ContainerOptions,
  report: Report,
): Manifest[] {
  const place = `${job.name}: exec`;
  const words = mainWords(job, report);
  if (words === null) {
    report.refused(place, 'without a main process there is no container');
    return [];
  }
  const starts = startsOf(job, names, report);
  for (const other of [...starts.after, ...starts.ended])
    report.approximated(
      `${job.name}: start on`,
      `it does not wait for ${other}: it fails and is restarted until it finds it`,
    );
  reportRest(job, report);
  const container = containerOf(job, words, options, report);
  const ports = portsOf(job, starts.sockets);
  if (ports.length > 0) container.ports = ports.map(({ port, protocol }) => ({ containerPort: port, protocol }));
  const name = objectName(job.name);
  const metadata = {
    name,
    labels: { 'app.kubernetes.io/name': name },
    ...(job.description !== null && { annotations: { description: job.description } }),
  };
  const timers = starts.timers.map((leaf) => scheduleOf(job, leaf, report)).filter((each) => each !== null);
  if (timers.length > 0)
    return timers.map((schedule, at) =>
      cronJob(job, at === 0 ? metadata : { ...metadata, name: `${name}-${at + 1}` }, container, schedule),
    );
  if (job.task) return [{ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: jobSpec(job, container) }];
  if (!job.respawn)
    report.approximated(
      `${job.name}: respawn`,
      'it is restarted although the job is not: a Deployment has no other policy',
    );
  else report.approximated(`${job.name}: respawn`, 'restarted with pauses up to five minutes, and no limit');
  if (!starts.isAutomatic) report.approximated(`${job.name}: start on`, 'none: no replicas; `kubectl scale` starts it');
  const labels = { 'app.kubernetes.io/name': name };
  const deployment = {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
    spec: {
      replicas: starts.isAutomatic ? 1 : 0,
      // As a job: the old process ends before the new one starts.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(job, container) },
    },
  };
  if (ports.length === 0) return [deployment];
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata },
    spec: {
      selector: labels,
      ports: ports.map(({ port, protocol }) => ({ name: portName(port, protocol), port, protocol })),
    },
  };
  return [deployment, service];
}

function containerOf(
  job: JobDefinition,
  command: readonly string[],
  options: ContainerOptions,
  report: Report,
): Manifest {
  const at = (stanza: string): string => `${job.name}: ${stanza}`;
  const image = options.image ?? objectName(job.name);
  report.approximated(at('exec'), `in a container of the image ${image}`);
  const container: Manifest = { name: objectName(job.name), image, command: command.map(literal) };
  if (job.chdir !== null) container.workingDir = job.chdir;
  const env = job.env.filter((each) => each.includes('='));
  if (env.length < job.env.length) report.refused(at('env'), 'a variable without a value: nothing passes it on');
  if (env.length > 0)
    container.env = env.map((each) => ({
      name: each.slice(0, each.indexOf('=')),
      value: literal(each.slice(each.indexOf('=') + 1)),
    }));
  if (job.envFiles.length > 0) report.refused(at('env-file'), 'make a ConfigMap of the file, and add envFrom');
  if (job.setuid !== null || job.setgid !== null)
    report.refused(at('setuid'), 'runAsUser takes numbers: set it, or USER of the image');
  if (job.limits.length > 0) report.refused(at('limit'), 'limits of resources belong to the node');
  if (job.oomScore !== 0) report.refused(at('oom'), 'the class of the pod decides');
  if (job.killSignal !== 15) report.refused(at('kill signal'), 'set STOPSIGNAL of the image');
  addProbes(container, job, report);
  const hooks: Manifest = {};
  for (const [slot, key] of [
    ['post-start', 'postStart'],
    ['pre-stop', 'preStop'],
  ] as const) {
    const process = job.processes[slot];
    if (process === undefined) continue;
    hooks[key] = { exec: { command: wordsOfProcess(process) } };
    report.approximated(at(slot), `${key}, in the container`);
  }
  if (Object.keys(hooks).length > 0) container.lifecycle = hooks;
  return container;
}

/** `$(NAME)` would be expanded, and `$$` is a `$`. */
const literal = (text: string): string => text.replace(/\$(?=[$(])/g, '$$$$');

function addProbes(container: Manifest, job: JobDefinition, report: Report): void {
  const [ready, ...moreReady] = job.ready.map(probeOf).filter((probe) => probe !== null);
  const [check, ...moreChecks] = job.check.map(probeOf).filter((probe) => probe !== null);
  const period = (ms: number): number => Math.max(1, Math.round(ms / 1000));
  if (ready !== undefined) {
    const probe = { ...ready, periodSeconds: period(job.readyIntervalMs), timeoutSeconds: 5 };
    container.startupProbe = {
      ...probe,
      failureThreshold: Math.max(1, Math.ceil(job.readyTimeoutMs / 1000 / period(job.readyIntervalMs))),
    };
    container.readinessProbe = probe;
    report.approximated(`${job.name}: ready`, 'startupProbe and readinessProbe, in whole seconds');
  }
  if (check !== undefined) {
    const probe = {
      ...check,
      periodSeconds: period(job.checkIntervalMs),
      timeoutSeconds: period(job.checkTimeoutMs),
      failureThreshold: job.checkFailures,
    };
    container[job.checkAction === 'restart' ? 'livenessProbe' : 'readinessProbe'] = probe;
    report.exact(`${job.name}: check`, job.checkAction === 'restart' ? 'livenessProbe' : 'readinessProbe');
  }
  if (moreReady.length + moreChecks.length > 0)
    report.refused(`${job.name}: ready, check`, 'a container has one probe of each kind');
}

function podSpec(job: JobDefinition, container: Manifest): Manifest {
  return { terminationGracePeriodSeconds: job.killTimeoutS, containers: [container] };
}

function jobSpec(job: JobDefinition, container: Manifest): Manifest {
  const backoffLimit = job.respawn ? job.respawnLimit : 0;
  return {
    backoffLimit,
    template: { spec: { restartPolicy: job.respawn ? 'OnFailure' : 'Never', ...podSpec(job, container) } },
  };
}

interface Schedule {
  readonly schedule: string;
  readonly timeZone?: string;
}

function cronJob(job: JobDefinition, metadata: Manifest, container: Manifest, schedule: Schedule): Manifest {
  // A timer skips its turn while the job still runs.
  const spec = { ...schedule, concurrencyPolicy: 'Forbid', jobTemplate: { spec: jobSpec(job, container) } };
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec };
}

function scheduleOf(job: JobDefinition, leaf: EventLeaf, report: Report): Schedule | null {
  const named = namedArguments(leaf);
  const place = `${job.name}: start on`;
  const found = clockToCron(named);
  if (found === null) {
    report.refused(place, `${leafText(leaf)}: a schedule has minutes, hours and days only`);
    return null;
  }
  const isNear = named.has('RANDOM') || named.has('PERSISTENT') || !found.isExact;
  const text = `${leafText(leaf)}: schedule ${found.cron}`;
  if (isNear) report.approximated(place, `${text}, without RANDOM and PERSISTENT, and from full hours on`);
  else report.exact(place, text);
  const timeZone = named.get('ZONE');
  return { schedule: found.cron, ...(timeZone !== undefined && { timeZone }) };
}

interface Port {
  readonly port: number;
  /** Undefined: TCP. */
  readonly protocol: 'UDP' | undefined;
}

const portName = (port: number, protocol: Port['protocol']): string =>
  `port-${port}${protocol === undefined ? '' : '-udp'}`;

function portsOf(job: JobDefinition, sockets: readonly EventLeaf[]): Port[] {
  const named = sockets.map(namedArguments).map(
    (words): Port => ({
      port: Number(words.get('PORT')),
      protocol: words.get('TYPE') === 'dgram' ? 'UDP' : undefined,
    }),
  );
  const probed = job.ready.flatMap((probe): Port[] =>
    probe.kind === 'tcp' && /^\d+$/.test(probe.address) ? [{ port: Number(probe.address), protocol: undefined }] : [],
  );
  const byName = new Map([...named, ...probed].map((each) => [portName(each.port, each.protocol), each]));
  return [...byName.values()].filter(({ port }) => port > 0 && port < 65_536);
}
