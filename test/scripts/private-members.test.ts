import { expect, test } from 'vitest';
import { complaintsAboutMembers } from '../../scripts/private-members.mjs';

test.each([
  ['  private seq = 0;', 'private'],
  ['  private readonly pids = new Map();', 'private'],
  ['  readonly private pids = new Map();', 'private'],
  ['  private async load(): Promise<void> {', 'private'],
  ['  private *instances() {', 'private'],
  ['  private get size(): number {', 'private'],
  ['  private static count = 0;', 'private'],
  ['  static private count = 0;', 'private'],
  ['  protected flush(): void {', 'protected'],
  ['  public flush(): void {', 'public'],
  ['  constructor(private readonly log: Log) {', 'private'],
  ['    return this._size;', '_size'],
])('%s', (line, word) => {
  expect(complaintsAboutMembers('a.ts', `class A {\n${line}`)).toEqual([
    expect.stringContaining(`a.ts:2: \`${word}\``),
  ]);
});

test.each([
  '  #seq = 0;',
  '  readonly #pids = new Map();',
  '  private constructor(path: string) {',
  '  log("private connections");',
  "  const shared = ['--propagation', 'private', 'bash'];",
  '  // private members are not for others',
  '    this.#size = other._size;',
])('%s is fine', (line) => {
  expect(complaintsAboutMembers('a.ts', line)).toEqual([]);
});
