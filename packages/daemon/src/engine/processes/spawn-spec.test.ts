import { parseJob } from '@upstart/job-language';
import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';
import { commandLine, logPath } from './spawn-spec.ts';

describe('command lines', () => {
  it.each([
    ['exec', 'sleep  100', ['sleep', '100'], null],
    ['exec', 'a#b:c,d+e%f@g', ['a#b:c,d+e%f@g'], null],
    ['exec', 'echo $X', ['/bin/sh', '-e', '-c', 'exec echo $X', '/bin/sh'], null],
    ['exec', 'A=b cmd', ['/bin/sh', '-e', '-c', 'exec A=b cmd', '/bin/sh'], null],
    ['script', 'echo one\n\n', ['/bin/sh', '-e', '-c', 'echo one', '/bin/sh'], null],
    ['script', '', ['/bin/sh', '-e', '-c', '', '/bin/sh'], null],
    ['script', '\necho one\n', ['/bin/sh', '-e', '/proc/self/fd/9'], '\necho one\n'],
    ['script', 'one\ntwo\n', ['/bin/sh', '-e', '/proc/self/fd/9'], 'one\ntwo\n'],
  ] as const)('%s %j', (kind, text, argv, script) => {
    expect(commandLine({ kind, text })).toEqual({ argv, script });
  });
});

describe('log files', () => {
  it('are named after job and instance, without slashes', () => {
    expect(logPath('/log', 'net/web', '')).toBe('/log/net_web.log');
    expect(logPath('/log', 'net/web', 'a/b')).toBe('/log/net_web-a_b.log');
  });

  it('are not written when jobs are not logged', () => {
    const world = new TestWorld({ logDir: null });
    world.job('svc', 'exec main\n');
    world.start('svc');
    expect(world.process('main').spec).toMatchObject({ console: 'none', logPath: null, outputLabel: null });
  });
});

describe('standard output', () => {
  it.each([
    ['', '/log', 'log', '/log/net_web-1.log', 'net/web-1'],
    ['console log', null, 'log', null, 'net/web-1'],
    ['console output', '/log', 'log', null, 'net/web-1'],
    ['console none', '/log', 'none', null, null],
    ['console owner', '/log', 'owner', null, null],
  ])('gets what jobs print, by the name of the instance: %j', (stanza, logDir, console, path, outputLabel) => {
    const world = new TestWorld({ jobOutput: true, logDir });
    world.job('net/web', `instance $N\nexec main\n${stanza}\n`);
    world.start('net/web', 'N=1');
    expect(world.process('main').spec).toMatchObject({ console, logPath: path, outputLabel });
  });
});

describe('environments', () => {
  it('are built in the order of the reference, stop variables for pre-stop and post-stop only', () => {
    const world = new TestWorld({ sessionAddress: 'unix:path=/s' });
    world.job('svc', 'env Z=1\nenv HOME\nenv NOPE\nstart on go\nstop on halt\nexec main\npre-stop exec prestop\n');
    world.emit('go', 'N=x');
    const common = ['PATH=/bin', 'TERM=dumb', 'Z=1', 'HOME=/home/tester', 'N=x', 'UPSTART_EVENTS=go'];
    const own = ['UPSTART_JOB=svc', 'UPSTART_INSTANCE=', 'UPSTART_SESSION=unix:path=/s'];
    expect(world.process('main').spec.env).toEqual([...common, ...own]);
    world.emit('halt', 'N=y');
    const stopping = common.map((entry) => (entry === 'N=x' ? 'N=y' : entry));
    expect(world.process('prestop').spec.env).toEqual([...stopping, 'UPSTART_STOP_EVENTS=halt', ...own]);
  });
});

describe('debug', () => {
  it('stops every process of the job before its program runs, and says so', () => {
    const world = new TestWorld();
    const definition = parseJob('debug\npre-start exec pre\nexec main\n', {
      name: 'svc',
      path: '/svc.conf',
      debug: true,
    });
    world.input({ type: 'define', name: 'svc', definition });
    world.start('svc');
    const pre = world.process('pre');
    expect(pre.spec.debugStop).toBe(true);
    expect(world.logged()).toContain(`info: Pausing svc (${pre.pid}) [pre-exec] for debug`);
    world.exit(pre);
    expect(world.process('main').spec.debugStop).toBe(true);
  });
});

describe('the folder of a process', () => {
  it.each([
    ['', null],
    ['chdir /tmp\n', '/tmp'],
    ['chroot /jail\n', '/'],
    ['chroot /jail\nchdir /tmp\n', '/tmp'],
  ])('of a session is init’s own, but never outside of a chroot: %j', (stanzas, chdir) => {
    const world = new TestWorld({ directory: null });
    world.job('svc', `${stanzas}exec main\n`);
    world.start('svc');
    expect(world.process('main').spec).toMatchObject({ chdir });
  });
});

it('sets limits by the kernel’s numbers, so that the order in the file does not say which one is complained of', () => {
  const world = new TestWorld();
  world.job('svc', 'limit nice 10 10\nlimit nproc 10 5\nlimit cpu 1 2\nexec main\n');
  world.start('svc');
  expect(world.process('main').spec.limits.map(({ resource }) => resource)).toEqual(['cpu', 'nproc', 'nice']);
});
