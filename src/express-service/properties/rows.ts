/** Every property that a template may set, one row each: one that is added does not compile until it has its row. */
import { allProperties } from '../../core/property';
import type { Inputs } from '../model';
import { ADDITIONAL_LOAD_BALANCER_ROWS } from './additional-load-balancers';
import { AUTHENTICATION_ROWS } from './authentication';
import { DNS_ROWS } from './dns';
import { DOMAIN_ROWS } from './domains';
import { SERVICE_ROWS } from './ecs-service';
import { EVENT_BUS_ROWS } from './event-bus';
import { NETWORK_PROFILE_ROWS } from './network-profile';
import { NETWORK_ROWS } from './network-settings';
import { LOAD_BALANCER_ROWS } from './load-balancer-settings';
import { REQUIRED_HTTP_HEADER_ROWS } from './required-http-header';
import { ROLE_ROWS } from './role-properties';
import { SCALING_ROWS } from './scaling';
import { SERVICE_CONNECT_ROWS } from './service-connect';
import { inputTable, table } from './table';
import { TARGET_GROUP_ROWS } from './target-group-settings';
import { TASK_ROWS } from './task';
import { TEST_TRAFFIC_ROWS } from './test-traffic';
import { VERSION_ROWS } from './versions';
import type { Tag } from '../model';

/** Properties that code carries; what they are is in the schema. */
const OTHER_ROWS = {
  ServiceName: {},
  Cluster: {},
  TaskDefinitionArn: {},
  Tags: {
    key: 'Key',
    items: table<Tag>('Tag', { Key: {}, Value: {} }),
    // Those that the template names are always restored.
    conflict: false,
  },
} as const;

const ROWS = {
  ...OTHER_ROWS,
  ...ROLE_ROWS,
  ...NETWORK_ROWS,
  ...NETWORK_PROFILE_ROWS,
  ...TASK_ROWS,
  ...TARGET_GROUP_ROWS,
  ...LOAD_BALANCER_ROWS,
  ...ADDITIONAL_LOAD_BALANCER_ROWS,
  ...SCALING_ROWS,
  ...SERVICE_ROWS,
  ...DOMAIN_ROWS,
  ...DNS_ROWS,
  ...TEST_TRAFFIC_ROWS,
  ...VERSION_ROWS,
  ...REQUIRED_HTTP_HEADER_ROWS,
  ...AUTHENTICATION_ROWS,
  ...SERVICE_CONNECT_ROWS,
  ...EVENT_BUS_ROWS,
} satisfies Record<keyof Inputs, object>;

export const PROPERTIES = inputTable<any>(ROWS);

/** Paths of the properties whose values nobody may read in a log or a message, `*` for a list index. */
export const SENSITIVE_PATHS: readonly string[] = allProperties(PROPERTIES)
  .filter(([, { isSecret }]) => isSecret)
  .map(([path, { isList }]) => (isList ? `${path}/*` : path));
