/** AWS WAF: associations need a resource and a web ACL that WAF knows, one web ACL for a resource, and hold the web ACL. */
import {
  ElasticLoadBalancingV2Client,
  DescribeLoadBalancersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateWebACLCommand,
  type CreateWebACLCommandInput,
  DisassociateWebACLCommand,
  GetWebACLCommand,
  GetWebACLForResourceCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { AwsError } from '../service';
import { output, regional, type GuardContext, type ServiceGuard } from './guard';
import type { LoadBalancerTimes } from './load-balancer-times';

/** As it was seen on AWS. */
function unavailable(): AwsError {
  return new AwsError(
    'WAFUnavailableEntityException',
    'AWS WAF couldn’t retrieve the resource that you requested. Retry your request.',
  );
}

export function wafv2(
  { answers, clock, limits, motoOptions }: GuardContext,
  times: LoadBalancerTimes,
): ServiceGuard {
  const waf = regional(WAFV2Client, motoOptions);
  const elb = regional(ElasticLoadBalancingV2Client, motoOptions);

  /** Virtual milliseconds at which web ACLs can be associated, by ARN. */
  const availableAt = new Map<string, number>();

  function nonexistent(arn: string): AwsError {
    return new AwsError(
      'WAFNonexistentItemException',
      `AWS WAF couldn’t perform the operation because your resource doesn’t exist: ${arn}`,
    );
  }

  async function checkResource(region: string, arn: string): Promise<void> {
    if (!arn.includes(':elasticloadbalancing:')) return;
    await elb(region)
      .send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }))
      .catch(() => {
        throw nonexistent(arn);
      });
  }

  /** What was made a moment ago is not known everywhere in AWS WAF. */
  function checkAvailable(webAclArn: string, resourceArn: string): void {
    if (clock.now() < (availableAt.get(webAclArn) ?? -Infinity)) throw unavailable();
    if (!times.isProvisioning(resourceArn)) return;
    throw answers.holds('wafv2.new-load-balancer-unavailable') ? unavailable() : nonexistent(resourceArn);
  }

  /** The load balancers that a web ACL protects. moto cannot list them. */
  async function protectedBy(region: string, webAclArn: string): Promise<string[]> {
    const { LoadBalancers = [] } = await elb(region).send(new DescribeLoadBalancersCommand({}));
    const arns = LoadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn!);
    const acls = await Promise.all(
      arns.map((ResourceArn) => waf(region).send(new GetWebACLForResourceCommand({ ResourceArn }))),
    );
    return arns.filter((_arn, index) => acls[index]!.WebACL?.ARN === webAclArn);
  }

  return {
    service: 'wafv2',
    operations: {
      async CreateWebACL({ region, input }) {
        const answer = await waf(region).send(new CreateWebACLCommand(input as CreateWebACLCommandInput));
        if (answers.holds('wafv2.new-web-acl-unavailable')) {
          availableAt.set(answer.Summary!.ARN!, clock.now() + limits.webAclPropagation);
        }
        return output(answer);
      },

      async AssociateWebACL({ region, input }) {
        await checkResource(region, input.ResourceArn);
        await waf(region).send(new GetWebACLCommand({ ARN: input.WebACLArn }));
        checkAvailable(input.WebACLArn, input.ResourceArn);
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
    reset() {
      availableAt.clear();
    },
  };
}
