/** Where requests of a task go that names an endpoint in Service Connect: what the proxy beside its containers knows. */
import type { Answers } from '../claims/answers';
import type { Structure } from '../service';
import type { EcsContext } from './context';
import { HTTP_PROTOCOLS } from './service-connect';
import { trafficShifts } from './strategies';
import type { Endpoint, Service, ServiceRevision, Task } from './state';

/** Header of test requests where the configuration names none (ECS developer guide, "Service Connect resources"). */
const DEFAULT_TEST_HEADER = 'x-amzn-ecs-blue-green-test';

/** A task at the end of a way. */
export interface ServerTask {
  readonly address: string;
  readonly port: number;
  readonly securityGroups: readonly string[];
}

/** One way of the requests for an endpoint: the healthy tasks of one revision, or of all of them. */
export interface Way {
  readonly name: string;
  readonly weight: number;
  readonly tasks: readonly ServerTask[];
}

/** What the proxy of a client knows of an endpoint. */
export interface Route {
  readonly region: string;
  readonly client: { readonly address: string; readonly securityGroups: readonly string[] };
  readonly ways: readonly Way[];
}

/** Finds the route of a request. */
export type FindRoute = (
  taskArn: string,
  dnsName: string,
  port: number,
  headers: Readonly<Record<string, string>>,
) => Route | undefined;

/** The function that finds routes; it answers undefined when the task knows no such endpoint. */
export function routesOf({ state, answers }: EcsContext): FindRoute {
  return (taskArn, dnsName, port, headers) => {
    const client = [...state.addresses.values()].find(({ arn }) => arn === taskArn);
    const { serviceConnect, createdAt } = client?.revision ?? {};
    if (!client || !serviceConnect) return undefined;
    for (const service of state.services()) {
      const endpoint = service.endpoints.find(
        (each) =>
          each.namespaceArn === serviceConnect.namespaceArn &&
          each.dnsName === dnsName &&
          each.port === port &&
          // Tasks know the endpoints that were there when their deployment began.
          each.since <= createdAt!.getTime(),
      );
      if (!endpoint) continue;
      const { address, securityGroups } = client.networkInterface;
      return {
        region: service.cluster.scope.region,
        client: { address, securityGroups },
        ways: waysOf(answers, service, endpoint, headers),
      };
    }
    return undefined;
  };
}

function waysOf(
  answers: Answers,
  service: Service,
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
): Way[] {
  const [deployment] = service.serviceDeployments;
  const way = (name: string, weight: number, revisions: readonly ServiceRevision[]): Way => ({
    name,
    weight,
    tasks: revisions.flatMap((revision) => serversOf(revision, endpoint)),
  });
  if (!deployment || !trafficShifts(deployment.configuration)) return [way('all', 100, service.revisions)];
  const { target, productionWeight, testWeight } = deployment;
  const stable = service.stableRevision;
  const isTested = testWeight > 0 || !answers.holds('ecs.test-header-from-test-traffic-shift');
  if (!deployment.finishedAt && isTested && isTestRequest(endpoint, headers)) {
    return [way(target.arn, 100, [target])];
  }
  if (stable === target) return [way(target.arn, 100, [target])];
  const percent = answers.holds('ecs.proxies-shift-in-tenths')
    ? productionWeight
    : Math.round(productionWeight);
  return [
    way(target.arn, percent, [target]),
    way(stable?.arn ?? 'nothing', 100 - percent, stable ? [stable] : []),
  ];
}

function isTestRequest(
  { appProtocol, testHeader }: Endpoint,
  headers: Readonly<Record<string, string>>,
): boolean {
  if (!HTTP_PROTOCOLS.includes(appProtocol)) return false;
  const { name = DEFAULT_TEST_HEADER, value }: Structure = testHeader ?? {};
  const sent = Object.entries(headers).find(([each]) => each.toLowerCase() === name.toLowerCase());
  return sent !== undefined && (value === undefined || sent[1] === value.exact);
}

function serversOf(revision: ServiceRevision, { containerPort: port }: Endpoint): ServerTask[] {
  return [...revision.tasks].filter(isReady).map(({ networkInterface: { address, securityGroups } }) => ({
    address,
    port,
    securityGroups,
  }));
}

function isReady({ lastStatus, desiredStatus, healthy }: Task): boolean {
  return lastStatus === 'RUNNING' && desiredStatus === 'RUNNING' && healthy;
}
