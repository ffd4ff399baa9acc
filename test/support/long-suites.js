/**
 * Suites that run clients of AWS, live long lives, or take more than ten seconds: folders and files in test/, as regular
 * expressions. `npm run test:quick` leaves them out; `npm test` begins with them in this order, so that no worker is left
 * alone with one.
 */

/** Those of more than half a minute, the longest first. */
const LONGEST = [
  'provider/versions',
  'provider/strategies',
  'memory/versions',
  'moves/moves',
  'crash/crash',
  'field/',
  'claims/scenarios',
  'provider/lifecycle-hooks',
  'clients/cdk',
  'provider-network/(hosts-without-zone|ipv6)',
  'provider/test-traffic',
  'slow-aws/eventual-consistency',
  'verify/',
  'provider/web-acl',
  'examples/video-archive',
];

const LONG = [
  'check/',
  'clients/',
  'cloudformation/(command-line|progress)',
  'ecs-engine/(lifecycle-hooks|service-connect|traffic-shifting)',
  'examples/',
  'external-listener/',
  'governance-fuzz/',
  'governance-rollout/(deployment|stackset|targets)',
  'migration/',
  'model-fuzz/',
  'moves/interruption',
  'packaging/(node-versions|registration)',
  'properties/(containers|domains|load-balancer|network-health-checks|scaling|service|target-groups)',
  'provider/(additional-load-balancers|deployments|dns-configuration|drift|first-deployment|lifecycle-functions|list|log-group|managed-resources|network-load-balancer|new-account|permissions|service-connect|roles|time)',
  'provider-network/(certificates|hand-made-changes|interruption|life-cycle|obstacles|quotas|sharing)',
  'registry-hook/package',
  'secrets/',
  'slow-aws/',
  'soak/',
  'start/',
];

module.exports = [...LONGEST, ...LONG];
