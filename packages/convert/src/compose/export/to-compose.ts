/** Jobs as services of a compose file. */
import { signalName } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import { stringify } from 'yaml';
import { namedArguments } from '../../alternatives.ts';
import { mainWords, wordsOfProcess } from '../../container/command.ts';
import { probeCommand } from '../../container/probe-command.ts';
import { reportRest } from '../../container/rest.ts';
import { startsOf } from '../../container/starts.ts';
import { Report } from '../../report-builder.ts';
import type { ContainerOptions, ExportedJob, Translation } from '../../translation.ts';

export function toCompose(jobs: readonly ExportedJob[], options: ContainerOptions): Translation {
  const report = new Report();
  const probed = new Map(jobs.map(({ definition }) => [definition.name, definition.ready.length > 0]));
  const services: Record<string, unknown> = {};
  const comments: string[] = [];
  for (const { definition, comments: own } of jobs) {
    const name = serviceName(definition.name);
    const service = serviceOf(definition, probed, options, report);
    if (service === null) continue;
    if (Object.hasOwn(services, name)) {
      report.refused(`${definition.name}: name`, `another job has the service ${name}`);
      continue;
    }
    services[name] = service;
    comments.push(...own.map((line) => `# ${name}: ${line}`.trimEnd()));
  }
  const text = stringify({ services }, { lineWidth: 0 });
  return {
    files: [{ name: 'compose.yaml', text: `${comments.map((line) => `${line}\n`).join('')}${text}` }],
    report: report.lines,
  };
}

/** Slashes and blanks are not in names of services. */
export function serviceName(job: string): string {
  return job.replace(/[^A-Za-z0-9._-]/g, '-');
}

const seconds = (ms: number): string => `${ms / 1000}s`;
/** Compose expands variables: `$$` is a `$`. */
const literal = (text: string): string => text.replaceAll('$', '$$$$');

function serviceOf(
  job: JobDefinition,
  /** Jobs, and whether their starts wait for a probe. */
  probed: ReadonlyMap<string, boolean>,
  options: ContainerOptions,
  report: Report,
): Record<string, unknown> | null {
  const at = (stanza: string): string => `${job.name}: ${stanza}`;
  const words = mainWords(job, report);
  if (words === null) {
    report.refused(at('exec'), 'without a main process there is no container');
    return null;
  }
  const { after, ended, timers, sockets, isAutomatic } = startsOf(job, new Set(probed.keys()), report);
  for (const _ of timers) report.refused(at('start on timer'), 'compose has no timers');
  const image = options.image ?? serviceName(job.name);
  report.approximated(at('exec'), `in a container of the image ${image}`);
  reportRest(job, report);
  const service: Record<string, unknown> = { image, command: words.map(literal) };
  if (job.description !== null) service.labels = { 'org.opencontainers.image.description': literal(job.description) };
  if (!isAutomatic) service.profiles = ['manual'];
  const dependencies = [
    ...after.map(
      (name) => [serviceName(name), { condition: probed.get(name) ? 'service_healthy' : 'service_started' }] as const,
    ),
    ...ended.map((name) => [serviceName(name), { condition: 'service_completed_successfully' }] as const),
  ];
  if (dependencies.length > 0) service.depends_on = Object.fromEntries(dependencies);
  addEnvironment(service, job, report);
  if (job.chdir !== null) service.working_dir = literal(job.chdir);
  if (job.setuid !== null) service.user = literal(job.setgid === null ? job.setuid : `${job.setuid}:${job.setgid}`);
  addRestart(service, job, report);
  if (job.killSignal !== 15) service.stop_signal = `SIG${signalName(job.killSignal) ?? job.killSignal}`;
  service.stop_grace_period = `${job.killTimeoutS}s`;
  addHealth(service, job, report);
  const ports = sockets.map(namedArguments).flatMap((words) => {
    const port = /^\d+$/.exec(words.get('PORT') ?? '')?.[0];
    return port === undefined ? [] : [`${port}:${port}${words.get('TYPE') === 'dgram' ? '/udp' : ''}`];
  });
  if (ports.length > 0) {
    service.ports = ports;
    report.approximated(at('start on socket'), 'it starts at once, and listens itself');
  }
  if (job.limits.length > 0)
    service.ulimits = Object.fromEntries(
      job.limits.map(({ resource, soft, hard }) => [resource, { soft: limit(soft), hard: limit(hard) }]),
    );
  if (job.oomScore !== 0) service.oom_score_adj = job.oomScore;
  addHooks(service, job, report);
  return service;
}

const limit = (value: string | null): number => (value === null ? -1 : Number(value));

function addEnvironment(service: Record<string, unknown>, job: JobDefinition, report: Report): void {
  if (job.env.length > 0)
    service.environment = Object.fromEntries(
      job.env.map((each) => {
        const equals = each.indexOf('=');
        return equals < 0 ? [each, null] : [each.slice(0, equals), literal(each.slice(equals + 1))];
      }),
    );
  const files = job.envFiles.filter(({ path }) => !path.includes('$'));
  if (files.length > 0)
    service.env_file = files.map(({ path, mayBeMissing }) => (mayBeMissing ? { path, required: false } : path));
  if (files.length < job.envFiles.length) report.refused(`${job.name}: env-file`, 'no variables in paths');
  if (files.length > 0 && job.env.length > 0)
    report.approximated(`${job.name}: env-file`, 'compose prefers `environment` to files');
}

function addRestart(service: Record<string, unknown>, job: JobDefinition, report: Report): void {
  if (!job.respawn) return;
  service.restart = job.task || job.normalExit.includes(0) ? 'on-failure' : 'unless-stopped';
  const isLimited = job.respawnLimit > 0 && job.respawnIntervalS > 0;
  const isSame = job.respawnDelayMs === 100 && job.respawnMaxDelayMs === 60_000 && !isLimited;
  if (isSame) report.exact(`${job.name}: respawn`, `restart: ${service.restart}`);
  else
    report.approximated(
      `${job.name}: respawn`,
      `restart: ${service.restart}, with pauses from 0.1 s to a minute and no limit`,
    );
}

function addHealth(service: Record<string, unknown>, job: JobDefinition, report: Report): void {
  const isCheck = job.check.length > 0;
  const probes = (isCheck ? job.check : job.ready).map(probeCommand).filter((command) => command !== null);
  if (probes.length === 0) return;
  const own = [...job.check, ...job.ready];
  const isExact =
    isCheck && job.checkAction === 'none' && own.every(({ kind }) => kind === 'exec') && job.check.length === 1;
  const command = probes.length === 1 ? (probes[0] as string) : probes.map((probe) => `(${probe})`).join(' && ');
  service.healthcheck = {
    test: ['CMD-SHELL', literal(command)],
    interval: seconds(isCheck ? job.checkIntervalMs : job.readyIntervalMs),
    timeout: seconds(isCheck ? job.checkTimeoutMs : 5000),
    retries: isCheck ? job.checkFailures : Math.max(1, Math.ceil(job.readyTimeoutMs / job.readyIntervalMs)),
  };
  const note = 'healthcheck by a command, which does not restart the container';
  report.add(
    isExact ? 'exact' : 'approximated',
    `${job.name}: ${isCheck ? 'check' : 'ready'}`,
    isExact ? 'healthcheck' : note,
  );
}

function addHooks(service: Record<string, unknown>, job: JobDefinition, report: Report): void {
  for (const [slot, key] of [
    ['post-start', 'post_start'],
    ['pre-stop', 'pre_stop'],
  ] as const) {
    const process = job.processes[slot];
    if (process === undefined) continue;
    service[key] = [{ command: wordsOfProcess(process).map(literal) }];
    report.approximated(`${job.name}: ${slot}`, `${key}, in the container`);
  }
}
