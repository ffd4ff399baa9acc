import type { Attachment } from './kind';

/** ECS moves the requests of an Application Load Balancer by the rules of the service. */
export const LISTENER_RULES: Attachment = {
  productionListenerRule: { kind: 'ListenerRule', attribute: 'RuleArn' },
  testListenerRule: { kind: 'TestListenerRule', attribute: 'RuleArn' },
  minutesPerShift: 0,
};
