/**
 * A `start on` or `stop on` condition as a tree. `and` and `or` have equal precedence and group
 * from left to right; parentheses of the job file are only visible in the shape of the tree.
 */
export type Condition =
  | { readonly op: 'event'; readonly name: string; readonly args: readonly string[] }
  | { readonly op: 'and' | 'or'; readonly left: Condition; readonly right: Condition };

/** The `event` leaves of a condition, in the order of the text. */
export function* conditionEvents(condition: Condition): Generator<Extract<Condition, { op: 'event' }>> {
  if (condition.op === 'event') {
    yield condition;
    return;
  }
  yield* conditionEvents(condition.left);
  yield* conditionEvents(condition.right);
}

/** Whether the condition has an `event` leaf of this name. */
export function mentionsEvent(condition: Condition, name: string): boolean {
  if (condition.op === 'event') return condition.name === name;
  return mentionsEvent(condition.left, name) || mentionsEvent(condition.right, name);
}

/** The condition as one line, every operator parenthesised, quotes removed: `((a and b) or c X=1)`. */
export function formatCondition(condition: Condition): string {
  if (condition.op === 'event') return [condition.name, ...condition.args].join(' ');
  return `(${formatCondition(condition.left)} ${condition.op} ${formatCondition(condition.right)})`;
}
