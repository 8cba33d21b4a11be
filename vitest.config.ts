import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';

const ROOT = import.meta.dirname;
/** Where vitest was started, from the top of the checkout: only tests below that folder run. */
const HERE = relative(ROOT, process.cwd());

/** A kind of tests: what they are called in the folders that they are in. */
interface Kind {
  readonly name: string;
  readonly tests: Readonly<Record<string, string>>;
  /** Patterns of files among them that are of another kind. */
  readonly except?: readonly string[];
  readonly options?: object;
}

/** In the packages, those make programs and run them; all others need nothing but the sources. */
const WITH_PROGRAMS: Kind['tests'] = {
  'packages/common/src': 'uncaught.test.ts',
  'packages/bridge/src/sources/udev': 'udev.test.ts',
  'packages/bridge/src/sources/local': 'door.test.ts',
  'packages/ctl/src': 'main.test.ts',
  'packages/log-shipper/src/senders': 'datagrams.test.ts',
  'packages/daemon/src/identity': 'getent.test.ts',
  'packages/daemon/src/supervisor': '*.test.ts',
  'packages/daemon/src/conf': '{conf-watch,watching,watching-faults}.test.ts',
  'packages/ctl/native': '*.test.ts',
  'packages/cluster/src/connection': '*.test.ts',
  'packages/cluster/src/events': '{publish,receiver,stream}.test.ts',
  'packages/cluster/src/hosts': '*.test.ts',
  'packages/cluster/src/lease': 'kv-*.test.ts',
};

/** These run whole inits, of which more at once only wait for each other on a small machine. */
const FEW_AT_ONCE = { maxWorkers: 2 };
/** These change what there is one of on a machine: namespaces, mounts, its init. */
const ONE_BY_ONE = { maxWorkers: 1 };

const KINDS: readonly Kind[] = [
  {
    name: 'unit',
    tests: { packages: '*.test.ts', bench: '*.test.ts', 'test/scripts': '*.test.ts' },
    except: Object.entries(WITH_PROGRAMS).map(([folder, file]) => `${folder}/**/${file}`),
    // A worker loads each module once for all its tests: that would be most of their time.
    options: { isolate: false },
  },
  {
    name: 'product',
    tests: { ...WITH_PROGRAMS, test: '*.test.ts' },
    except: ['test/{scripts,system,container,boot}/**'],
    options: FEW_AT_ONCE,
  },
  {
    name: 'system',
    tests: { 'test/system': '*.test.ts', 'test/container': '*.test.ts', 'test/boot': '*.test.ts' },
    options: ONE_BY_ONE,
  },
];

/** The part of `folder/**` that is below HERE, as patterns. */
function patterns([folder, file]: [string, string]): string[] {
  if (isWithin(folder, HERE)) return [`${folder}/**/${file}`];
  return isWithin(HERE, folder) ? [`${HERE}/**/${file}`] : [];
}

const isWithin = (path: string, folder: string) => folder === '' || path === folder || path.startsWith(`${folder}/`);

export default defineConfig({
  root: ROOT,
  test: {
    projects: KINDS.map(({ name, tests, except = [], options }, index) => ({
      extends: true as const,
      test: {
        name,
        include: Object.entries(tests).flatMap(patterns),
        exclude: ['**/node_modules/**', ...except],
        sequence: { groupOrder: index },
        ...options,
      },
    })).filter(({ test: { include } }) => include.length > 0),
    // Modules are transformed again only if they have changed.
    experimental: { fsModuleCache: true },
    // A failure names what it found, though the summary has one line for it.
    chaiConfig: { truncateThreshold: 200 },
    // Only what hangs is ended: a slow machine takes what it takes.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
