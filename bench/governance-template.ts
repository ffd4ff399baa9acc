/** Resource declarations by turns: what a stack with load balancers, services and their surroundings has. */
const KINDS: readonly ((index: number) => { readonly Type: string; readonly Properties: object })[] = [
  (index) => ({
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Properties: {
      Scheme: index % 20 === 0 ? 'internet-facing' : 'internal',
      Subnets: ['subnet-1', 'subnet-2'],
    },
  }),
  () => ({
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: { Protocol: 'HTTPS', Port: 443, SslPolicy: 'ELBSecurityPolicy-2016-08' },
  }),
  (index) => ({
    Type: 'AWS::ECS::TaskDefinition',
    Properties: { ContainerDefinitions: [{ Name: 'app', Image: `app:${index}`, User: { Ref: 'User' } }] },
  }),
  (index) => ({
    Type: 'AWS::ECS::Service',
    Properties: { TaskDefinition: { Ref: `R${index - 1}` }, PlatformVersion: '1.4.0' },
  }),
  () => ({
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: 'app',
      SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' }],
    },
  }),
  () => ({
    Type: 'AWS::Logs::LogGroup',
    Properties: { RetentionInDays: { 'Fn::If': ['IsProduction', 365, 14] } },
  }),
  () => ({
    Type: 'AWS::ECS::Cluster',
    Properties: { ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }] },
  }),
  (index) => ({
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: { 'Fn::Sub': `jobs-\${Stage}-${index}` } },
  }),
  () => ({
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } } },
  }),
  () => ({ Type: 'AWS::WAFv2::WebACL', Properties: { Scope: 'REGIONAL', Rules: [{ Name: 'limit' }] } }),
];

/**
 * A template for measurements, with parameters, a condition and references.
 *
 * @param resources number of resources; 500 make 62 KB.
 * @returns the template as JSON text.
 */
export function templateOf(resources: number): string {
  const declarations = Array.from({ length: resources }, (_, index) => [
    `R${index}`,
    KINDS[index % KINDS.length]!(index),
  ]);
  return JSON.stringify({
    Parameters: {
      Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'prod'] },
      User: { Type: 'String', Default: '1000' },
    },
    Conditions: { IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
    Resources: Object.fromEntries(declarations),
  });
}
