/** Writes a picture to a file, or to standard output unless that is a terminal. */
import { writeFileSync } from 'node:fs';
import { encodeText, systemErrorText } from '@upstart/common';
import type { DrawAnswer, DrawOrder } from '../pictures/order.ts';
import { type Call, EXIT } from './command.ts';
import { askTool } from './tool-program.ts';

export const OUTPUT_OPTION = {
  output: { type: 'string', alias: 'o', requiresArg: true, wordKind: 'file', describe: 'write to this file' },
} as const;

interface Given {
  readonly output?: string | undefined;
}

/** Throws if a picture would go to a terminal, before it is drawn. */
export function requirePlace({ options, context }: Call<Given>, example: string): void {
  if (options.output !== undefined || !context.terminal.out) return;
  throw new Error(`a picture is not for a terminal: write it to a file, \`upstart ${example} -o ${example}.svg\``);
}

/** Has the picture drawn and writes it. Returns the exit status. */
export function draw(order: DrawOrder, call: Call<Given>): number {
  const answer = askTool<DrawAnswer>('draw.js', order);
  if ('error' in answer) {
    call.print.failure(answer.error);
    return answer.unknown ? EXIT.unknown : EXIT.failed;
  }
  putOut(answer.text, call);
  return EXIT.done;
}

/** Writes the text to the file that is named, or to standard output. */
function putOut(content: string, { options, context, print }: Call<Given>): void {
  if (options.output === undefined) {
    context.out(content);
    return;
  }
  try {
    writeFileSync(encodeText(options.output), encodeText(content));
  } catch (error) {
    throw new Error(`cannot write ${options.output}: ${systemErrorText(error)}`);
  }
  print.notice(`written to ${options.output}`);
}
