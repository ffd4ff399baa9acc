import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  ListTagsForResourceCommand,
  OperationAbortedException,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteLoggingConfigurationCommand,
  GetLoggingConfigurationCommand,
  PutLoggingConfigurationCommand,
  type LoggingConfiguration,
} from '@aws-sdk/client-wafv2';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { HandlerError } from '../../../core/failure';
import { done, wait } from '../../../core/outcome';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { gone, type PartScope } from '../../composition/part';
import { keyOf, sharedName } from '../../exposures';
import { tagList, tagRecord, type ResourceTag } from '../../identity/tags';
import { sharedBy, sharedTag } from '../../memory/ownership';
import { isServing } from '../../memory/recorded-exposures';
import { LOGGED_LABEL, logsRequests, rulesOfService } from '../../properties/web-acl-rules';
import { unavailable, webAclInPlace, WEB_ACL_LOOK_PERMISSIONS } from '../../sharing/web-acl';
import { isOrphaned, ORPHAN_PERMISSIONS, wantsWebAcl, type ObservedWebAcl } from './web-acl';

/** What is made so that requests are logged. */
export interface ObservedWebAclLogging {
  /** Whether the log group is there. */
  readonly hasLogGroup: boolean;
  /** Whether the web ACL logs, wherever that goes. */
  readonly isOn: boolean;
}

type Needs = {
  /** Undefined where there is none. */
  WebAcl?: ObservedWebAcl;
};

type LoggingProperties = LogGroupProperties | ConfigurationProperties;

interface LogGroupProperties {
  readonly LogGroupName: string;
  readonly RetentionInDays: number;
  readonly Tags: readonly ResourceTag[];
}

type ConfigurationProperties = Pick<
  LoggingConfiguration,
  'ResourceArn' | 'LogDestinationConfigs' | 'RedactedFields' | 'LoggingFilter'
>;

/** AWS WAF logs to no log group whose name begins otherwise (AWS WAF Developer Guide, "Logging destinations"). */
const LOG_GROUP_PREFIX = 'aws-waf-logs-';

/** Days for which logs are kept. The log group is one of several services, so that none of their templates says it. */
const RETENTION_IN_DAYS = 30;

/** Headers that may carry secrets. */
const REDACTED = ['authorization', 'cookie'];

/** Names of the two resources. */
const [LOG_GROUP, CONFIGURATION] = ['log group', 'configuration'] as const;

/**
 * The log group of a web ACL that services share, and what sends requests there: those of the services that ask for it, which
 * their rules give a label. Both are made with the first service that asks for it, and go with the web ACL; what people change of
 * them stays.
 */
export const webAclLogging: Component<ObservedWebAclLogging | undefined, Needs, LoggingProperties> = {
  kind: 'WebAclLogging',
  needs: ['WebAcl'],
  removedAfter: ['LoadBalancer', 'WebAclRules'],
  shared: true,
  per: 'load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: [...WEB_ACL_LOOK_PERMISSIONS, 'logs:ListTagsForResource', 'wafv2:GetLoggingConfiguration'],
    apply: [
      'logs:CreateLogDelivery',
      'logs:CreateLogGroup',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:PutResourcePolicy',
      'logs:PutRetentionPolicy',
      'logs:TagResource',
      'wafv2:PutLoggingConfiguration',
    ],
    observeForRemoval: ['logs:ListTagsForResource'],
    remove: [
      ...ORPHAN_PERMISSIONS,
      'logs:DeleteLogDelivery',
      'logs:DeleteLogGroup',
      'wafv2:DeleteLoggingConfiguration',
    ],
  },

  desired(plan, { WebAcl }) {
    const name = sharedName(plan.exposure);
    if (name === undefined || !plan.spec.webAcl?.logging || !wantsWebAcl(plan, WebAcl)) return [];
    const { accountId } = plan.identity;
    const logGroup = {
      LogGroupName: LOG_GROUP_PREFIX + name,
      RetentionInDays: RETENTION_IN_DAYS,
      Tags: tagList(sharedTag(keyOf(name))),
    };
    const LabelName = `awswaf:${accountId}:webacl:${name}:${LOGGED_LABEL}`;
    const configuration = {
      ResourceArn: plan.refer('WebAcl', 'Arn'),
      LogDestinationConfigs: [logGroupArn(plan, name)],
      RedactedFields: REDACTED.map((Name) => ({ SingleHeader: { Name } })),
      LoggingFilter: {
        DefaultBehavior: 'DROP' as const,
        Filters: [
          {
            Behavior: 'KEEP' as const,
            Requirement: 'MEETS_ANY' as const,
            Conditions: [{ LabelNameCondition: { LabelName } }],
          },
        ],
      },
    };
    return [
      { name: LOG_GROUP, type: 'AWS::Logs::LogGroup', shared: true, properties: logGroup },
      {
        name: CONFIGURATION,
        type: 'AWS::WAFv2::LoggingConfiguration',
        shared: true,
        properties: configuration,
      },
    ];
  },

  parts(scope, observed) {
    if (!observed?.isOn) return [];
    const arn = logGroupArn(scope, sharedName(scope.exposure)!);
    return [
      ...(observed.hasLogGroup ? [{ type: 'AWS::Logs::LogGroup', arn }] : [gone('AWS::Logs::LogGroup', arn)]),
      { type: 'AWS::WAFv2::LoggingConfiguration' },
    ];
  },

  async observe(scope, { WebAcl }) {
    const name = sharedName(scope.exposure);
    if (name === undefined || !WebAcl?.shared || !(await mayLog(scope))) return undefined;
    const hasLogGroup = await findLogGroup(scope, name);
    // The log group is made first and removed last.
    if (scope.isRemoval) return hasLogGroup ? { hasLogGroup, isOn: true } : undefined;
    const look = scope.clients.wafv2.send(
      new GetLoggingConfigurationCommand({ ResourceArn: WebAcl.shared.arn }),
    );
    const isOn = (await unless(look, 'WAFNonexistentItemException')) !== undefined;
    return hasLogGroup || isOn ? { hasLogGroup, isOn } : undefined;
  },

  async apply(scope, _needs, current) {
    const logGroup = scope.desired[LOG_GROUP] as LogGroupProperties | undefined;
    const configuration = scope.desired[CONFIGURATION] as ConfigurationProperties | undefined;
    if (!logGroup || !configuration) return done(current);
    try {
      // The last call says that those before it have been made.
      if (!current?.hasLogGroup || !current.isOn) await createLogGroup(scope, logGroup);
      if (!current?.isOn) {
        const LoggingConfiguration = { ...configuration, LogType: 'WAF_LOGS', LogScope: 'CUSTOMER' } as const;
        await scope.clients.wafv2.send(new PutLoggingConfigurationCommand({ LoggingConfiguration }));
      }
    } catch (error) {
      if (error instanceof OperationAbortedException || isSdkError(error, 'WAFOptimisticLockException')) {
        return wait(`another change to log group ${logGroup.LogGroupName}`, 2);
      }
      if (isSdkError(error, 'WAFUnavailableEntityException', 'WAFNonexistentItemException')) {
        return unavailable(`AWS WAF to know the web ACL that logs to ${logGroup.LogGroupName}`);
      }
      throw error;
    }
    return done({ hasLogGroup: true, isOn: true });
  },

  async remove(scope, { WebAcl }) {
    if (!WebAcl?.shared || !(await isOrphaned(scope, WebAcl.shared))) return done(undefined);
    const { wafv2, cloudWatchLogs } = scope.clients;
    const { arn: ResourceArn, Name } = WebAcl.shared;
    const logGroupName = LOG_GROUP_PREFIX + Name;
    await unless(
      wafv2.send(new DeleteLoggingConfigurationCommand({ ResourceArn })),
      'WAFNonexistentItemException',
    );
    try {
      await unless(
        cloudWatchLogs.send(new DeleteLogGroupCommand({ logGroupName })),
        'ResourceNotFoundException',
      );
    } catch (error) {
      if (error instanceof OperationAbortedException)
        return wait(`another change to log group ${logGroupName}`, 2);
      throw error;
    }
    return done(undefined);
  },
};

function logGroupArn(
  { identity: { partition, region, accountId } }: Pick<PartScope, 'identity'>,
  name: string,
): string {
  return `arn:${partition}:logs:${region}:${accountId}:log-group:${LOG_GROUP_PREFIX}${name}`;
}

/** Whether there may be anything. READ tells of it where requests of the service are logged. */
async function mayLog(scope: Scope): Promise<boolean> {
  const { spec, identity } = scope;
  if (spec) return spec.webAcl?.logging === true;
  if (scope.isRemoval || !isServing(scope)) return true;
  const { shared } = await webAclInPlace(scope);
  const own = shared && rulesOfService(identity, shared);
  return logsRequests(Object.values(own?.rules ?? {}));
}

/** Whether the log group is there. @throws HandlerError ResourceConflict when there is one of somebody else's that is needed. */
async function findLogGroup(scope: Scope, name: string): Promise<boolean> {
  const listed = await unless(
    scope.clients.cloudWatchLogs.send(
      new ListTagsForResourceCommand({ resourceArn: logGroupArn(scope, name) }),
    ),
    'ResourceNotFoundException',
  );
  if (!listed) return false;
  if (sharedBy(listed.tags ?? {}) !== undefined) return true;
  if (!scope.spec) return false;
  throw new HandlerError(
    'ResourceConflict',
    `log group ${LOG_GROUP_PREFIX}${name} is not made by this resource type`,
    { propertyPath: 'WebAcl/Logging', remedy: 'Delete it, or remove Logging' },
  );
}

async function createLogGroup(
  { clients: { cloudWatchLogs } }: ApplyScope,
  { LogGroupName: logGroupName, RetentionInDays: retentionInDays, Tags }: LogGroupProperties,
): Promise<void> {
  await unless(
    cloudWatchLogs.send(new CreateLogGroupCommand({ logGroupName, tags: { ...tagRecord(Tags) } })),
    'ResourceAlreadyExistsException',
  );
  await cloudWatchLogs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
}
