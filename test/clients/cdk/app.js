// A CDK application with one stack for each synthesizer. Context `tag`: the tag of the image that the service runs.
const { join } = require('node:path');
const {
  App,
  BootstraplessSynthesizer,
  CfnOutput,
  CfnResource,
  CliCredentialsStackSynthesizer,
  LegacyStackSynthesizer,
  Stack,
} = require('aws-cdk-lib');
const { Asset } = require('aws-cdk-lib/aws-s3-assets');

const app = new App();
const tag = app.node.tryGetContext('tag') ?? '1';

function role(stack, id, service, policy) {
  const role = new CfnResource(stack, id, {
    type: 'AWS::IAM::Role',
    properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      },
      ManagedPolicyArns: [`arn:aws:iam::aws:policy/${policy}`],
    },
  });
  return role.getAtt('Arn');
}

const shop = new Stack(app, 'Shop');
const service = new CfnResource(shop, 'Service', {
  type: 'Org::ECS::ExpressService',
  properties: {
    ServiceName: 'shop',
    LogRetentionInDays: 30,
    PrimaryContainer: { Image: `public.ecr.aws/docker/library/httpd:${tag}` },
    ExecutionRoleArn: role(
      shop,
      'ExecutionRole',
      'ecs-tasks.amazonaws.com',
      'service-role/AmazonECSTaskExecutionRolePolicy',
    ),
    InfrastructureRoleArn: role(
      shop,
      'InfrastructureRole',
      'ecs.amazonaws.com',
      'AmazonECSInfrastructureRolePolicyForLoadBalancers',
    ),
  },
});
const file = new Asset(shop, 'File', { path: join(__dirname, 'cdk.json') });
new CfnOutput(shop, 'Endpoint', { value: service.getAtt('Endpoint').toString() });
new CfnOutput(shop, 'FileUrl', { value: file.s3ObjectUrl });

for (const [name, synthesizer] of Object.entries({
  CliCredentials: new CliCredentialsStackSynthesizer(),
  Bootstrapless: new BootstraplessSynthesizer(),
  Legacy: new LegacyStackSynthesizer(),
})) {
  new CfnResource(new Stack(app, name, { synthesizer }), 'Topic', {
    type: 'AWS::SNS::Topic',
    properties: { DisplayName: `topic ${tag}` },
  });
}
