/** AWS WAF: associations need a resource that exists, one web ACL for a resource, and hold the web ACL. */
import {
  ElasticLoadBalancingV2Client,
  DescribeLoadBalancersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DisassociateWebACLCommand,
  GetWebACLCommand,
  ListResourcesForWebACLCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { AwsError } from '../service';
import { regional, type GuardContext, type ServiceGuard } from './guard';

export function wafv2({ motoOptions }: GuardContext): ServiceGuard {
  const waf = regional(WAFV2Client, motoOptions);
  const elb = regional(ElasticLoadBalancingV2Client, motoOptions);

  async function checkResource(region: string, arn: string): Promise<void> {
    if (!arn.includes(':elasticloadbalancing:')) return;
    await elb(region)
      .send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }))
      .catch(() => {
        throw new AwsError(
          'WAFNonexistentItemException',
          `AWS WAF couldn’t perform the operation because your resource doesn’t exist: ${arn}`,
        );
      });
  }

  return {
    service: 'wafv2',
    operations: {
      async AssociateWebACL({ region, input }) {
        await checkResource(region, input.ResourceArn);
        await waf(region).send(new GetWebACLCommand({ ARN: input.WebACLArn }));
        // A new association takes the place of the old one; moto keeps both.
        await waf(region).send(new DisassociateWebACLCommand({ ResourceArn: input.ResourceArn }));
        return undefined;
      },

      async DisassociateWebACL({ region, input }) {
        await checkResource(region, input.ResourceArn);
        return undefined;
      },

      async DeleteWebACL({ region, input }) {
        const { Name, Scope, Id } = input;
        const { WebACL } = await waf(region).send(new GetWebACLCommand({ Name, Scope, Id }));
        const { ResourceArns = [] } = await waf(region).send(
          new ListResourcesForWebACLCommand({ WebACLArn: WebACL!.ARN }),
        );
        if (ResourceArns.length > 0) {
          throw new AwsError(
            'WAFAssociatedItemException',
            'AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s ' +
              'associated with another resource.',
          );
        }
        return undefined;
      },
    },
  };
}
