import { join } from 'node:path';
import { createHostedZone, createRole } from '../local/account';
import type { LocalAws } from '../local';
import { TYPE_FUNCTION } from '../local/extension/repository';
import inputsOfCreate from './inputs/inputs_1_create.json';
import inputsOfInvalid from './inputs/inputs_1_invalid.json';
import inputsOfUpdate from './inputs/inputs_1_update.json';
import schema from '../org-ecs-expressservice.json';
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
  for (const [roleName, principal] of Object.entries(ROLES)) await createRole(aws, roleName, principal);
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
      HostedZoneId: await createHostedZone(aws, BASE_DOMAIN),
    },
  };
}
