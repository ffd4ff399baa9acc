/**
 * Suites that run clients of AWS, live long lives, or take more than ten seconds: folders and files in test/, as regular
 * expressions. `npm run test:quick` leaves them out; `npm test` begins with them, so that no worker is left alone with one.
 */
module.exports = [
  'check/',
  'claims/scenarios',
  'clients/',
  'cloudformation/(command-line|progress)',
  'crash/crash',
  'ecs-engine/lifecycle-hooks',
  'examples/',
  'external-listener/',
  'field/',
  'governance-fuzz/',
  'governance-rollout/(deployment|stackset|targets)',
  'memory/versions',
  'model-fuzz/',
  'moves/(interruption|moves)',
  'packaging/(node-versions|registration)',
  'properties/(containers|domains|load-balancer|scaling|service|target-groups)',
  'provider/(deployments|drift|list|log-group|managed-resources|network-load-balancer|new-account|permissions|test-traffic|time)',
  'provider-network/(certificates|hand-made-changes|interruption|obstacles|quotas|sharing)',
  'registry-hook/package',
  'secrets/',
  'slow-aws/',
  'soak/',
  'start/',
  'verify/',
];
