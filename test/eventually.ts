/** Waits until `look` finds something, whose value is returned. A test that hangs is ended by vitest. */
export async function eventually<T>(look: () => T | false | undefined | null | ''): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
