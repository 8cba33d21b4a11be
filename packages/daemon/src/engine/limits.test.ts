import { describe, expect, it } from 'vitest';
import { lengthOf } from './environment/environment.ts';
import { ExpansionLimitError, expand } from './environment/expand.ts';
import {
  MAX_ENVIRONMENT,
  MAX_ERROR_TEXT,
  MAX_EXPANSION,
  MAX_INSTANCE_NAME,
  MAX_INSTANCES_OF_JOB,
  MAX_MATCHING_STEPS,
  MAX_VARIABLES,
} from './limits.ts';
import type { ClassState } from './model/state.ts';
import { explain } from './testing/explain.ts';
import { TestWorld } from './testing/world.ts';

const LIMITS = { stanza: 'instance' };

function notes(world: TestWorld, job: string): string[] {
  return explain(world, job).notes;
}

describe('expansions', () => {
  it('may be as long as the limit, and no longer', () => {
    const env = [`X=${'x'.repeat(MAX_EXPANSION - 1)}`, 'E='];
    expect(expand('$X.', env, LIMITS)).toHaveLength(MAX_EXPANSION);
    expect(() => expand('$X..', env, LIMITS)).toThrow(ExpansionLimitError);
    expect(() => expand('$X$X', env, LIMITS)).toThrow('Expansion too long: instance (at most 65536 characters)');
    expect(expand('${E:+$X$E}', env, LIMITS)).toBe('');
    expect(() => expand('${E:+$X$X}', env, LIMITS)).toThrow(ExpansionLimitError);
  });

  it('look many variables up in many others within their steps', () => {
    const env = Array.from({ length: MAX_VARIABLES }, (_, i) => `v${i}=`);
    const budget = { steps: MAX_MATCHING_STEPS };
    expect(expand(`$v${MAX_VARIABLES - 1}`.repeat(100_000), env, { stanza: 'instance', budget })).toBe('');
    expect(budget.steps).toBeGreaterThan(0);
  });

  it('name the stanza to those who ask, and harm no other job', () => {
    const world = new TestWorld();
    world.job('bomb', `start on boom\nenv X=${'x'.repeat(500_000)}\ninstance ${'$X'.repeat(1200)}\n`);
    world.job('other', 'start on boom\n');
    const error = `Expansion too long: instance (at most ${MAX_INSTANCE_NAME} characters)`;
    expect(world.answer(world.start('bomb'))).toBe(error);
    expect(world.answer(world.emit('boom'))).toBe('ok');
    expect(world.list()).toEqual(['bomb stop/waiting', 'other start/running']);
    expect(world.logged()).toContain(`warn: Failed to obtain bomb instance: ${error}`);
    expect(notes(world, 'bomb')).toContain(`refused lately: ${error}`);
  });

  it('of `stop on` that are too long match nothing, and say so', () => {
    const world = new TestWorld();
    world.job('j', `env X=${'x'.repeat(1000)}\nstop on foo V=${'$X'.repeat(66)}\n`);
    world.start('j');
    expect(world.answer(world.emit('foo', 'V=1'))).toBe('ok');
    expect(world.status('j')).toBe('j start/running');
    expect(notes(world, 'j')).toContain('refused lately: Expansion too long: stop on (at most 65536 characters)');
  });
});

describe('names of instances', () => {
  it('may be as long as the limit, and no longer', () => {
    const world = new TestWorld();
    world.job('j', 'instance $N\n');
    const longest = 'n'.repeat(MAX_INSTANCE_NAME);
    expect(world.answer(world.start('j', `N=${longest}`))).toBe('ok');
    expect(world.answer(world.start('j', `N=${longest}n`))).toContain('Expansion too long: instance');
    world.job('k', `instance ${longest}n\n`);
    expect(world.answer(world.start('k'))).toContain('Expansion too long: instance');
  });

  it.each(['instance x$INSTANCE', 'instance x$INSTANCE$INSTANCE'])('that only grow stop growing: %s', (instance) => {
    const world = new TestWorld();
    world.job('web', 'exec web\n');
    world.start('web');
    world.job('dbl', `start on (go or started dbl)\n${instance}\n`);
    world.emit('go', 'INSTANCE=');
    for (let i = 0; i < 100 && world.engine.state.paused; i++) world.wait(1);
    expect(world.engine.state.paused).toBeUndefined();
    expect(world.engine.state.instances.size).toBeLessThanOrEqual(MAX_INSTANCE_NAME + 2);
    expect(notes(world, 'dbl').join()).toContain('Expansion too long: instance');
    expect(world.status('web')).toBe('web start/running');
  });

  it('are so many of a job at most', () => {
    const world = new TestWorld();
    world.job('j', 'instance $N\n');
    const { instances } = world.engine.state.classes.get('j') as ClassState;
    // As if there were one less than the limit.
    for (let n = 1; n < MAX_INSTANCES_OF_JOB; n++) instances.set(`other${n}`, 0);
    expect(world.answer(world.start('j', 'N=1'))).toBe('ok');
    const error = `Too many instances of j: at most ${MAX_INSTANCES_OF_JOB} instances`;
    expect(world.answer(world.start('j', 'N=x'))).toBe(error);
    expect(world.answer(world.stop('j', 'N=1'))).toBe('ok');
    expect(world.answer(world.start('j', 'N=x'))).toBe('ok');
  });
});

describe('variables', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `v${i}=`);

  it('are so many of an event at most', () => {
    const world = new TestWorld();
    expect(world.answer(world.emit('e', ...many(MAX_VARIABLES)))).toBe('ok');
    const error = `Environment too large: at most ${MAX_VARIABLES} variables`;
    expect(world.answer(world.emit('e', ...many(MAX_VARIABLES + 1)))).toBe(error);
  });

  it('are so long together at most', () => {
    const world = new TestWorld();
    world.job('j', `start on e\nenv X=${'x'.repeat(100)}\n`);
    expect(world.answer(world.emit('e', `Y=${'y'.repeat(MAX_ENVIRONMENT - 2)}`))).toBe('ok');
    expect(world.status('j')).toBe('j stop/waiting');
    const error = `Environment too large: at most ${MAX_ENVIRONMENT} characters`;
    expect(world.logged()).toContain(`warn: Failed to obtain j instance: ${error}`);
    expect(world.answer(world.emit('e', `Y=${'y'.repeat(MAX_ENVIRONMENT - 1)}`))).toBe(error);
    expect(world.answer(world.start('j', `Y=${'y'.repeat(MAX_ENVIRONMENT)}`))).toBe(error);
  });

  it('of the table for all jobs change nothing where one is too large', () => {
    const world = new TestWorld();
    const set = (entry: string) =>
      world.answer(world.request({ method: 'setEnv', target: null, vars: [entry], replace: true }));
    world.job('j', 'exec main\n');
    world.start('j', `Y=${'y'.repeat(MAX_ENVIRONMENT - 1000)}`);
    expect(set(`Z=${'z'.repeat(900)}`)).toBe('ok');
    const before = lengthOf(world.engine.state.environment);
    expect(set(`Z=${'z'.repeat(2000)}`)).toContain('Environment too large');
    expect(lengthOf(world.engine.state.environment)).toBe(before);
  });

  it('are exported in the order of the stanza, each once, however many', () => {
    const world = new TestWorld();
    const names = Array.from({ length: 20 }, (_, i) => `v${i}`);
    const lines = names.map((name) => `env ${name}=${name.toUpperCase()}`);
    world.job('j', `${lines.join('\n')}\nexport ${names.toReversed().join(' ')} JOB none v3\n`);
    world.start('j');
    const exported = names.toReversed().map((name) => `${name}=${name.toUpperCase()}`);
    expect(world.events()).toContain(`started JOB=j INSTANCE= ${exported.join(' ')}`);
  });

  it('that the job file only names come from init or are removed, however many', () => {
    const world = new TestWorld();
    const bare = Array.from({ length: 20 }, (_, i) => `env v${i}\n`).join('');
    world.job('j', `env v1=1\nenv v2=2\n${bare}env v2=3\nenv HOME\n`);
    world.start('j');
    const [instance] = world.engine.state.instances.values();
    expect(instance?.env).toEqual(['PATH=/bin', 'TERM=dumb', 'v2=3', 'HOME=/home/tester']);
  });

  it('by the ten thousand take steps in proportion', () => {
    const world = new TestWorld();
    const names = Array.from({ length: 45_000 }, (_, i) => `v${i}`);
    const lines = names.map((name) => `env ${name}=\n`).join('');
    world.job('ex', `${lines}export ${'v44999 '.repeat(40_000)}\nexec main\n`);
    world.job('ba', `${lines}${'env q\n'.repeat(80_000)}exec main\n`);
    const began = process.cpuUsage();
    expect(world.answer(world.start('ex'))).toBe('ok');
    expect(world.answer(world.start('ba'))).toBe('ok');
    const { user } = process.cpuUsage(began);
    // It takes a quarter of a second of the processor; looking each one up among the others took twelve.
    expect(user / 1e6).toBeLessThan(4);
  });
});

describe('matching', () => {
  it('of one event takes so many steps for a job at most, and says so', () => {
    const world = new TestWorld();
    const operand = (last: string) => `go X=*${'a'.repeat(500)}${last}`;
    world.job('slow', `start on ${Array.from({ length: 40 }, (_, i) => operand(`b${i}`)).join(' or ')}\n`);
    world.job('quick', `start on ${operand('')}\n`);
    expect(world.answer(world.emit('go', `X=${'a'.repeat(10_000)}`))).toBe('ok');
    expect(world.list()).toEqual(['slow stop/waiting', 'quick start/running']);
    const text = `Matching takes too long: at most ${MAX_MATCHING_STEPS} steps`;
    expect(world.logged()).toContain(`warn: Failed to match go event with slow: ${text}`);
    expect(notes(world, 'slow')).toContain(`refused lately: ${text}`);
    expect(notes(world, 'quick').join()).not.toContain('refused');
  });

  it('does not take what is not looked at for unequal', () => {
    const world = new TestWorld();
    const slow = `X!=*${'a'.repeat(500)}b`;
    world.job('slow', `start on ${Array(40).fill(`go ${slow}`).join(' and ')}\n`);
    world.emit('go', `X=${'a'.repeat(100_000)}`);
    expect(world.status('slow')).toBe('slow stop/waiting');
  });
});

describe('the messages', () => {
  it('of names is cut', () => {
    const world = new TestWorld();
    const answer = world.answer(world.start('j'.repeat(100_000)));
    expect(answer).toHaveLength(MAX_ERROR_TEXT);
    expect(answer).toMatch(/^Unknown job: jjj.*…$/);
  });

  it('of the events that were needed is short', () => {
    const world = new TestWorld();
    const events = Array.from({ length: 500 }, (_, i) => `e${i}`);
    world.job('j', `start on ${events.join(' and ')}\n`);
    for (const name of events) world.input({ type: 'emit', name, env: [`X=${'x'.repeat(1000)}`] });
    const [instance] = world.engine.state.instances.values();
    expect(instance?.cause).toMatch(/^by `e0 X=x+…` and .* and 492 more$/);
    expect(instance?.cause?.length).toBeLessThan(2000);
  });
});
