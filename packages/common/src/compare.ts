/** Orders texts by their characters' codes: the same everywhere, whatever the locale is. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
