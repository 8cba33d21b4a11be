/** A page of the guide as steps: files to write, and commands with their expected output. */

export type Step =
  | { kind: 'file'; path: string; text: string; isJob: boolean }
  | { kind: 'command'; command: string; expected: string[]; background: boolean; line: number };

/** A fenced block: the words behind the fence, and the lines between. */
const FENCE = /^```(\w+)(?: (.+))?$/;

/** Throws for a fence without a kind, or of an unknown kind: each block is written or executed. */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  const lines = page.split('\n');
  for (let at = 0; at < lines.length; at++) {
    if (!lines[at]!.startsWith('```')) continue;
    const [, kind, rest = ''] = FENCE.exec(lines[at]!) ?? [];
    const end = lines.indexOf('```', at + 1);
    const block = lines.slice(at + 1, end);
    if (kind === 'job' || kind === 'file')
      steps.push({ kind: 'file', path: rest, text: `${block.join('\n')}\n`, isJob: kind === 'job' });
    else if (kind === 'console') steps.push(...commandsOf(block, rest === 'background', at + 2));
    else throw new Error(`line ${at + 1}: a block is \`job PATH\`, \`file PATH\` or \`console\``);
    at = end;
  }
  return steps;
}

function commandsOf(block: readonly string[], background: boolean, firstLine: number): Step[] {
  const steps: (Step & { kind: 'command' })[] = [];
  for (const [index, line] of block.entries()) {
    if (line.startsWith('$ '))
      steps.push({ kind: 'command', command: line.slice(2), expected: [], background, line: firstLine + index });
    else steps.at(-1)!.expected.push(line);
  }
  return steps;
}

/** Whether the output is the expected one, up to numbers, times and the home folder; `…` alone on a line stands for any lines. */
export function isAsShown(output: readonly string[], expected: readonly string[], home: string): boolean {
  const shown = expected.map((line) => (line === '…' ? '…' : normal(line)));
  return matches(
    output.map((line) => normal(line.replaceAll(home, '/home/me'))),
    shown,
  );
}

function matches(output: readonly string[], [line, ...rest]: readonly string[]): boolean {
  if (line === undefined) return output.length === 0;
  if (line !== '…') return output[0] === line && matches(output.slice(1), rest);
  return output.some((_, skipped) => matches(output.slice(skipped), rest)) || matches([], rest);
}

const DATE = /\w{3} \w{3} [\d ]\d [\d:]{8} \w+ \d{4}/g;
const AMOUNT = /\d+(?:\.\d+)?[KMG]?/g;

function normal(line: string): string {
  return line.replace(DATE, 'DATE').replace(AMOUNT, '0').replace(/ +/g, ' ').trimEnd();
}
