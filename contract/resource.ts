import { join } from 'node:path';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import type { LocalAws } from '../local';
import { TYPE_FUNCTION } from '../local/extension/repository';
import inputsOfCreate from './inputs/inputs_1_create.json';
import inputsOfInvalid from './inputs/inputs_1_invalid.json';
import inputsOfUpdate from './inputs/inputs_1_update.json';
import schema from '../schema/org-ecs-expressservice.json';
import type { ContractProject } from './cfn-test';

const ROOT = join(__dirname, '..');
const BASE_DOMAIN = 'example.com';

/** Roles that the inputs name, and the service that may assume each. */
const ROLES = {
  'contract-execution': 'ecs-tasks.amazonaws.com',
  'contract-infrastructure': 'ecs.amazonaws.com',
};

/** Make what the inputs of the resource suite take for granted: two roles and a base domain. */
export async function prepareResource(aws: LocalAws): Promise<ContractProject> {
  const iam = new IAMClient(aws.clientOptions());
  for (const [RoleName, Service] of Object.entries(ROLES)) {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  }
  iam.destroy();
  const route53 = new Route53Client(aws.clientOptions());
  const zone = await route53.send(
    new CreateHostedZoneCommand({ Name: BASE_DOMAIN, CallerReference: 'contract' }),
  );
  route53.destroy();
  return {
    config: join(ROOT, '.rpdk-config'),
    files: {
      'org-ecs-expressservice.json': schema,
      'inputs/inputs_1_create.json': inputsOfCreate,
      'inputs/inputs_1_update.json': inputsOfUpdate,
      'inputs/inputs_1_invalid.json': inputsOfInvalid,
    },
    functionName: TYPE_FUNCTION,
    typeConfiguration: {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: zone.HostedZone!.Id!.replace('/hostedzone/', ''),
    },
  };
}
