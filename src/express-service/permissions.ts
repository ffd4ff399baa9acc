import type { Permissions } from './composition/component';
import { ALL_COMPONENTS } from './resources';
import { EVENT_BUS_PERMISSIONS, PUBLISH_PERMISSIONS } from './events/publish';
import { LIST_PERMISSIONS } from './read/list';
import { NETWORK_PERMISSIONS } from './network/network';
import { READ_PERMISSIONS } from './read/read';
import { ENDPOINT_PERMISSIONS } from './resources/ec2/vpc-endpoints';
import { ROLE_PERMISSIONS } from './resources/ecs/roles';

/** Names of the handlers, as the schema spells them. */
export type HandlerName = 'create' | 'read' | 'update' | 'delete' | 'list';

type Step = Exclude<keyof Permissions, 'observeForRemoval'>;

function actionsOf(...steps: readonly Step[]): string[] {
  return ALL_COMPONENTS.flatMap(({ permissions }) => steps.flatMap((step) => permissions[step]));
}

/** What an update removes when the service has left an exposure, or a version is not kept. */
function leavingActions(): string[] {
  return ALL_COMPONENTS.flatMap(({ per, perVersion, permissions }) =>
    per || perVersion ? permissions.remove : [],
  );
}

/** What a removal looks at and removes: all but what AWS removes with others. */
function removingActions(): string[] {
  return ALL_COMPONENTS.filter(({ goesWith }) => goesWith === undefined).flatMap(
    ({ permissions: { observe, observeForRemoval = observe, remove } }) => [...observeForRemoval, ...remove],
  );
}

function sorted(actions: readonly string[]): string[] {
  return [...new Set(actions)].sort();
}

/**
 * IAM actions of each handler, sorted: what the schema must list, because CloudFormation's execution role is made from
 * it.
 */
export function handlerPermissions(): Record<HandlerName, string[]> {
  const converging = sorted([
    ...actionsOf('observe', 'apply'),
    ...leavingActions(),
    ...NETWORK_PERMISSIONS,
    ...READ_PERMISSIONS,
    ...ROLE_PERMISSIONS,
    ...EVENT_BUS_PERMISSIONS,
    ...ENDPOINT_PERMISSIONS,
    ...PUBLISH_PERMISSIONS,
  ]);
  return {
    create: converging,
    read: sorted([...actionsOf('observe'), ...READ_PERMISSIONS]),
    update: converging,
    delete: sorted(removingActions()),
    list: sorted(LIST_PERMISSIONS),
  };
}
