/** Which file systems are mounted, and the event `mounted` for one of them, as mountall(8) emits it. */
import { readFileSync } from 'node:fs';

export interface Mount {
  readonly device: string;
  readonly point: string;
  readonly type: string;
  readonly options: string;
}

/** Reads the text of `/proc/self/mountinfo`. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [own, of] = line.split(' - ');
    const [, , , , point, options] = own?.split(' ') ?? [];
    const [type, device] = of?.split(' ') ?? [];
    if (point === undefined || options === undefined || type === undefined || device === undefined) return [];
    return [{ device: unescaped(device), point: unescaped(point), type, options }];
  });
}

export function readMounts(path = '/proc/self/mountinfo'): Mount[] {
  try {
    return parseMounts(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}

export function mountedEnv({ device, point, type, options }: Mount): string[] {
  return [`DEVICE=${device}`, `MOUNTPOINT=${point}`, `TYPE=${type}`, `OPTIONS=${options}`];
}

/** Blanks are written as `\040`. */
const unescaped = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
