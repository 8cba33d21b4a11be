import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/native/**/*.test.ts',
      'test/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    // Many tests run whole inits and measure how soon they answer: they are not to be in each other's way.
    fileParallelism: false,
    // Only what hangs is ended: a slow machine takes what it takes.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
