import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, EventError, encodeEvent, MAX_VARIABLE_BYTES, withSender } from './event.ts';
import { MAX_EVENT_BYTES } from './stream.ts';

const PLAIN = { name: 'deploy', env: ['VERSION=3', 'A='], to: {}, question: null };

describe('an event between machines', () => {
  it.each([PLAIN, { ...PLAIN, to: { zone: 'eu' }, question: 'q-1' }, { ...PLAIN, env: [] }])(
    'comes as it was sent',
    (event) => {
      const { name: _, ...rest } = event;
      expect(decodeEvent(encodeEvent(event))).toEqual(rest);
    },
  );

  it('has its sender after its own variables', () => {
    expect(withSender(['VERSION=3'], 'web1')).toEqual(['VERSION=3', 'HOST=web1']);
  });

  it.each([
    [{ ...PLAIN, name: ':sys:a' }, 'event ":sys:a" cannot cross machines'],
    [{ ...PLAIN, name: ':cluster:db.a' }, '128 characters at most; did you mean db.a?'],
    [{ ...PLAIN, env: ['VERSION'] }, 'event deploy: expected KEY=VALUE: "VERSION"'],
    [{ ...PLAIN, env: ['=3'] }, 'event deploy: expected KEY=VALUE: "=3"'],
    [{ ...PLAIN, env: ['A=\0'] }, 'event deploy: NUL character in "A"'],
    [{ ...PLAIN, env: ['HOST=web2'] }, 'event deploy: HOST is set by the cluster: the host that sends'],
    [{ ...PLAIN, env: [`A=${'x'.repeat(MAX_VARIABLE_BYTES - 1)}`] }, 'too long to cross machines'],
    [{ ...PLAIN, env: [`A=${'\u0001'.repeat(20_000)}`] }, 'too long to cross machines'],
  ])('is refused with a fault: %#', (event, text) => {
    expect(() => encodeEvent(event)).toThrow(text);
  });

  it('of the longest kind is no longer than the servers take', () => {
    const env = [`A=${'x'.repeat(MAX_VARIABLE_BYTES - 2)}`];
    expect(Buffer.byteLength(encodeEvent({ ...PLAIN, env }))).toBeLessThan(MAX_EVENT_BYTES - 1024);
  });

  it.each([
    '',
    '1',
    'null',
    '{}',
    '{"env":1}',
    '{"env":["A"]}',
    '{"env":["HOST=x"]}',
    '{"env":[],"to":[]}',
    '{"env":[],"question":"a b"}',
  ])('is none: %s', (body) => {
    expect(() => decodeEvent(body)).toThrow(EventError);
  });

  it('is an event or an EventError, whatever another host sends', () => {
    const values = fc.oneof(
      fc.json(),
      fc.string(),
      fc.record({ env: fc.anything(), to: fc.anything() }).map((map) => JSON.stringify(map) ?? ''),
    );
    fc.assert(
      fc.property(values, (body) => {
        try {
          expect(Array.isArray(decodeEvent(body).env)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(EventError);
        }
      }),
    );
  });
});
