import { expect, it } from 'vitest';
import { entries, parseEntry, parseId } from './entries.ts';
import { hasOtherServices } from './services.ts';

it('an id is digits that a 32-bit number can hold', () => {
  expect(['0', '33', '4294967295'].map(parseId)).toEqual([0, 33, 4294967295]);
  expect(['', '-1', '+1', ' 1', '1 ', '0x1', '4294967296', undefined].map(parseId)).toEqual(Array(8).fill(null));
});

it('lines that are no entries are skipped', () => {
  const text = '#\na:x\nb:x:-1:5:\nc:x:4294967296:5:\n+d:x:6:6:\n-e:x:6:6:\n:x:1:1:\n\n \tf:x:7:8\ng:x:1:\n';
  expect([...entries('passwd', text)]).toEqual([{ name: 'f', id: 7, group: 8, members: [] }]);
  expect(parseEntry('group', 'g:x:1')?.members).toEqual(['']);
  expect(parseEntry('group', 'g:x:1:a, b,c:rest')?.members).toEqual(['a', 'b', 'c']);
});

it('services besides the files, by nsswitch.conf', () => {
  const cases: [line: string, others: boolean | null][] = [
    ['', null],
    ['group: files', null],
    ['# passwd: ldap', null],
    ['passwd: files', false],
    ['  passwd:\tfiles # ldap', false],
    ['passwd: files ldap', true],
    ['passwd: ldap', true],
    ['passwd: files[NOTFOUND=return]', false],
    ['passwd: files [SUCCESS=merge NOTFOUND=return] sss', true],
    ['passwd: files [ldap', false],
    ['passwd: files\npasswd: ldap', false],
    ['passwd_compat: nis\npasswd: files', false],
  ];
  for (const [text, others] of cases) expect([text, hasOtherServices(text, 'passwd')]).toEqual([text, others]);
});
