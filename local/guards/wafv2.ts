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
  GetIPSetCommand,
  GetWebACLForResourceCommand,
  ListIPSetsCommand,
  ListWebACLsCommand,
  WAFV2Client,
  CreateIPSetCommand,
  type CreateIPSetCommandInput,
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

function duplicate(): AwsError {
  return new AwsError(
    'WAFDuplicateItemException',
    'AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.',
  );
}

function inUse(): AwsError {
  return new AwsError(
    'WAFAssociatedItemException',
    'AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s ' +
      'associated with another resource.',
  );
}

const REGIONAL = { Scope: 'REGIONAL' } as const;

/** ARNs of the IP sets that rules name, at whatever depth. */
function ipSetsIn(rules: unknown): string[] {
  const arns = JSON.stringify(rules ?? []).match(/arn:[^"]+:regional\/ipset\/[^"]+/g);
  return [...new Set(arns ?? [])];
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

  /** A rule names what is there, and what AWS WAF knows everywhere. */
  async function checkIpSets(region: string, rules: unknown): Promise<void> {
    for (const arn of ipSetsIn(rules)) {
      const [, , Name, Id] = arn.split('/');
      await waf(region).send(new GetIPSetCommand({ ...REGIONAL, Name, Id }));
      if (clock.now() < (availableAt.get(arn) ?? -Infinity)) throw unavailable();
    }
  }

  return {
    service: 'wafv2',
    operations: {
      async CreateIPSet({ region, input }) {
        const { IPSets = [] } = await waf(region).send(new ListIPSetsCommand(REGIONAL));
        if (IPSets.some(({ Name }) => Name === input.Name)) {
          throw duplicate();
        }
        const answer = await waf(region).send(new CreateIPSetCommand(input as CreateIPSetCommandInput));
        if (answers.holds('wafv2.new-ip-set-unavailable')) {
          availableAt.set(answer.Summary!.ARN!, clock.now() + limits.ipSetPropagation);
        }
        return output(answer);
      },

      async DeleteIPSet({ region, input: { Name, Id } }) {
        const { IPSet } = await waf(region).send(new GetIPSetCommand({ ...REGIONAL, Name, Id }));
        const { WebACLs = [] } = await waf(region).send(new ListWebACLsCommand(REGIONAL));
        for (const { Name: name, Id: id } of WebACLs) {
          const { WebACL } = await waf(region).send(
            new GetWebACLCommand({ ...REGIONAL, Name: name, Id: id }),
          );
          if (ipSetsIn(WebACL!.Rules).includes(IPSet!.ARN!)) throw inUse();
        }
        return undefined;
      },

      /** Of the one group that anybody asks for. */
      async DescribeManagedRuleGroup() {
        const namespace = 'awswaf:managed:aws:core-rule-set:';
        const label = answers.holds('wafv2.body-label') ? 'SizeRestrictions_Body' : 'SizeRestrictions_BODY';
        return {
          Capacity: 700,
          Rules: [{ Name: 'SizeRestrictions_BODY', Action: { Block: {} } }],
          LabelNamespace: namespace,
          AvailableLabels: [{ Name: namespace + label }],
        };
      },

      async UpdateWebACL({ region, input }) {
        await checkIpSets(region, input.Rules);
        return undefined;
      },

      async CreateWebACL({ region, input }) {
        const { WebACLs = [] } = await waf(region).send(new ListWebACLsCommand(REGIONAL));
        if (WebACLs.some(({ Name }) => Name === input.Name)) throw duplicate();
        await checkIpSets(region, input.Rules);
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
          throw inUse();
        }
        return undefined;
      },
    },
    reset() {
      availableAt.clear();
    },
  };
}
