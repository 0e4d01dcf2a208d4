import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    disableConsoleIntercept: true,
    // Every server under test holds its replies, errors too, against the contract.
    env: { THOTHCTL_VALIDATE_RESPONSES: '1' },
    // Far above what anything here takes: a machine that stalls for seconds fails no test.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 25_000 } },
    pool: 'forks',
    maxWorkers: 2,
  },
});
