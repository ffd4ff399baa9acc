import type { NetworkExposure } from './exposure';
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

/** A place that takes connections of a protocol. */
interface NetworkPlace {
  readonly protocol: NetworkExposure['protocol'];
  /** Name or ARN. */
  readonly place: string;
}

/** How such places are recorded: `<word>:tcp:<place>`. @param word that tells one kind of exposure from another. */
export function networkLocations(word: string): {
  readonly write: (at: NetworkPlace) => string;
  readonly read: (location: string) => NetworkPlace | undefined;
} {
  const LOCATION = new RegExp(`^${word}:(tcp|udp|tcp_udp):(.+)$`);
  return {
    write: ({ protocol, place }) => `${word}:${protocol.toLowerCase()}:${place}`,
    read(location) {
      const [, protocol, place] = LOCATION.exec(location) ?? [];
      if (!protocol || !place) return undefined;
      return { protocol: protocol.toUpperCase() as NetworkPlace['protocol'], place };
    },
  };
}
