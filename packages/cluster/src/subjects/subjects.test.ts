import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAllowed } from './event-names.ts';
import { Subjects } from './subjects.ts';

const subjects = new Subjects('prod');

describe('subjects', () => {
  it('name the sender of an event', () => {
    expect(subjects.event('web1', 'db.backup')).toBe('upstart.prod.events.web1.db.backup');
    expect(subjects.parseEvent('upstart.prod.events.web1.db.backup')).toEqual({ host: 'web1', name: 'db.backup' });
    expect(subjects.parseAnswer(subjects.answer('web1', 'q1'))).toEqual({ host: 'web1', name: 'q1' });
  });

  it.each([
    'upstart.prod.events.web1',
    'upstart.other.events.web1.a',
    'upstart.prod.events..a',
    'upstart.prod.events.w.a b',
  ])('have no sender in %j', (subject) => {
    expect(subjects.parseEvent(subject)).toBeNull();
  });
});

describe('patterns', () => {
  it.each([
    ['*', 'deploy', true],
    ['deploy', 'deploy', true],
    ['deploy', 'deploy2', false],
    ['db.*', 'db.backup', true],
    ['db.*', 'db', false],
    ['*-up', 'net-up', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'abcX', false],
    ['a*b*b', 'ab', false],
  ])('%s and %s', (pattern, name, is) => {
    expect(isAllowed([pattern], name)).toBe(is);
  });

  it('are what an expression makes of them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (glob, name) => {
        const expression = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(isAllowed([glob], name)).toBe(expression.test(name));
      }),
    );
  });
});
