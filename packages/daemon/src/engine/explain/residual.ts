/** The rest of a condition: its tree without the operands that are met. */
import type { ConditionState, EventNode } from '../model/condition-state.ts';

/** The longest text about a condition, in characters: there may be any number of operands. */
const MAX_TEXT = 300;

export function operandText({ name, args }: EventNode): string {
  return [name, ...args].join(' ');
}

/** Part of a condition: `op` null for one operand. */
interface Part {
  op: 'and' | 'or' | null;
  text: string;
}

/** `` `b` or (`c` and `d`) ``: the operands that would make the condition true; null for one that is true. */
export function stillNeeds(condition: ConditionState): string | null {
  // Operands come before their operators; null: the node is true.
  const parts: (Part | null)[] = [];
  for (const node of condition) {
    if (node.op === 'event') {
      parts.push(node.event === 0 ? { op: null, text: `\`${operandText(node)}\`` } : null);
      continue;
    }
    const left = parts[node.left] ?? null;
    const right = parts[node.right] ?? null;
    if (left && right) parts.push(join(node.op, left, right));
    else parts.push(node.op === 'or' ? null : (left ?? right));
  }
  return parts.at(-1)?.text ?? null;
}

function join(op: 'and' | 'or', left: Part, right: Part): Part {
  const [first, second] = [left, right].map((part) =>
    part.op === null || part.op === op ? part.text : `(${part.text})`,
  );
  return { op, text: cut(`${first} ${op} ${second}`) };
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
