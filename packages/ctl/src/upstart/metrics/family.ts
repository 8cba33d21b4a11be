/** Makes families. */
import type { Family, Labels, Samples } from './text.ts';

export const gauge = (name: string, help: string, samples: Samples): Family => ({ name, type: 'gauge', help, samples });

export const counter = (name: string, help: string, samples: Samples): Family => ({
  ...{ name, type: 'counter', help, samples },
});

export function rows(all: readonly (readonly [labels: Labels, value: number])[]): Samples {
  return { labels: all.map(([labels]) => labels), values: all.map(([, value]) => value) };
}

export const single = (value: number): Samples => rows([[{}, value]]);

/** A column in another unit. */
export function inUnitsOf(size: number, column: readonly (number | null)[]): (number | null)[] {
  return column.map((value) => (value === null ? null : value / size));
}
