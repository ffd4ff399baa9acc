/**
 * Measures one READ through the official library and through this repository's runtime, in turn, and sends the
 * figures to the parent process. Runs as a bundle, like in Lambda; its log goes where the parent lets it.
 */
import {
  Action,
  BaseResource,
  handlerEvent,
  ProgressEvent,
  type ResourceHandlerRequest,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { ResourceModel, TypeConfigurationModel } from '../src/express-service/model';
import schema from '../schema/org-ecs-expressservice.json';
import { createEntrypoints, type Entrypoint } from '../src/cloudformation/extension';

/** Milliseconds per invocation, one figure for each round. */
export interface InvocationFigures {
  readonly stock: readonly number[];
  readonly runtime: readonly number[];
}

const ROUNDS = 5;
/** Ours are short: the median of one would be noise. */
const RUNTIME_INVOCATIONS_PER_ROUND = 20;

class StockResource extends BaseResource<ResourceModel> {
  @handlerEvent(Action.Read)
  async read(_session: unknown, request: ResourceHandlerRequest<ResourceModel>): Promise<ProgressEvent> {
    return ProgressEvent.success(request.desiredResourceState);
  }
}

const stockResource = new StockResource(ResourceModel.TYPE_NAME, ResourceModel);
const stock: Entrypoint = (event) => stockResource.entrypoint(event, {} as never);

const read = async ({ desired }: { desired: ResourceModel }) =>
  ProgressEvent.success<ProgressEvent<ResourceModel>>(desired);
const { entrypoint: runtime } = createEntrypoints({
  model: ResourceModel,
  typeConfiguration: TypeConfigurationModel,
  schema,
  sensitivePaths: [],
  handlers: { CREATE: read, READ: read, UPDATE: read, DELETE: read, LIST: read },
});

const EVENT = {
  action: 'READ',
  awsAccountId: '123456789012',
  bearerToken: 'f3390613-b2b5-4c31-a4c6-66813dff96a6',
  region: 'us-east-1',
  resourceType: ResourceModel.TYPE_NAME,
  requestData: {
    resourceProperties: {
      ServiceArn: 'arn:aws:ecs:us-east-1:123456789012:service/default/hello',
      PrimaryContainer: { Image: 'nginx', ContainerPort: 80 },
    },
    callerCredentials: { accessKeyId: 'local', secretAccessKey: 'local-secret', sessionToken: 'local-token' },
  },
};

/** Milliseconds for this many invocations, divided by their number. */
async function measure(entrypoint: Entrypoint, invocations: number): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < invocations; n++) {
    const answer = await entrypoint(EVENT);
    if (answer.status !== 'SUCCESS') throw new Error(`the invocation failed: ${answer.message}`);
  }
  return (performance.now() - start) / invocations;
}

async function main(): Promise<void> {
  const figures = { stock: [] as number[], runtime: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    figures.stock.push(await measure(stock, 1));
    figures.runtime.push(await measure(runtime, RUNTIME_INVOCATIONS_PER_ROUND));
  }
  process.send!(figures satisfies InvocationFigures);
}

void main();
