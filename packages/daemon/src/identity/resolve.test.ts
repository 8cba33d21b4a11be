import { describe, expect, it } from 'vitest';
import { AS_INIT, type Identity, LookupError, type Names, type Question, type Rights, resolve } from './resolve.ts';

const EACCES = 13;
const EINVAL = 22;
const ETIMEDOUT = 110;
const ROOT: Rights = { privileged: true, gid: 0 };
const NOBODY: Rights = { privileged: false, gid: 65534 };

type Answers = Record<string, string | number | null>;

const PASSWD = ['root:x:0:0:root:/root:/bin/sh', 'web:x:33:34:web:/:/bin/sh'];
const GROUP = ['root:x:0:', 'web:x:34:', 'adm:x:4:syslog,web', 'www:x:40: web', 'wheel:x:10:root'];
const FILES: Answers = { passwd: PASSWD.join('\n'), group: GROUP.join('\n'), 'nsswitch.conf': '' };
const ELSEWHERE: Answers = { ...FILES, 'nsswitch.conf': 'passwd: files ldap\ngroup: files ldap\n' };

/** Answers by the name of a file, or `DATABASE NAME`; a number is an error. The questions are in `asked`. */
function identity(names: Partial<Names>, answers: Answers = FILES, rights = ROOT, asked: string[] = []): Identity {
  const resolving = resolve({ user: null, group: null, ...names }, rights);
  let step = resolving.next();
  while (!step.done) {
    const key = keyOf(step.value);
    asked.push(key);
    const answer = answers[key] ?? ('file' in step.value ? '' : null);
    step = typeof answer === 'number' ? resolving.throw(new LookupError(answer)) : resolving.next(answer);
  }
  return step.value;
}

const keyOf = (question: Question): string =>
  'file' in question ? question.file : `${question.database} ${question.name}`;

const refused = (step: string, errno: number, detail = ''): object => ({ refusal: { step, errno, detail } });

describe('users and groups of the files', () => {
  it('are found with all groups of the user, its own first', () => {
    expect(identity({ user: 'web' })).toEqual({ ...AS_INIT, uid: 33, gid: 34, groups: [34, 4, 40] });
    expect(identity({ user: 'web', group: 'wheel' })).toMatchObject({ uid: 33, gid: 10, groups: [10, 4, 40] });
    expect(identity({ user: 'web' }, FILES, NOBODY)).toMatchObject({ uid: 33, gid: 34, groups: [] });
  });

  it('are not found without an errno', () => {
    expect(identity({ user: 'none' })).toMatchObject(refused('setuid-lookup', 0));
    expect(identity({ user: 'web', group: 'none' })).toMatchObject(refused('setgid-lookup', 0));
    for (const user of ['+', '-x', '33', '']) expect(identity({ user })).toMatchObject(refused('setuid-lookup', 0));
  });

  it('may not be the id that stands for init’s own', () => {
    const answers = { passwd: 'a:x:4294967295:5:\nb:x:5:4294967295:', group: 'c:x:4294967295:' };
    expect(identity({ user: 'a' }, answers)).toMatchObject(refused('setuid-lookup', EINVAL));
    expect(identity({ user: 'b' }, answers)).toMatchObject(refused('setuid-lookup', EINVAL));
    expect(identity({ group: 'c' }, answers)).toMatchObject(refused('setgid-lookup', EINVAL));
  });

  it('is not known where a file cannot be read', () => {
    expect(identity({ user: 'web' }, { passwd: EACCES })).toMatchObject(refused('setuid-lookup', EACCES));
    expect(identity({ group: 'web' }, { group: EACCES })).toMatchObject(refused('setgid-lookup', EACCES));
    expect(identity({ user: 'web' }, { ...FILES, group: EACCES })).toMatchObject(refused('getpwuid', EACCES));
  });
});

describe('root', () => {
  it('has the groups that list it by its name, whatever that is', () => {
    expect(identity({})).toEqual({ ...AS_INIT, groups: [0, 10] });
    expect(identity({}, { passwd: 'toor:x:0:0:', group: 'a:x:7:toor\nb:x:8:root' }).groups).toEqual([0, 7]);
    expect(identity({ group: 'web' })).toEqual({ ...AS_INIT, gid: 34, groups: [34, 10] });
  });

  it('has its one group where nobody can tell its name, and never waits for a directory', () => {
    expect(identity({}, { passwd: EACCES })).toEqual(AS_INIT);
    expect(identity({}, {})).toEqual(AS_INIT);
    const asked: string[] = [];
    identity({}, ELSEWHERE, ROOT, asked);
    expect(asked).toEqual(['passwd', 'group']);
  });
});

describe('other services', () => {
  const answers = {
    ...ELSEWHERE,
    'passwd far': 'far:x:50:51::/:/bin/sh',
    'group afar': 'afar:x:52:',
    'initgroups far': 'far 53 54 51',
    'initgroups web': 'web 4 60',
    'passwd liar': 'somebody:x:0:0:',
  };

  it('are asked for what the files do not list', () => {
    expect(identity({ user: 'far' }, answers)).toMatchObject({ uid: 50, gid: 51, groups: [51, 53, 54] });
    expect(identity({ group: 'afar' }, answers)).toMatchObject({ gid: 52 });
    expect(identity({ user: 'web' }, answers).groups).toEqual([34, 4, 40, 60]);
    expect(identity({ user: 'liar' }, answers)).toMatchObject(refused('setuid-lookup', 0));
    expect(identity({ user: '123' }, { ...answers, 'passwd 123': '123:x:0:0:' })).toMatchObject(
      refused('setuid-lookup', 0),
    );
  });

  it('are named when they do not answer', () => {
    const late = (key: string, names: Partial<Names>) => identity(names, { ...answers, [key]: ETIMEDOUT });
    expect(late('passwd far', { user: 'far' })).toMatchObject(refused('setuid-lookup', ETIMEDOUT, 'getent passwd'));
    expect(late('group afar', { group: 'afar' })).toMatchObject(refused('setgid-lookup', ETIMEDOUT, 'getent group'));
    expect(late('initgroups far', { user: 'far' })).toMatchObject(refused('getpwuid', ETIMEDOUT, 'getent initgroups'));
  });

  it('are not needed for the groups of a user whom the files list', () => {
    expect(identity({ user: 'web' }, { ...answers, 'initgroups web': ETIMEDOUT })).toEqual({
      ...AS_INIT,
      uid: 33,
      gid: 34,
      groups: [34, 4, 40],
      notice: 'init: getent initgroups does not answer: only groups of /etc/group count\n',
    });
  });

  it('may not answer nonsense', () => {
    for (const line of ['web', 'web ']) {
      expect(identity({ user: 'web' }, { ...answers, 'initgroups web': line }).refusal).toBeNull();
    }
    for (const line of ['other 4', 'website 4', 'web x', 'web 4294967295', 'web 4294967296']) {
      const answer = identity({ user: 'web' }, { ...answers, 'initgroups web': line });
      expect(answer).toMatchObject(refused('getpwuid', EINVAL));
    }
  });

  it('that initgroups has of its own go before those of group', () => {
    const own = { ...answers, 'nsswitch.conf': `${ELSEWHERE['nsswitch.conf']}initgroups: files\n` };
    expect(identity({ user: 'web' }, own).groups).toEqual([34, 4, 40]);
  });
});
