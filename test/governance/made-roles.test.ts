/** The roles that the type makes are roles that the rules let pass. */
import { evaluate } from '../../hooks/engine/evaluate';
import { templateInput } from '../../hooks/engine/inputs';
import { policyOf } from '../../hooks/engine/policy';
import { PROFILES } from '../../hooks/profiles';
import { rules } from '../../hooks/rules';
import { planService } from '../../plan/service';
import { cloudFormationTemplate } from '../../src/core/graph';
import type { ResourceModel } from '../../src/express-service/model';

const strict = PROFILES['strict']!;
const everything = policyOf(
  {
    ...strict,
    rules: Object.fromEntries(rules.map(({ id }) => [id, { ...strict.rules?.[id], mode: 'fail' as const }])),
  },
  rules,
);

const MODEL = {
  PrimaryContainer: {
    Image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/hello:1',
    Secrets: [
      { Name: 'DB', ValueFrom: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf' },
      { Name: 'KEY', ValueFrom: '/app/key' },
    ],
    EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::settings/a.env' }],
  },
  Volumes: [{ Name: 'data', ManagedEBSVolume: { SizeInGiB: 10 } }],
  TaskPolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::orders/*' }],
  },
  TaskPolicyArns: ['arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess'],
  EnableExecuteCommand: true,
};

test('no rule refuses one, whatever profile there is', () => {
  const { resources } = planService('Hello', MODEL as unknown as ResourceModel);
  const roles = resources.filter(({ type }) => type === 'AWS::IAM::Role');
  expect(roles.map(({ id }) => id.node)).toEqual(['ExecutionRole', 'InfrastructureRole', 'TaskRole']);
  const judged = evaluate(templateInput(cloudFormationTemplate(roles)).template, everything.rules);
  expect(judged.length).toBeGreaterThan(0);
  expect(judged.filter(({ status }) => status !== 'pass').flatMap(({ problems }) => problems)).toEqual([]);
});
