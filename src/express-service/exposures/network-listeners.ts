import type { Attachment } from './kind';

/**
 * Minutes that Amazon ECS waits after it has moved connections (ECS developer guide, "Network Load Balancer resources for Amazon
 * ECS blue/green, linear and canary deployments").
 */
export const MINUTES_PER_NETWORK_SHIFT = 10;

/** ECS moves the connections of a Network Load Balancer by its listeners, which take the place of rules. */
export const NETWORK_LISTENERS: Attachment = {
  productionListenerRule: { kind: 'ListenerRule', attribute: 'ListenerArn' },
  testListenerRule: { kind: 'TestListenerRule', attribute: 'ListenerArn' },
  minutesPerShift: MINUTES_PER_NETWORK_SHIFT,
};
