import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

function groupsOf(job: string, stanzas: string, instance = ''): string[] {
  const world = new TestWorld();
  world.job(job, `env WHAT=a/b\n${instance ? 'instance $I\n' : ''}${stanzas}\nexec main\npre-start exec before\n`);
  if (instance) world.start(job, `I=${instance}`);
  else world.start(job);
  return world
    .process('before')
    .spec.cgroups.map(({ controller, name, key, value }) =>
      [controller, name, ...(key === null ? [] : [key, value])].join(' '),
    );
}

describe('control groups', () => {
  it('are the job’s own unless named, with settings', () => {
    expect(groupsOf('web', 'cgroup memory\ncgroup cpu shares 512\ncgroup cpu extra shares 256')).toEqual([
      'memory upstart/web',
      'cpu upstart/web shares 512',
      'cpu extra shares 256',
    ]);
  });

  it('have names without slashes, but for the beginning of the job’s own', () => {
    expect(groupsOf('net/web', 'cgroup cpu', 'x')).toEqual(['cpu upstart/net_web-x']);
    expect(groupsOf('web', 'cgroup cpu', 'long/x/y')).toEqual(['cpu upstart/web-long_x_y']);
    expect(groupsOf('web', 'cgroup cpu "$UPSTART_CGROUP/sub/$WHAT"')).toEqual(['cpu upstart/web/sub_a_b']);
    expect(groupsOf('web', 'cgroup cpu "x/$WHAT"')).toEqual(['cpu x_a_b']);
  });

  it('have no name that could be used when it cannot be expanded', () => {
    expect(groupsOf('web', 'cgroup cpu "${NONESUCH}"\ncgroup cpu "${UPSTART_CGROUP}"')).toEqual(['cpu ', 'cpu ']);
  });

  it('of whole jobs are only made when asked for, and ended before post-stop', () => {
    const world = new TestWorld({ jobCgroups: true });
    world.job('net/web', 'exec main\npost-stop exec after\n');
    world.start('net/web');
    expect(world.process('main').spec.jobCgroup).toBe('upstart/net_web');
    world.stop('net/web');
    const { token: process, pid } = world.process('main');
    const usage = { user: 0, system: 0, maxRss: 0 };
    const seq = world.engine.state.lastReport + 1;
    const report = { type: 'exited', seq, process, pid, code: 0, signal: 0, core: false, usage } as const;
    const commands = world.input({ type: 'report', report }).flatMap((effect) => {
      return effect.type === 'command' ? [effect.command] : [];
    });
    expect(commands).toMatchObject([
      { type: 'kill-cgroup', cgroup: 'upstart/net_web' },
      { type: 'spawn', spec: { argv: ['after'], jobCgroup: 'upstart/net_web' } },
    ]);
    expect(new TestWorld().engine.state.settings.jobCgroups).toBe(false);
  });
});
