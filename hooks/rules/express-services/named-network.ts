import { requires } from '../../engine/outcome';
import type { Resource } from '../../engine/resource';
import { defineRule, type Examples, single } from '../../engine/rule';
import { any, type Test } from '../../engine/truth';
import { EXPRESS_SERVICE, ORGANISATION_SERVICE } from '../../resources/containers';

export const rule = defineRule({
  id: 'NET-03',
  title: 'Express services name their subnets and security groups',
  severity: 'HIGH',
  targets: [EXPRESS_SERVICE, ORGANISATION_SERVICE],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-work.html',
  rationale:
    'Without them the service lands in the default VPC, in public subnets that no network team looks after.',
  remedy:
    'Set NetworkConfiguration.Subnets and NetworkConfiguration.SecurityGroups, or name a NetworkProfile.',
  // A service from an image alone has to start somewhere; strict profiles refuse it.
  mode: 'warn',
  check: ({ resource }) => [
    ...requires(isNamed(resource, 'Subnets'), 'the service would run in the default VPC'),
    ...requires(
      isNamed(resource, 'SecurityGroups'),
      'the service would get a security group that nobody in the organisation wrote',
    ),
  ],
});

/** A profile is written by the platform team. */
function isNamed(resource: Resource, what: 'Subnets' | 'SecurityGroups'): Test {
  return any(resource.at('NetworkProfile').isSet(), resource.at(`NetworkConfiguration.${what}`).isSet());
}

const express = (NetworkConfiguration?: unknown, rest?: object) =>
  single(EXPRESS_SERVICE, { NetworkConfiguration }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'both set', template: express({ Subnets: ['subnet-1'], SecurityGroups: ['sg-1'] }) },
    {
      title: 'an organisation service with a network profile',
      template: single(ORGANISATION_SERVICE, { NetworkProfile: 'private' }),
    },
  ],
  fail: [
    { title: 'neither set', template: express() },
    {
      title: 'an empty list of security groups',
      template: express({ Subnets: ['subnet-1'], SecurityGroups: [] }),
    },
    {
      title: 'an organisation service without security groups',
      template: single(ORGANISATION_SERVICE, { NetworkConfiguration: { Subnets: ['subnet-1'] } }),
    },
  ],
  indeterminate: [
    {
      title: 'subnets that may be an empty list',
      template: express(
        { Subnets: { Ref: 'Subnets' }, SecurityGroups: ['sg-1'] },
        { Parameters: { Subnets: { Type: 'CommaDelimitedList' } } },
      ),
    },
  ],
});
