/** Small parts of several pages. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { encoded } from '../src/http/url-text.ts';
import type { Row } from './api.tsx';

/** A sign and a word for each health: never a colour alone. `well` is a job that runs, or one that is stopped. */
const HEALTHS: Readonly<Record<string, readonly [sign: string, word: string]>> = {
  broken: ['⊘', 'broken file'],
  failed: ['✕', 'failed'],
  flapping: ['↻', 'flapping'],
  unhealthy: ['!', 'unhealthy'],
  degraded: ['△', 'degraded'],
  pending: ['…', 'pending'],
  running: ['●', 'running'],
  stopped: ['○', 'stopped'],
};
export const KINDS = Object.keys(HEALTHS);

export const kindOf = ({ health, state }: Row): string =>
  health !== 'well' ? health : state?.startsWith('start/') ? 'running' : 'stopped';

export function Mark({ kind }: { kind: string }) {
  const [sign, word] = HEALTHS[kind] ?? ['?', kind];
  return (
    <span class={`mark ${kind}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}

export const wordOf = (kind: string): string => HEALTHS[kind]?.[1] ?? kind;
export const signOf = (kind: string): string => HEALTHS[kind]?.[0] ?? '?';

const UNITS = ['B', 'K', 'M', 'G', 'T'];
export function bytes(count: number | null): string {
  if (count === null) return '–';
  const at = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** at;
  return `${value < 10 && at > 0 ? value.toFixed(1) : Math.round(value)}${UNITS[at]}`;
}

/** `5s`, `3m`, `2h`, `4d`. */
export function age(sinceMs: number | null, nowMs = Date.now()): string {
  if (sinceMs === null) return '–';
  const s = Math.max(0, Math.round((nowMs - sinceMs) / 1000));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m`;
  return s < 86_400 ? `${Math.floor(s / 3600)}h` : `${Math.floor(s / 86_400)}d`;
}

export function clock(atMs: number): string {
  const date = new Date(atMs);
  return new Date(atMs - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 23).replace('T', ' ');
}

export const jobLink = (job: string): string => `#/job/${encoded(job)}`;

export function Trouble({ text }: { text: string }) {
  return text === '' ? null : (
    <p class="trouble" role="alert">
      <span aria-hidden="true">✕ </span>
      {text}
    </p>
  );
}

interface DialogProps {
  readonly title: string;
  readonly confirm: string;
  readonly isDangerous?: boolean;
  readonly children: ComponentChildren;
  onClose(isConfirmed: boolean): void;
}

export function Dialog({ title, confirm, isDangerous = false, children, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onCancel={() => onClose(false)}>
      <h2 id="dialog-title">{title}</h2>
      {children}
      <div class="buttons">
        <button type="button" onClick={() => onClose(false)}>
          Cancel
        </button>
        <button type="button" class={isDangerous ? 'danger' : 'primary'} onClick={() => onClose(true)}>
          {confirm}
        </button>
      </div>
    </dialog>
  );
}
