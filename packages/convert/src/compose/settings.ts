/** The keys of a service that say how it runs: a table of translations, one row a key. */
import { join, resolve } from 'node:path';
import { signalNumber } from '@upstart/common';
import { RESOURCE_NAMES } from '@upstart/job-language';
import { quotedWord } from '../job-file/words.ts';
import { isList, isMapping, textOf, type Value, variablesOf } from '../yaml/yaml-file.ts';
import { secondsOf } from './durations.ts';
import type { Dependency, Service } from './service.ts';

type Translate = (service: Service, value: Value, key: string) => void;

/** The time that compose gives a service to stop, in seconds. */
const GRACE_PERIOD_S = 10;
const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully'];

const noContainer: Translate = (service, _value, key) =>
  service.note('refused', 'there is no container: this is left out', key);

/** Settings that change nothing without a container. */
const noEffect: Translate = () => {};

export const SETTINGS: Readonly<Record<string, Translate>> = {
  working_dir(service, value, key) {
    const folder = textOf(value) ?? '.';
    if (folder.startsWith('/')) service.note('approximated', `${folder} is a folder of this machine`, key);
    service.job.chdir = resolve(service.options.folder, folder);
  },
  environment(service, value, key) {
    const variables = variablesOf(value);
    if (variables === null) service.note('refused', 'expected variables', key);
    const { env, envFile } = service.options;
    for (const [name, own] of variables ?? []) {
      // Without a value it has that of the caller, else that of `.env`.
      const given = own ?? (env[name] === undefined ? (envFile?.[name] ?? null) : null);
      service.job.env.push([name, given]);
      if (given !== null) service.environment[name] = given;
    }
  },
  env_file(service, value, key) {
    for (const [index, entry] of (isList(value) ? value : [value]).entries()) {
      const path = textOf(isMapping(entry) ? entry.path : entry);
      if (path === null) service.note('refused', 'expected a path', key, index);
      else if (isMapping(entry) && entry.format !== undefined)
        service.note('refused', 'no format but the usual one', key, index);
      else {
        const mayBeMissing = isMapping(entry) && entry.required === false;
        service.job.envFiles.push(`${mayBeMissing ? '-' : ''}${resolve(service.options.folder, path)}`);
      }
    }
  },
  depends_on(service, value, key) {
    if (isList(value)) for (const on of value) service.dependencies.push(dependency(textOf(on) ?? '', {}));
    if (!isMapping(value)) return;
    for (const [on, how] of Object.entries(value)) {
      const added = dependency(on, isMapping(how) ? how : {});
      if (CONDITIONS.includes(added.condition)) service.dependencies.push(added);
      else service.note('refused', `unknown condition ${added.condition}`, key, on);
    }
  },
  restart(service, value, key) {
    const [policy = '', count] = (textOf(value) ?? 'no').split(':');
    const { settings } = service.job;
    if (policy === 'no' || policy === 'false') return;
    if (policy !== 'always' && policy !== 'unless-stopped' && policy !== 'on-failure') {
      service.note('refused', `unknown policy ${policy}`, key);
      return;
    }
    // As compose does: from 0.1 s on, doubled up to a minute.
    settings.push('respawn', 'respawn delay 0.1 60');
    if (policy === 'on-failure') settings.push('normal exit 0');
    if (count === undefined || Number(count) === 0) settings.push('respawn limit unlimited');
    else {
      settings.push(`respawn limit ${count} 86400`);
      service.note('approximated', `at most ${count} restarts within a day`, key);
    }
  },
  stop_signal(service, value, key) {
    const name = textOf(value) ?? '';
    if (signalNumber(name) === undefined) service.note('refused', `unknown signal ${name}`, key);
    else service.job.settings.push(`kill signal ${name.replace(/^SIG/, '')}`);
  },
  profiles(service, value) {
    service.profiles = isList(value) ? value.flatMap((profile) => textOf(profile) ?? []) : [];
  },
  ports(service, value, key) {
    for (const [index, entry] of (isList(value) ? value : []).entries()) {
      const [published, target] = portsOf(entry);
      if (target === null) service.note('refused', 'expected one port', key, index);
      else {
        service.ports.push(target);
        if (published !== null && published !== target)
          service.note('approximated', `it listens on ${target}; nothing makes that ${published}`, key, index);
      }
    }
  },
  ulimits(service, value, key) {
    if (!isMapping(value)) return;
    for (const [name, given] of Object.entries(value)) {
      const soft = textOf(isMapping(given) ? given.soft : given);
      const hard = textOf(isMapping(given) ? given.hard : given);
      if (soft === null || hard === null || !(RESOURCE_NAMES as readonly string[]).includes(name))
        service.note('refused', 'no limit of this machine', key, name);
      else service.job.settings.push(`limit ${name} ${limit(soft)} ${limit(hard)}`);
    }
  },
  oom_score_adj(service, value) {
    service.job.settings.push(`oom score ${textOf(value)}`);
  },
  user(service, value, key) {
    if (!service.options.switchesUsers) service.note('refused', 'it runs as you', key);
    else {
      const [user = '', group] = (textOf(value) ?? '').split(':');
      for (const [stanza, name] of [
        ['setuid', user],
        ['setgid', group],
      ] as const)
        if (/^\d+$/.test(name ?? '')) service.note('refused', `${name}: a number: \`${stanza}\` takes names`, key);
        else if (name !== undefined) service.job.settings.push(`${stanza} ${quotedWord(name)}`);
    }
  },
  develop(service, value, key) {
    const watch = isMapping(value) && isList(value.watch) ? value.watch : [];
    for (const [index, entry] of watch.entries()) {
      const path = isMapping(entry) ? textOf(entry.path) : null;
      const action = isMapping(entry) ? textOf(entry.action) : null;
      if (path === null || !['restart', 'sync+restart'].includes(action ?? '')) {
        service.note('refused', `no action ${action}: there is no image`, key, 'watch', index);
        continue;
      }
      const pattern = quotedWord(`FILE=${join(resolve(service.options.folder, path), '**')}`);
      service.restarts.push(`file ${pattern}`);
      service.note('approximated', 'all files below the path count', key, 'watch', index);
    }
  },
  deploy(service, value, key) {
    const replicas = isMapping(value) ? textOf(value.replicas) : null;
    if (replicas !== null && replicas !== '1')
      service.note('refused', `one process runs, not ${replicas}`, key, 'replicas');
    for (const name of Object.keys(isMapping(value) ? value : {}).filter((each) => each !== 'replicas'))
      noContainer(service, null, `${key}.${name}`);
  },
  scale: (service, value, key) =>
    textOf(value) === '1' || service.note('refused', `one process runs, not ${textOf(value)}`, key),
  annotations: noEffect,
  attach: noEffect,
  container_name: noEffect,
  expose: noEffect,
  init: noEffect,
  labels: noEffect,
  pull_policy: noEffect,
};

/** The translation of a key; those without one are refused by name. */
export const settingOf = (key: string): Translate => SETTINGS[key] ?? noContainer;

/** After all others: where the file is silent, compose's own values. */
export function addDefaults(service: Service): void {
  const { values, options, job } = service;
  job.chdir ??= options.folder;
  const grace = secondsOf(textOf(values.stop_grace_period)) ?? GRACE_PERIOD_S;
  if (!Number.isInteger(grace)) service.note('approximated', 'whole seconds', 'stop_grace_period');
  job.settings.push(`kill timeout ${Math.ceil(grace)}`);
}

function dependency(on: string, how: { readonly [key: string]: Value }): Dependency {
  const condition = textOf(how.condition) ?? 'service_started';
  return { on, condition, isRequired: how.required !== false, restarts: how.restart === true };
}

/** The ports outside and inside of the container; null: none is given, or several. */
function portsOf(entry: Value): [published: number | null, target: number | null] {
  const number = (text: string | null | undefined): number | null =>
    /^[0-9]{1,5}$/.test(text ?? '') ? Number(text) : null;
  if (isMapping(entry)) return [number(textOf(entry.published)), number(textOf(entry.target))];
  const [, published, target] = /^(?:.*:)??(?:([0-9]+):)?([0-9]+)(?:\/\w+)?$/.exec(textOf(entry) ?? '') ?? [];
  return [number(published), number(target)];
}

const limit = (text: string): string => (text === '-1' ? 'unlimited' : text);
