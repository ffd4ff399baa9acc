import { type Outcome, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, flag, integer, single } from '../../engine/rule';
import { any, not } from '../../engine/truth';
import { ORGANISATION_SERVICE } from '../../resources/containers';
import { isOrganisationService, unlessDefault } from '../../resources/organisation-service';

const LOG_GROUP = 'AWS::Logs::LogGroup';

/** How long Org::ECS::ExpressService keeps logs where the template does not say. */
const DEFAULT_DAYS = 30;

export const rule = defineRule({
  id: 'LOG-02',
  group: 'LOG-01',
  title: 'Log groups keep logs long enough, and not for ever',
  severity: 'MEDIUM',
  targets: [LOG_GROUP, ORGANISATION_SERVICE],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.CLOUDWATCH.PR.2'],
    'AWS Config': ['cw-loggroup-retention-period-check'],
    checkov: ['CKV_AWS_66'],
    cfn_nag: ['W86'],
    'Guard rules registry': ['CW_LOGGROUP_RETENTION_PERIOD_CHECK'],
  },
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html',
  rationale:
    'Logs that are gone when an incident is noticed explain nothing; logs kept for ever cost and leak.',
  remedy: 'Set RetentionInDays to what the profile asks for.',
  parameters: {
    minimumDays: integer('Least retention in days.', 30, { minimum: 1 }),
    acceptUnlimited: flag('Accept log groups without retention, which keep logs for ever.', false),
  },
  check: ({ resource, parameters: { minimumDays, acceptUnlimited } }): Outcome => {
    if (isOrganisationService(resource)) {
      const given = resource.at('LogRetentionInDays');
      return when(not(resource.at('PrimaryContainer.AwsLogsConfiguration.LogGroup').isSet()), () =>
        requires(
          given.or(DEFAULT_DAYS).atLeast(minimumDays),
          `logs have to be kept for at least ${minimumDays} days`,
          unlessDefault(resource, given),
        ),
      );
    }
    const retention = resource.at('RetentionInDays');
    const isLongEnough = retention.atLeast(minimumDays);
    return requires(
      acceptUnlimited ? any(isLongEnough, not(retention.isSet())) : isLongEnough,
      `logs have to be kept for at least ${minimumDays} days${acceptUnlimited ? '' : ', and not for ever'}`,
    );
  },
});

const logGroup = (RetentionInDays?: unknown, rest?: object) => single(LOG_GROUP, { RetentionInDays }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'an organisation service by its default', template: single(ORGANISATION_SERVICE, {}) },
    {
      title: 'an organisation service with a log group that stands elsewhere',
      template: single(ORGANISATION_SERVICE, {
        LogRetentionInDays: 1,
        PrimaryContainer: { AwsLogsConfiguration: { LogGroup: 'a', LogStreamPrefix: 'b' } },
      }),
    },
    { title: 'long enough', template: logGroup(365) },
    {
      title: 'for ever, which the profile accepts',
      template: logGroup(),
      parameters: { acceptUnlimited: true },
    },
  ],
  fail: [
    { title: 'an organisation service', template: single(ORGANISATION_SERVICE, { LogRetentionInDays: 7 }) },
    { title: 'for ever', template: logGroup() },
    { title: 'too short', template: logGroup(7) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: logGroup({ Ref: 'Days' }, { Parameters: { Days: { Type: 'Number' } } }),
    },
  ],
});
