/** Arguments of stanzas of which a job has one for each key: limits of resources, and settings of control groups. */
import { limitValue, oneOf } from './arguments.ts';
import { type CGroupSetting, RESOURCE_NAMES, type ResourceLimit } from './job-definition.ts';
import type { Lexer } from './lexer.ts';

const RESOURCES = oneOf(...RESOURCE_NAMES);

export function resourceLimit(lexer: Lexer): ResourceLimit {
  return { resource: RESOURCES(lexer), soft: limitValue(lexer), hard: limitValue(lexer) };
}

/** `CONTROLLER [NAME] [KEY VALUE]`; without a name the job's own group is meant (reference: job files §4.3). */
export function cgroupSetting(lexer: Lexer): CGroupSetting {
  const controller = lexer.word();
  const words: string[] = [];
  while (words.length < 3 && lexer.hasToken()) words.push(lexer.word());
  const name = words.length % 2 === 1 ? (words.shift() as string) : null;
  const [key = null, value = null] = words;
  return { controller, name, key, value };
}

export function sameResource(a: ResourceLimit, b: ResourceLimit): boolean {
  return a.resource === b.resource;
}

export function sameCGroupKey(a: CGroupSetting, b: CGroupSetting): boolean {
  return a.controller === b.controller && a.name === b.name && a.key === b.key;
}
