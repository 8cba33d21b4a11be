/** A problem that the user can solve: `message` describes it, `hint` says how. */
export class Problem extends Error {
  constructor(message, hint = '') {
    super(message);
    this.hint = hint;
  }
}
