/** All experiments, cheap ones first, and the claims that none of them looks at. */
import type { ClaimId } from '../../local/claims';
import type { Experiment } from '../experiment';
import { infrastructureRole } from './infrastructure-role';
import { loadBalancer } from './load-balancer';
import { refusals } from './refusals';
import { rolling } from './rolling';
import { serviceDeployments } from './service-deployments';
import { stacks } from './stacks';
import { twoLoadBalancers } from './two-load-balancers';

export const EXPERIMENTS: readonly Experiment[] = [
  refusals,
  stacks,
  loadBalancer,
  rolling,
  infrastructureRole,
  twoLoadBalancers,
  serviceDeployments,
];

const NEEDS_REGISTERED_TYPE = 'needs a type or a hook that is registered in the account';

/** Ids of the claims that a run does not look at, each with the reason. */
export const UNSEEN: Readonly<Partial<Record<ClaimId, string>>> = {
  'acm.certificate-in-use': 'needs an issued certificate, and with it a domain',
  'acm.validates-over-public-dns': 'needs a registered domain',
  'cloudformation.attributes-are-read-only-properties': NEEDS_REGISTERED_TYPE,
  'cloudformation.ecs-service-desired-count':
    'is what the CloudFormation template reference states word by word',
  'cloudformation.import-existing': NEEDS_REGISTERED_TYPE,
  'cloudformation.import-existing-by-name': NEEDS_REGISTERED_TYPE,
  'cloudformation.import-reads': NEEDS_REGISTERED_TYPE,
  'cloudformation.import-update-previous': NEEDS_REGISTERED_TYPE,
  'cloudformation.nested-stacks': 'needs a template in a bucket',
  'cloudformation.progress-messages': NEEDS_REGISTERED_TYPE,
  'cloudformation.type-configuration-by-region': NEEDS_REGISTERED_TYPE,
  'cloudformation.warn-mode': NEEDS_REGISTERED_TYPE,
  'ecs.deployment-history-90-days': 'needs a service that was deployed 90 days ago',
  'ecs.lifecycle-stage-limit': 'takes 24 hours',
  'ecs.repeated-events-hidden': 'takes six hours',
  'ecs.service-linked-role-of-a-new-account': 'needs an account that has never used Amazon ECS',
  'iam.role-creation-eventual': 'says what may happen, which no run can contradict',
};
