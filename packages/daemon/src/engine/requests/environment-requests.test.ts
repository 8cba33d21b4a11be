import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';
import { readEnvironment, readVariable } from './environment-requests.ts';

const SVC = { job: 'svc', instance: '' };

function world(): TestWorld {
  const made = new TestWorld();
  made.job('svc', 'env A=file\nexec main\n');
  made.start('svc');
  return made;
}

describe('the global table', () => {
  it('is changed together with those of the instances', () => {
    const { engine, request } = bind(world());
    request({ method: 'setEnv', target: null, vars: ['A=1', 'BARE'], replace: true });
    request({ method: 'setEnv', target: null, vars: ['A=2', 'B=2'], replace: false });
    expect(readEnvironment(engine.context, null)).toEqual(['PATH=/bin', 'TERM=dumb', 'A=1', 'BARE=', 'B=2']);
    expect(readEnvironment(engine.context, SVC)).toEqual(['PATH=/bin', 'TERM=dumb', 'A=1', 'BARE=', 'B=2']);
    request({ method: 'resetEnv', target: null });
    expect(readEnvironment(engine.context, null)).toEqual(['PATH=/bin', 'TERM=dumb']);
  });

  it('loses exactly the variables that are named', () => {
    const { engine, request } = bind(world());
    request({ method: 'setEnv', target: null, vars: ['FOO=1', 'FOOBAR=2', 'LAST=3'], replace: true });
    request({ method: 'unsetEnv', target: null, names: ['FOOBAR', 'NEVER'] });
    expect(readEnvironment(engine.context, null)).toEqual(['PATH=/bin', 'TERM=dumb', 'FOO=1', 'LAST=3']);
  });

  it('of PID 1 can be read only', () => {
    const pid1 = new TestWorld({ pid1: true });
    for (const request of [
      { method: 'setEnv', target: null, vars: ['A=1'], replace: true },
      { method: 'unsetEnv', target: null, names: ['TERM'] },
      { method: 'resetEnv', target: null },
    ] as const) {
      const key = pid1.request(request as never);
      expect(pid1.answer(key)).toBe('Not permissible to modify PID 1 job environment');
    }
    expect(readVariable(pid1.engine.context, null, 'PATH')).toBe('/bin');
  });
});

describe('the table of an instance', () => {
  it('is its own', () => {
    const { engine, request } = bind(world());
    request({ method: 'setEnv', target: SVC, vars: ['A=own'], replace: true });
    expect(readVariable(engine.context, SVC, 'A')).toBe('own');
    expect(() => readVariable(engine.context, null, 'A')).toThrow('No such variable: A');
    request({ method: 'resetEnv', target: SVC });
    expect(readVariable(engine.context, SVC, 'A')).toBe('file');
  });

  it.each([
    [{ job: 'none', instance: '' }, 'Unknown job: none'],
    [{ job: 'svc', instance: 'x' }, 'Unknown instance: x of job svc'],
    [{ job: '', instance: '' }, 'Job may not be empty string'],
  ])('%j: %s', (target, message) => {
    const { engine } = world();
    expect(() => readVariable(engine.context, target, 'A')).toThrow(message);
  });

  it('has no variable without a name', () => {
    const { engine, request, world: made } = bind(world());
    const before = [...readEnvironment(engine.context, null)];
    for (const vars of [['=x'], [''], ['Z=1', '', 'Q=1']]) {
      expect(made.answer(request({ method: 'setEnv', target: null, vars, replace: true }))).toBe('ok');
    }
    expect(readEnvironment(engine.context, null)).toEqual([...before, 'Z=1', 'Q=1']);
    expect(made.answer(request({ method: 'unsetEnv', target: null, names: ['', 'Z'] }))).toBe('ok');
    expect(readEnvironment(engine.context, null)).toEqual([...before, 'Q=1']);
    expect(() => readVariable(engine.context, null, '')).toThrow('Variable may not be empty string');
  });
});

function bind(made: TestWorld) {
  return { world: made, engine: made.engine, request: made.request.bind(made) };
}
