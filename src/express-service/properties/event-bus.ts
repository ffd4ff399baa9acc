/** The event bus that is told of the versions of a service. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import type { Identity } from '../identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../model';
import { onlyWith, strategyOfModel, versioned, type StrategyInputs } from './strategies';
import type { InputRows } from './table';

export const EVENT_BUS_ROWS = {
  EventBusName: {
    ...onlyWith(versioned.name),
    // AWS holds it nowhere, so that nobody changes it by hand.
    conflict: false,
  },
} as const satisfies InputRows<object>;

/** The event bus of a service. */
export interface EventBus {
  /** Its name or ARN, as it was given. */
  readonly name: string;
  /** Path of the property of the template that names it; undefined where the configuration of the type does. */
  readonly propertyPath?: 'EventBusName';
}

/**
 * The event bus that is told; none where the strategy makes no versions, also when the configuration of the type names one.
 *
 * @throws HandlerError InvalidRequest when it is in another Region, of which EventBridge takes no events here.
 */
export function eventBusOf(
  model: StrategyInputs & Pick<ResourceModel, 'EventBusName'>,
  configuration: Pick<TypeConfigurationModel, 'EventBusName'>,
  { region }: Pick<Identity, 'region'>,
): EventBus | undefined {
  const { EventBusName } = model;
  const name = EventBusName ?? configuration.EventBusName;
  if (!name || !strategyOfModel(model).makesVersions) return undefined;
  const { region: ofBus = region } = partsOf(name);
  if (ofBus !== region) {
    throw invalid(
      EventBusName ? 'EventBusName' : 'TypeConfiguration/EventBusName',
      `${name} is in another Region than the service`,
      `Name an event bus in ${region}, and give it a rule whose target is the other one`,
    );
  }
  return { name, propertyPath: EventBusName ? 'EventBusName' : undefined };
}

/** Account of an event bus; undefined where it is named without: that of the service. */
export function accountOf({ name }: EventBus): string | undefined {
  return partsOf(name).account;
}

function partsOf(name: string): { readonly region?: string; readonly account?: string } {
  const [, , , region, account] = name.startsWith('arn:') ? name.split(':') : [];
  return { region, account };
}
