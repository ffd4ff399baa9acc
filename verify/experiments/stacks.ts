/** Stacks of resources that cost nothing. */
import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Experiment, Sighting } from '../experiment';
import type { Laboratory } from '../laboratory';

type Template = Readonly<Record<string, unknown>>;

const TOPIC = { Type: 'AWS::SNS::Topic' };

/** Wait until a stack has come to rest. @returns its status. */
function settled(laboratory: Laboratory, StackName: string): Promise<string> {
  return laboratory.until(`stack ${StackName} to come to rest`, 15, async () => {
    const { Stacks } = await laboratory.clients.cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const status = Stacks![0]!.StackStatus!;
    return status.endsWith('_IN_PROGRESS') ? undefined : status;
  });
}

async function create(laboratory: Laboratory, word: string, template: Template): Promise<[string, string]> {
  const StackName = laboratory.name(word);
  await laboratory.clients.cloudFormation.send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template) }),
  );
  return [StackName, await settled(laboratory, StackName)];
}

async function reasons({ clients }: Laboratory, StackName: string): Promise<string[]> {
  const { StackEvents = [] } = await clients.cloudFormation.send(
    new DescribeStackEventsCommand({ StackName }),
  );
  return StackEvents.flatMap(({ ResourceStatusReason }) => ResourceStatusReason ?? []);
}

async function rollback(laboratory: Laboratory): Promise<Sighting> {
  const LogGroupName = laboratory.name('taken');
  await laboratory.clients.logs.send(new CreateLogGroupCommand({ logGroupName: LogGroupName }));
  const [, status] = await create(laboratory, 'rollback', {
    Resources: {
      Topic: TOPIC,
      Group: { Type: 'AWS::Logs::LogGroup', DependsOn: 'Topic', Properties: { LogGroupName } },
    },
  });
  return { holds: status === 'ROLLBACK_COMPLETE', seen: `the stack ends ${status}` };
}

async function exportsInUse(laboratory: Laboratory): Promise<Sighting> {
  const Name = laboratory.name('export');
  const exporting = (value: string) => ({
    Resources: { Topic: TOPIC },
    Outputs: { Value: { Value: value, Export: { Name } } },
  });
  const [exporter] = await create(laboratory, 'exporter', exporting('one'));
  await create(laboratory, 'importer', {
    Resources: {
      Topic: { ...TOPIC, Properties: { DisplayName: { 'Fn::ImportValue': Name } } },
    },
  });
  await laboratory.clients.cloudFormation.send(
    new UpdateStackCommand({ StackName: exporter, TemplateBody: JSON.stringify(exporting('two')) }),
  );
  const status = await settled(laboratory, exporter);
  const told = (await reasons(laboratory, exporter)).find((reason) => reason.includes('in use by'));
  return {
    holds:
      status === 'UPDATE_ROLLBACK_COMPLETE' &&
      /^Export .* cannot be updated as it is in use by /.test(told ?? ''),
    seen: `the update ends ${status}: ${told ?? 'without a reason'}`,
  };
}

async function unknownInChangeSets(laboratory: Laboratory): Promise<Sighting> {
  const { cloudFormation } = laboratory.clients;
  const StackName = laboratory.name('unknown');
  const { Id: ChangeSetName } = await cloudFormation.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName: 'new',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify({
        Resources: {
          First: TOPIC,
          Second: {
            ...TOPIC,
            Properties: {
              DisplayName: { 'Fn::Select': [5, { 'Fn::Split': [':', { Ref: 'First' }] }] },
            },
          },
        },
      }),
    }),
  );
  const { Status, StatusReason } = await laboratory.until('the change set', 5, async () => {
    const described = await cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName, StackName }));
    return described.Status?.endsWith('_IN_PROGRESS') || described.Status?.endsWith('_PENDING')
      ? undefined
      : described;
  });
  return {
    holds: Status === 'CREATE_COMPLETE',
    seen: `the change set is ${Status}${StatusReason ? `: ${StatusReason}` : ''}`,
  };
}

async function waitConditions(laboratory: Laboratory): Promise<Sighting> {
  const [stackName, status] = await create(laboratory, 'wait', {
    Resources: {
      Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
      Wait: {
        Type: 'AWS::CloudFormation::WaitCondition',
        Properties: { Handle: { Ref: 'Handle' }, Timeout: '60' },
      },
    },
  });
  const told = (await reasons(laboratory, stackName)).find((reason) => reason.includes('WaitCondition'));
  return {
    holds: status === 'ROLLBACK_COMPLETE' && /timed out.*0 conditions when expecting 1/.test(told ?? ''),
    seen: `without a signal the stack ends ${status}: ${told ?? 'without a reason'}`,
  };
}

async function securityGroupRules(laboratory: Laboratory): Promise<Sighting> {
  const rule = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '10.0.0.0/8' };
  const [StackName, status] = await create(laboratory, 'rules', {
    Resources: {
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'Group of an experiment' } },
      Rule: {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: { GroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] }, ...rule },
      },
    },
  });
  const { StackResourceDetail } = await laboratory.clients.cloudFormation.send(
    new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'Rule' }),
  );
  const id = StackResourceDetail?.PhysicalResourceId ?? '';
  return { holds: id.startsWith('sgr-'), seen: `the stack ends ${status}, the rule is ${id || 'nothing'}` };
}

export const stacks: Experiment = {
  name: 'stacks',
  title:
    'stacks: one that fails, two that share an export, a change set of what is not yet known, a wait condition, a rule of a security group',
  claims: [
    'cloudformation.rollback-after-failed-create',
    'cloudformation.exports-in-use',
    'cloudformation.unknown-in-change-sets',
    'cloudformation.wait-conditions',
    'cloudformation.security-group-rules',
  ],
  uses: [],
  minutes: 10,
  async run(laboratory) {
    return {
      'cloudformation.rollback-after-failed-create': await rollback(laboratory),
      'cloudformation.exports-in-use': await exportsInUse(laboratory),
      'cloudformation.unknown-in-change-sets': await unknownInChangeSets(laboratory),
      'cloudformation.wait-conditions': await waitConditions(laboratory),
      'cloudformation.security-group-rules': await securityGroupRules(laboratory),
    };
  },
};
