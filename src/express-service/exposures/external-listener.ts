/** A listener that the author looks after. */
import { LISTENER_RULES } from './listener-rules';
import type { ExternalListenerExposure } from './exposure';
import type { ExposureKind } from './kind';

export const externalListener: ExposureKind<ExternalListenerExposure> = {
  kind: 'external',
  location: ({ listenerArn }) => listenerArn,
  at: (location, protocolVersion) =>
    location.startsWith('arn:') ? { kind: 'external', listenerArn: location, protocolVersion } : undefined,
  key: ({ listenerArn }) => listenerArn,
  title: ({ listenerArn }) => listenerArn,
  // arn:…:listener/app/<name>/<id of the load balancer>/<id of the listener>
  loadBalancerName: ({ listenerArn }) => listenerArn.split('/')[2]!,
  attachment: LISTENER_RULES,
};
