/** Elastic Load Balancing (application and network load balancers). */
import { IAMClient } from '@aws-sdk/client-iam';
import { ServiceLinkedRole } from '../../service-linked-role';
import type { CertificateIssuance } from '../certificate-issuance';
import type { DefaultVpc } from '../default-vpc';
import type { GuardContext, ServiceGuard } from '../guard';
import type { LoadBalancerTimes } from '../load-balancer-times';
import { listenerCertificates } from './certificates';
import { Inventory } from './inventory';
import { listeners } from './listeners';
import { loadBalancers } from './load-balancers';
import { rules } from './rules';
import { Stickiness } from './stickiness';
import { TargetGroupChecks } from './target-group-checks';
import { targetGroups } from './target-groups';

export function elasticLoadBalancing(
  context: GuardContext,
  times: LoadBalancerTimes,
  issuance: CertificateIssuance,
  defaultVpc: DefaultVpc,
): ServiceGuard {
  const inventory = new Inventory(context);
  const stickiness = new Stickiness(inventory, context.answers);
  const checks = new TargetGroupChecks(context, inventory, stickiness);
  const groups = targetGroups(context, inventory, stickiness);
  const balancers = loadBalancers(context, inventory, times, defaultVpc);
  const role = new ServiceLinkedRole({
    ...context,
    iam: () => new IAMClient({ ...context.motoOptions, region: 'us-east-1' }),
    principal: 'elasticloadbalancing.amazonaws.com',
  });
  return {
    service: 'elasticloadbalancing',
    operations: {
      ...balancers,
      async CreateLoadBalancer(request) {
        const answer = await balancers.CreateLoadBalancer!(request);
        await role.use();
        return answer;
      },
      ...listeners(context, inventory, issuance, checks),
      ...listenerCertificates(context, inventory, issuance),
      ...rules(context, inventory, checks),
      ...groups.operations,
    },
    reset: () => {
      groups.reset();
      stickiness.reset();
      role.reset();
    },
  };
}
