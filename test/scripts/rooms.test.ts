import { describe, expect, it } from 'vitest';
import { complaintsAboutImports, complaintsAboutLength, MAX_LINES } from '../../scripts/rooms.mjs';

describe('an import of another package', () => {
  const inFile = (path: string, name: string) => complaintsAboutImports(path, `import { x } from '${name}';\n`);

  it('is in order where the table allows it', () => {
    expect(inFile('packages/daemon/src/engine/engine.ts', '@upstart/common')).toEqual([]);
    expect(inFile('packages/daemon/src/engine/engine.ts', './definitions.ts')).toEqual([]);
    expect(inFile('packages/ctl/src/main.ts', 'node:fs')).toEqual([]);
    expect(inFile('packages/daemon/src/start-up/snapshot.ts', '../../../ctl/src/commands.ts')).toEqual([]);
  });

  it('is a mistake elsewhere, by its name or by a path', () => {
    expect(inFile('packages/job-language/src/lexer.ts', '@upstart/protocol')).toHaveLength(1);
    expect(inFile('packages/ctl/src/main.ts', '../../daemon/src/options/options.ts')).toHaveLength(1);
    expect(inFile('packages/common/src/text.ts', '@upstart/daemon')).toHaveLength(1);
    expect(complaintsAboutImports('packages/ctl/src/main.ts', "await import('@upstart/daemon');\n")).toHaveLength(1);
    expect(
      complaintsAboutImports('packages/ctl/src/main.ts', "import {\n  x,\n} from '@upstart/daemon';\n"),
    ).toHaveLength(1);
  });
});

describe('the length of a file', () => {
  const lines = (path: string, count: number) => complaintsAboutLength(path, 'x\n'.repeat(count));

  it.each(['packages/ctl/src/main.ts', 'packages/ctl/src/main.test.ts'])('has a limit: %s', (path) => {
    expect(lines(path, MAX_LINES)).toEqual([]);
    expect(lines(path, MAX_LINES + 1)).toHaveLength(1);
  });

  it('has none for a table', () => {
    expect(lines('test/control/dbus-objects.test.ts', MAX_LINES + 1)).toEqual([]);
  });
});
