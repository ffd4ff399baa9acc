/**
 * The private registry hook `Org::ECS::GovernanceHook` with the rules of the catalogue.
 *
 * The languages that the registry documents for hooks are Python and Java. That it takes a Node.js package is not
 * confirmed, which is one reason why the managed hook is the form to prefer.
 */
import { rules } from '../rules';
import schema from '../schema/org-ecs-governancehook.json';
import { governanceEntrypoints } from './governance';

export const { entrypoint, testEntrypoint } = governanceEntrypoints(rules, schema);
