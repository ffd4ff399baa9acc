import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';

/** Types whose Tags are a list of Key and Value. */
const TAGGED = [
  'AWS::ECS::Cluster',
  'AWS::ECS::Service',
  'AWS::ECS::Daemon',
  'AWS::ECS::TaskDefinition',
  'AWS::ECS::CapacityProvider',
  'AWS::ECS::ExpressGatewayService',
  'Org::ECS::ExpressService',
  'AWS::ECR::Repository',
  'AWS::Logs::LogGroup',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::EC2::SecurityGroup',
  'AWS::IAM::Role',
];

export const rule = defineRule({
  id: 'TAG-01',
  title: 'Resources have the tags that the organisation asks for',
  severity: 'LOW',
  targets: TAGGED,
  level: 'resource',
  equivalents: { 'AWS Config': ['required-tags'] },
  source: 'https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html',
  rationale: 'What nobody can assign, nobody pays for, patches or deletes.',
  remedy: 'Add the tag to Tags.',
  parameters: { requiredTags: texts('Keys of tags that every resource has.', []) },
  check: ({ resource, parameters: { requiredTags } }) =>
    requiredTags.flatMap((tag) =>
      requires(resource.at('Tags').lookup(tag).isSet(), `the tag ${tag} is missing`),
    ),
});

const asked = { requiredTags: ['CostCentre'] };
const service = (Tags?: unknown, rest?: object) => single('AWS::ECS::Service', { Tags }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'nothing asked for', template: service(), parameters: { requiredTags: [] } },
    { title: 'the tag', template: service([{ Key: 'CostCentre', Value: '1' }]), parameters: asked },
  ],
  fail: [
    { title: 'a daemon without it', template: single('AWS::ECS::Daemon', {}), parameters: asked },
    { title: 'no tags', template: service(), parameters: asked },
    { title: 'another tag', template: service([{ Key: 'Name', Value: 'x' }]), parameters: asked },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service([{ Key: { Ref: 'Value' }, Value: 'x' }], {
        Parameters: { Value: { Type: 'String' } },
      }),
      parameters: asked,
    },
  ],
});
