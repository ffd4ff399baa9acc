/** `npm run test:quick`: all suites but the long ones. */
const all = require('./jest.config.js');
const LONG = require('./test/support/long-suites.js');

/** @type {import('jest').Config} */
module.exports = { ...all, testPathIgnorePatterns: LONG.map((part) => `<rootDir>/test/${part}`) };
