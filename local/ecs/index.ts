/** Amazon ECS of the local AWS: services, their deployments and simulated tasks on Fargate. */
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import { Moments } from '../moments';
import type { ClientOptions } from '../moto';
import { RoleChanges } from '../role-changes';
import { ServiceLinkedRole } from '../service-linked-role';
import { AwsError, type AwsService, type ContainerOutput, type TaskNetwork } from '../service';
import { accountSettingOperations } from './account-settings';
import { capacityProviderOperations } from './capacity-providers';
import { clusterOperations, describeCluster } from './clusters';
import {
  createAwsClients,
  type EcsContext,
  type Guarded,
  type InvokeFunction,
  type Operations,
} from './context';
import { ContainerLogs } from './container-logs';
import { EventBus } from './event-bus';
import { expressGatewayOperations } from './express-gateway';
import { Flows } from './flow';
import { healthCheckChanged } from './health-check-changes';
import { Identifiers } from './identifiers';
import { serviceDeploymentOperations } from './service-deployments';
import { routesOf, type FindRoute } from './service-connect-routes';
import { serviceOperations } from './services';
import { State } from './state';
import { tagOperations } from './tags';
import { taskDefinitionOperations } from './task-definitions';
import { TIMINGS } from './timings';
import { createTaskNetwork } from './task-network';
import { taskOperations } from './tasks';

export interface EcsOptions {
  readonly clock: Clock;
  readonly answers: Answers;
  /** Options for SDK clients straight to moto, which holds load balancers, subnets and alarms. */
  readonly motoOptions: ClientOptions;
  /** Called after each change that ECS makes to target groups and listener rules. */
  readonly loadBalancingChanged?: () => void;
  /** Whether the account has never used ECS, so that it lacks the service-linked role; false when left out. */
  readonly isNewAccount?: boolean;
  /** Carries out ECS's calls to Elastic Load Balancing; without checks when left out. */
  readonly guarded?: Guarded;
  /** Runs the functions of lifecycle hooks; there is none when left out. */
  readonly invokeFunction?: InvokeFunction;
  /** When roles were changed; as if long ago when left out. */
  readonly roleChanges?: RoleChanges;
  /** Told when deployments, deletions and network interfaces have come to their end. */
  readonly moments?: Moments;
}

export interface Ecs {
  /** The API. */
  readonly service: AwsService;
  /** The tasks, for load balancers and security groups. */
  readonly network: TaskNetwork;
  /** Where requests go that tasks make by Service Connect. */
  readonly findRoute: FindRoute;
  /** What the containers of the tasks write. */
  readonly containerOutput: ContainerOutput;
  /** Call after a change to the health check of a target group. */
  healthCheckChanged(region: string, targetGroupArn: string): void;
}

/** An ECS without any resources. */
export function createEcs({
  clock,
  answers,
  motoOptions,
  loadBalancingChanged = () => undefined,
  isNewAccount = false,
  guarded = async (_call, forward) => ({ forwarded: await forward() }),
  invokeFunction = async (functionArn) => {
    throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArn}`, 404);
  },
  roleChanges = new RoleChanges(clock),
  moments = new Moments(),
}: EcsOptions): Ecs {
  const state = new State();
  const aws = createAwsClients(motoOptions, guarded);
  const role = new ServiceLinkedRole({
    iam: () => aws('us-east-1').iam,
    clock,
    principal: 'ecs.amazonaws.com',
    isNewAccount,
    delay: TIMINGS.serviceLinkedRole,
  });
  const containerLogs = new ContainerLogs(clock, state, (region) => aws(region).logs);
  const context: EcsContext = {
    clock,
    moments,
    answers,
    state,
    identifiers: new Identifiers(),
    flows: new Flows(clock),
    containerLogs,
    aws,
    async checkServiceLinkedRole() {
      if (await role.use()) return;
      throw new AwsError(
        'InvalidParameterException',
        'Unable to assume the service linked role. Please verify that the ECS service linked role exists.',
      );
    },
    loadBalancingChanged,
    roleChanges,
    eventBus: new EventBus(clock, motoOptions),
    invokeFunction,
  };
  const common: Operations = {
    ...clusterOperations(context),
    ...capacityProviderOperations(context, describeCluster),
    ...taskDefinitionOperations(context),
    ...serviceOperations(context),
    ...serviceDeploymentOperations(context),
    ...taskOperations(context),
    ...tagOperations(context),
    ...accountSettingOperations,
  };
  const operations: Operations = { ...common, ...expressGatewayOperations(context, common) };
  return {
    service: {
      signingName: 'ecs',
      async handle(request) {
        const operation = operations[request.operation];
        if (!operation) {
          throw new AwsError(
            'NotImplemented',
            `The local AWS does not implement ecs ${request.operation}.`,
            501,
          );
        }
        return operation(request);
      },
      reset() {
        context.flows.reset();
        context.state.reset();
        context.identifiers.reset();
        role.reset();
        containerLogs.reset();
      },
    },
    network: createTaskNetwork(context),
    findRoute: routesOf(context),
    containerOutput: containerLogs,
    healthCheckChanged: (region, targetGroupArn) => healthCheckChanged(context, region, targetGroupArn),
  };
}
