import {
  AddTagsCommand,
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  RemoveTagsCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { allOf } from '../../../core/all-of';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { gone } from '../../composition/part';
import { isVersion, shortHash } from '../../identity/identity';
import { done, wait } from '../../../core/outcome';
import { checkManaged, managedTags } from '../../memory/ownership';
import {
  exposureHash,
  targetGroupNamePrefix,
  type Exposure,
  type NetworkExposure,
  type ProtocolVersion,
} from '../../exposures';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { serviceGroupIn, survey, SURVEY_PERMISSIONS } from '../../sharing/survey';
import { tagChanges, tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import {
  creationSettings,
  healthCheckOf,
  protocolVersionOf,
  wantedHealthCheck,
  type HealthCheck,
  type TargetGroupSettings,
} from '../../properties/target-group-settings';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** A target group of a service. */
export interface ObservedTargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly protocolVersion: TargetGroupSettings['protocolVersion'];
  readonly healthCheck: HealthCheck;
  readonly tags: Tags;
}

/**
 * The target groups of a service: ECS moves the traffic from one to the other and back, deployment by deployment. A version has
 * one.
 */
export interface ObservedTargetGroups {
  /** ARNs of {@link members}. */
  readonly arns: readonly string[];
  /** Last parts of the ARNs, values of the CloudWatch dimension TargetGroup: `targetgroup/<name>/<id>`. */
  readonly fullNames: readonly string[];
  /** All of them, in the order of their names; fewer when some are absent. */
  readonly members: readonly ObservedTargetGroup[];
}

/** Port of targets that are registered without one; ECS registers all with the port of the container. */
const NOMINAL_PORT = 80;

type Place = Pick<Scope, 'identity' | 'ecsService'>;

/** By which the target groups of an ECS service refer to each other: a pair, or the one of a version. */
export function targetGroupNumbers({ identity, ecsService }: Place): readonly string[] {
  return isVersion(identity, ecsService) ? ['1'] : ['1', '2'];
}

/** Names of the target groups that an ECS service has in an exposure; 32 characters at most, as ELB wants it. */
function targetGroupNames(place: Place, exposure: Exposure): readonly string[] {
  const { identity, ecsService } = place;
  const hash = exposureHash(exposure);
  const own = isVersion(identity, ecsService) ? shortHash(`${hash} ${ecsService.arn}`, hash.length) : hash;
  return targetGroupNumbers(place).map((number) => `${targetGroupNamePrefix(identity)}${own}-${number}`);
}

interface TargetGroupProperties {
  readonly Name: string;
  readonly TargetType: 'ip';
  readonly Protocol: 'HTTP' | NetworkExposure['protocol'];
  readonly Port: number;
  readonly VpcId: string;
  readonly ProtocolVersion?: ProtocolVersion;
  readonly HealthCheckPath?: string;
  readonly Tags: readonly ResourceTag[];
}

/** The names of the target groups follow from the exposure, and its record is there: without it nobody finds them again. */
type Needs = {
  readonly ServiceSecurityGroup: ObservedServiceSecurityGroup;
};

/**
 * Two target groups, between which ECS shifts the traffic of a canary deployment, or the one of a version. How they are set when
 * they are there is the matter of target-group-settings.ts.
 */
export const targetGroups: Component<ObservedTargetGroups, Needs, TargetGroupProperties> = {
  kind: 'TargetGroups',
  needs: ['ServiceSecurityGroup'],
  per: 'exposure',
  perVersion: 'as found',
  permissions: {
    observe: [
      ...SURVEY_PERMISSIONS,
      'elasticloadbalancing:DescribeTags',
      'elasticloadbalancing:DescribeTargetGroups',
    ],
    apply: [
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateTargetGroup',
      'elasticloadbalancing:RemoveTags',
    ],
    remove: ['elasticloadbalancing:DeleteTargetGroup'],
  },

  desired(plan, _found, current) {
    const { exposure, network, spec, previousSpec } = plan;
    const live = current?.members[0]?.healthCheck;
    const { protocolVersion } = exposure;
    const settings = {
      ...spec.targetGroup,
      protocolVersion,
      healthCheck: live
        ? wantedHealthCheck(spec.targetGroup, previousSpec?.targetGroup, live)
        : spec.targetGroup.healthCheck,
    };
    return targetGroupNames(plan, exposure).map((Name, index) => ({
      name: String(index + 1),
      type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      properties: {
        Name,
        TargetType: 'ip',
        Protocol: 'protocol' in exposure ? exposure.protocol : 'HTTP',
        Port: NOMINAL_PORT,
        VpcId: network.vpcId,
        ...creationSettings(settings),
        Tags: tagList(managedTags(plan)),
      },
    }));
  },

  attributes: ({ members }) =>
    Object.fromEntries(
      members.map(({ arn, name }) => [
        name.slice(name.lastIndexOf('-') + 1),
        { Ref: arn, TargetGroupArn: arn, TargetGroupFullName: fullNameOf(arn) },
      ]),
    ),

  parts(scope, observed) {
    const type = 'AWS::ElasticLoadBalancingV2::TargetGroup';
    const members = observed?.members ?? [];
    const names = scope.exposure ? targetGroupNames(scope, scope.exposure) : [];
    const missing = names.filter((wanted) => !members.some(({ name }) => name === wanted));
    return [...members.map(({ arn }) => ({ type, arn })), ...missing.map(() => gone(type))];
  },

  async observe(scope) {
    if (!scope.exposure) return undefined;
    const found = await describe(scope, targetGroupNames(scope, scope.exposure));
    if (found.length === 0) return undefined;
    const tags = await tagsOf(
      scope,
      found.map(({ TargetGroupArn }) => TargetGroupArn!),
    );
    const members = found
      .map((group) => observed(group, tags[group.TargetGroupArn!] ?? {}))
      .filter(({ name, tags }) =>
        checkManaged(scope, tags, {
          what: `target group ${name}`,
          propertyPath: 'ServiceName',
          remedy: 'Delete the target group, or choose another ServiceName',
        }),
      );
    return members.length > 0 ? together(members) : undefined;
  },

  async apply(scope, _needs, current) {
    const made = await allOf(
      Object.values(scope.desired).map((wanted) => {
        const existing = current?.members.find(({ name }) => name === wanted.Name);
        return existing ? withTags(scope, existing) : create(scope, wanted);
      }),
    );
    return done(together(made));
  },

  async remove({ clients }, _found, { arns }) {
    try {
      await allOf(
        arns.map((TargetGroupArn) =>
          unless(
            clients.elasticLoadBalancing.send(new DeleteTargetGroupCommand({ TargetGroupArn })),
            'TargetGroupNotFoundException',
          ),
        ),
      );
    } catch (error) {
      if (!isSdkError(error, 'ResourceInUseException')) throw error;
      return wait('the load balancer to let go of the target groups', 5);
    }
    return done(undefined);
  },
};

async function describe(scope: Scope, names: readonly string[]): Promise<TargetGroup[]> {
  const { elasticLoadBalancing } = scope.clients;
  const answer = await unless(
    elasticLoadBalancing.send(new DescribeTargetGroupsCommand({ Names: [...names] })),
    'TargetGroupNotFoundException',
  );
  if (answer) return answer.TargetGroups ?? [];
  // One of them may be there, though. Not worth a look when a service is made: what is there then is made again.
  const isNew = scope.spec && !serviceGroupIn(await survey(scope), scope.identity);
  if (names.length === 1 || isNew) return [];
  const found = await Promise.all(names.map((name) => describe(scope, [name])));
  return found.flat();
}

async function tagsOf({ clients }: Scope, arns: readonly string[]): Promise<Record<string, Tags>> {
  const { TagDescriptions = [] } = await clients.elasticLoadBalancing.send(
    new DescribeTagsCommand({ ResourceArns: [...arns] }),
  );
  return Object.fromEntries(
    TagDescriptions.map(({ ResourceArn, Tags: tags }) => [ResourceArn, tagRecord(tags)]),
  );
}

async function create(scope: ApplyScope, wanted: TargetGroupProperties): Promise<ObservedTargetGroup> {
  // Made again with the same settings, as after an answer that was lost, it is answered as it is.
  const { TargetGroups = [] } = await scope.clients.elasticLoadBalancing.send(
    new CreateTargetGroupCommand({ ...wanted, Tags: [...wanted.Tags] }),
  );
  return observed(TargetGroups[0]!, tagRecord(wanted.Tags));
}

async function withTags(scope: ApplyScope, current: ObservedTargetGroup): Promise<ObservedTargetGroup> {
  return { ...current, tags: await changeElbTags(scope, current) };
}

/**
 * Give a resource of the load balancer the author's tags.
 *
 * @param own what it has beside those.
 * @returns the tags it has then.
 */
export async function changeElbTags(
  scope: ApplyScope,
  { arn, tags }: { readonly arn: string; readonly tags: Tags },
  own: Tags = {},
): Promise<Tags> {
  const { elasticLoadBalancing } = scope.clients;
  const { set, remove } = tagChanges(tags, { ...managedTags(scope), ...own }, scope.removedTagKeys);
  if (Object.keys(set).length > 0) {
    await elasticLoadBalancing.send(new AddTagsCommand({ ResourceArns: [arn], Tags: tagList(set) }));
  }
  if (remove.length > 0) {
    await elasticLoadBalancing.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys: [...remove] }));
  }
  const kept = Object.entries(tags).filter(([key]) => !remove.includes(key));
  return { ...Object.fromEntries(kept), ...set };
}

function observed(group: TargetGroup, tags: Tags): ObservedTargetGroup {
  return {
    arn: group.TargetGroupArn!,
    name: group.TargetGroupName!,
    protocolVersion: protocolVersionOf(group),
    healthCheck: healthCheckOf(group),
    tags,
  };
}

function together(members: readonly ObservedTargetGroup[]): ObservedTargetGroups {
  const sorted = [...members].sort((a, b) => (a.name < b.name ? -1 : 1));
  const arns = sorted.map(({ arn }) => arn);
  return { arns, fullNames: arns.map(fullNameOf), members: sorted };
}

function fullNameOf(arn: string): string {
  return arn.slice(arn.indexOf('targetgroup/'));
}
