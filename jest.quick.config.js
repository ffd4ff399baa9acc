/** `npm run test:quick`: all suites but those that run clients of AWS, live long lives, or take more than ten seconds. */
const all = require('./jest.config.js');

/** Folders and files in test/. */
const LONG = [
  'check/',
  'claims/scenarios',
  'clients/',
  'cloudformation/(command-line|progress)',
  'crash/crash',
  'examples/',
  'external-listener/',
  'field/',
  'governance-fuzz/',
  'governance-rollout/(deployment|stackset|targets)',
  'model-fuzz/',
  'moves/(interruption|moves)',
  'packaging/(node-versions|registration)',
  'properties/(containers|domains|load-balancer|scaling|service|target-groups)',
  'provider/(deployments|drift|list|log-group|managed-resources|new-account|permissions|time)',
  'provider-network/(certificates|hand-made-changes|interruption|obstacles|quotas|sharing)',
  'registry-hook/package',
  'secrets/',
  'slow-aws/',
  'soak/',
  'start/',
  'verify/',
];

/** @type {import('jest').Config} */
module.exports = { ...all, testPathIgnorePatterns: LONG.map((part) => `<rootDir>/test/${part}`) };
