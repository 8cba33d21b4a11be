import type { WaitReason } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { explainJob } from './explain.ts';
import { TestWorld } from './test-world.ts';

function explain(world: TestWorld, job: string) {
  return explainJob(world.engine.context, job, world.engine.state.classes.get(job), []);
}

/** The chain as text, one reason a line, indented by depth. */
function lines(reasons: WaitReason[], depth = 0): string[] {
  return reasons.flatMap(({ text, children }) => [`${' '.repeat(depth)}${text}`, ...lines(children, depth + 1)]);
}

describe('explanations', () => {
  it('say which operands have been seen', () => {
    const world = new TestWorld();
    world.job('pair', 'start on one X=1 and (two or three)\n');
    world.emit('one', 'X=1');
    expect(explain(world, 'pair').startOn).toEqual({
      condition: '(one X=1 and (two or three))',
      operands: [
        { text: 'one X=1', seen: true },
        { text: 'two', seen: false },
        { text: 'three', seen: false },
      ],
    });
  });

  it('follow what blocks a job: its event, who holds that, and what holds them', () => {
    const world = new TestWorld();
    world.job('half', 'start on stopping db and never\n');
    world.job('drain', 'start on stopping db\ntask\npre-start exec pre\nexec work\n');
    world.job('db', 'exec db\n');
    world.start('db');
    world.stop('db');
    const { pid } = world.process('pre');
    expect(lines(explain(world, 'db').instances[0]?.blockedBy ?? [])).toEqual([
      'the event `stopping JOB=db INSTANCE= RESULT=ok` is not over',
      ' drain (start/pre-start) is not done with it',
      `  the pre-start process (${pid}) still runs`,
      ' half has half of its `start on`: `never` not seen yet',
    ]);
  });

  it('tell why a job ended last', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\n');
    expect(explain(world, 'svc').last).toBeNull();
    world.start('svc');
    const { pid } = world.process('main');
    world.exit(world.process('main'), 0, 11);
    expect(explain(world, 'svc').last).toMatchObject({
      text: `main process (${pid}) killed by SEGV signal`,
      failure: { slot: 'main', exitStatus: null, exitSignal: 'SEGV', state: 'running' },
    });
  });
});
