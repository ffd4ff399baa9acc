/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/jest-environment.js',
  runtime: '<rootDir>/test/support/jest-runtime.js',
  roots: ['<rootDir>/test', '<rootDir>/src', '<rootDir>/hooks', '<rootDir>/local'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 120_000,
  // One more than processors: a suite waits for the processes it has started a fifth of its time.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/support/long-first.js',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFiles: ['<rootDir>/local/sdk-notices.ts'],
  // The CloudFormation library requires SDK v2; see src/cloudformation/extension/sdk-v2-aliases.ts.
  moduleNameMapper: { '^aws-sdk/clients/\\w+$': '<rootDir>/src/cloudformation/extension/sdk-v2.ts' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
};
