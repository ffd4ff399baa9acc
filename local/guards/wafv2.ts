/** AWS WAF: associations need a resource that exists, one web ACL for a resource, and hold the web ACL. */
import {
  ElasticLoadBalancingV2Client,
  DescribeLoadBalancersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DisassociateWebACLCommand,
  GetWebACLCommand,
  GetWebACLForResourceCommand,
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

  /** The load balancers that a web ACL protects. moto cannot list them. */
  async function protectedBy(region: string, webAclArn: string): Promise<string[]> {
    const { LoadBalancers = [] } = await elb(region).send(new DescribeLoadBalancersCommand({}));
    const arns = LoadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn!);
    const acls = await Promise.all(
      arns.map((ResourceArn) => waf(region).send(new GetWebACLForResourceCommand({ ResourceArn }))),
    );
    return arns.filter((_arn, index) => acls[index].WebACL?.ARN === webAclArn);
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

      async ListResourcesForWebACL({ region, input }) {
        const { ResourceType = 'APPLICATION_LOAD_BALANCER' } = input;
        await waf(region).send(new GetWebACLCommand({ ARN: input.WebACLArn }));
        return {
          ResourceArns:
            ResourceType === 'APPLICATION_LOAD_BALANCER' ? await protectedBy(region, input.WebACLArn) : [],
        };
      },

      async DeleteWebACL({ region, input }) {
        const { Name, Scope, Id } = input;
        const { WebACL } = await waf(region).send(new GetWebACLCommand({ Name, Scope, Id }));
        if ((await protectedBy(region, WebACL!.ARN!)).length > 0) {
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
