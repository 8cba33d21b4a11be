/** Something that the person at the keyboard can mend: `message` says what is wrong, `hint` what to do about it. */
export class Problem extends Error {
  constructor(message, hint = '') {
    super(message);
    this.hint = hint;
  }
}
