/** yargs 18 has no types of its own; this is what initctl2dot uses of it. */
declare module 'yargs' {
  interface OptionDefinition {
    type: 'string' | 'boolean';
    alias?: string;
    default?: string;
    describe?: string;
    requiresArg?: boolean;
  }
  type Value<O extends OptionDefinition> = O['type'] extends 'boolean'
    ? boolean | undefined
    : O extends { default: string }
      ? string
      : string | undefined;

  interface Yargs<Parsed> {
    scriptName(name: string): this;
    usage(text: string): this;
    options<O extends Record<string, OptionDefinition>>(options: O): Yargs<Parsed & { [K in keyof O]: Value<O[K]> }>;
    parserConfiguration(settings: Record<string, boolean>): this;
    version(text: string): this;
    strict(): this;
    fail(report: (message: string, error: Error | undefined) => never): this;
    parseSync(): Parsed;
  }
  export default function yargs(words: string[]): Yargs<unknown>;
}
