import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { type AuthStep, ServerAuth } from './server-auth.ts';

const GUID = '0'.repeat(32);
const OK = `OK ${GUID}\r\n`;
const hex = (text: string): string => Buffer.from(text).toString('hex');

function talk(...lines: string[]): AuthStep {
  return new ServerAuth(1000, GUID).push(Buffer.from(`\0${lines.map((line) => `${line}\r\n`).join('')}`));
}

describe('authentication', () => {
  it('agrees with the user that the kernel has named, and hands over what follows', () => {
    const auth = new ServerAuth(1000, GUID);
    expect(auth.push(Buffer.from('\0AUTH EXT'))).toEqual({ state: 'continue', answer: '' });
    expect(auth.push(Buffer.from(`ERNAL ${hex('1000')}\r\n`))).toEqual({ state: 'continue', answer: OK });
    const step = auth.push(Buffer.from('BEGIN\r\nl\x01'));
    expect(step).toEqual({ state: 'begun', answer: '', rest: Buffer.from('l\x01') });
  });

  it('takes all at once, as systemd sends it', () => {
    const step = talk('AUTH EXTERNAL', 'DATA', 'NEGOTIATE_UNIX_FD', 'BEGIN');
    expect(step).toMatchObject({
      state: 'begun',
      answer: `DATA\r\n${OK}ERROR "Descriptors cannot be received"\r\n`,
    });
  });

  it.each(['AUTH EXTERNAL 30', 'AUTH ANONYMOUS', 'AUTH DBUS_COOKIE_SHA1 30', 'AUTH', `AUTH EXTERNAL ${hex('1000 ')}`])(
    'rejects %s, and gives another chance',
    (line) => {
      expect(talk(line)).toEqual({ state: 'continue', answer: 'REJECTED EXTERNAL\r\n' });
      expect(talk(line, 'AUTH EXTERNAL 31303030', 'BEGIN').state).toBe('begun');
    },
  );

  it('may be cancelled and begun again', () => {
    expect(talk('AUTH EXTERNAL 31303030', 'CANCEL', 'BEGIN').state).toBe('failed');
    expect(talk('AUTH EXTERNAL', 'CANCEL', 'AUTH EXTERNAL 31303030', 'BEGIN').state).toBe('begun');
  });

  it('answers other commands with an error', () => {
    expect(talk('HELLO', 'DATA 30').answer).toBe('ERROR "Unknown command"\r\nERROR "No data expected"\r\n');
    expect(talk('AUTH EXTERNAL 31303030', 'AUTH EXTERNAL 31303030').answer).toContain('ERROR "Already');
  });

  it('fails without the first byte, and with BEGIN too early', () => {
    expect(new ServerAuth(0, GUID).push(Buffer.from('AUTH EXTERNAL 30\r\n')).state).toBe('failed');
    expect(talk('BEGIN').state).toBe('failed');
    expect(talk('AUTH EXTERNAL', 'BEGIN').state).toBe('failed');
  });

  it('has so many attempts, and so many bytes', () => {
    expect(talk(...Array(LIMITS.rejections - 1).fill('AUTH')).state).toBe('continue');
    expect(talk(...Array(LIMITS.rejections).fill('AUTH')).state).toBe('failed');
    const bytes = (length: number): AuthStep => new ServerAuth(0, GUID).push(Buffer.from(`\0${'x'.repeat(length)}`));
    expect(bytes(LIMITS.authenticationBytes).state).toBe('continue');
    expect(bytes(LIMITS.authenticationBytes + 1).state).toBe('failed');
    expect(talk(...Array(LIMITS.authenticationBytes).fill('')).state).toBe('failed');
  });
});
