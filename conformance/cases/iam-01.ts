import { single } from '../../hooks/engine/rule';
import type { RuleCases } from '../labelled-case';

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: unknown, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const policy = (...statements: object[]) =>
  single('AWS::IAM::Policy', { PolicyName: 'app', PolicyDocument: document(...statements) });
const managed = (...statements: object[]) =>
  single('AWS::IAM::ManagedPolicy', { PolicyDocument: document(...statements) });
const role = (...statements: object[]) =>
  single('AWS::IAM::Role', { Policies: [{ PolicyName: 'app', PolicyDocument: document(...statements) }] });

const BUCKET = 'arn:aws:s3:::bucket';
const narrow = [
  allow(['s3:ListBucket*', 's3:HeadBucket', 's3:Get*'], [BUCKET, `${BUCKET}/*`]),
  allow('s3:PutObject*', `${BUCKET}/*`),
];
const wide = allow(['s3:HeadBucket', '*'], [BUCKET, `${BUCKET}/*`, '*']);
const checkovInputs = {
  pass: { policy: policy(...narrow), role: role(...narrow) },
  fail: { policy: policy(wide), role: role(allow('*', '*')) },
  skip: {
    'a document as text, under a condition that always holds': {
      Conditions: { Always: { 'Fn::Equals': [0, 0] } },
      ...single('AWS::IAM::Role', {
        Policies: {
          'Fn::If': [
            'Always',
            [{ PolicyName: 'app', PolicyDocument: { 'Fn::Sub': JSON.stringify(document(allow('*', '*'))) } }],
            { Ref: 'AWS::NoValue' },
          ],
        },
      }),
    },
  },
};

export const cases: RuleCases = {
  rule: 'IAM-01',
  checks: [
    { tool: 'checkov', check: 'CKV_AWS_62', ...checkovInputs },
    {
      tool: 'checkov',
      check: 'CKV_AWS_63',
      ...checkovInputs,
      pass: {
        ...checkovInputs.pass,
        'a list instead of a document': single('AWS::IAM::Policy', { PolicyDocument: [{ Statement: [] }] }),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'IAMPolicyNoStatementsWithAdminAccess',
      pass: {
        'whole services': managed(
          allow('glacier:DescribeJob', '*'),
          allow('glacier:*', '*'),
          allow('s3:*', `${BUCKET}/*`),
        ),
      },
      fail: {
        'everything on a pattern': managed(allow('*', 'arn*')),
        'in the second statement': managed(
          allow('glacier:DescribeJob', '*'),
          allow(['glacier:DescribeJob', '*'], '*'),
        ),
        'among other actions': policy(allow(['glacier:DescribeJob', '*'], '*')),
        'among other resources': policy(allow(['s3:CreateBucket', '*'], [BUCKET, '*'])),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'IAMPolicyNoStatementsWithFullAccess',
      pass: {
        'named actions': managed(
          allow('glacier:DescribeJob', '*'),
          allow('s3:ListAllMyBuckets', 'arn:aws:s3:::*'),
          allow('s3:ListAllMyBuckets', '*'),
        ),
      },
      fail: {
        'everything on a pattern': managed(allow('*', 'arn*')),
        'a whole service': managed(allow('s3:*', BUCKET)),
        'everything on one bucket': policy(allow(['s3:GetBucketAcl', '*'], BUCKET)),
        'a whole service among other actions': policy(allow(['s3:GetBucketAcl', 's3:*'], BUCKET)),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'IAMNoWildcardPermissions',
      pass: { 'named action and resource': policy(allow('s3:ListBucket', BUCKET)) },
      fail: {
        'every resource': role(allow('s3:PutObject', '*')),
        'a whole service': policy(allow('s3:*', BUCKET)),
        'a pattern of resources': role(allow('s3:PutObject', `${BUCKET}/*`)),
      },
    },
  ],
};
