/** What stands in the account because of the demonstration, with its state, as the APIs of the services tell it. */
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { DescribeServicesCommand, DescribeTasksCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LocalAws } from '../../local';
import { takeInventory } from '../../local/inventory';
import type { Row } from './display';

type Options = ReturnType<LocalAws['clientOptions']>;

/** States of the resources of one type, one each. */
type States = (options: Options, identifiers: readonly string[]) => Promise<(string | undefined)[]>;

/** Types whose resources tell more than that they are there. */
const STATES: Readonly<Record<string, States>> = {
  'AWS::CertificateManager::Certificate': (options, arns) =>
    Promise.all(
      arns.map(async (CertificateArn) => {
        const answer = await new ACMClient(options).send(new DescribeCertificateCommand({ CertificateArn }));
        return answer.Certificate?.Status;
      }),
    ),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': async (options, LoadBalancerArns) => {
    const { LoadBalancers = [] } = await new ElasticLoadBalancingV2Client(options).send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [...LoadBalancerArns] }),
    );
    return LoadBalancers.map(({ State }) => State?.Code);
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': (options, arns) =>
    Promise.all(
      arns.map(async (TargetGroupArn) => {
        const { TargetHealthDescriptions: targets = [] } = await new ElasticLoadBalancingV2Client(
          options,
        ).send(new DescribeTargetHealthCommand({ TargetGroupArn }));
        return counted(targets.map(({ TargetHealth }) => `target ${TargetHealth?.State}`)) || 'no targets';
      }),
    ),
  'AWS::ECS::Service': (options, arns) =>
    Promise.all(
      arns.map(async (arn) => {
        const { services = [] } = await new ECSClient(options).send(
          new DescribeServicesCommand({ cluster: clusterOf(arn), services: [arn] }),
        );
        const [service] = services;
        const { rolloutState } = service?.deployments?.[0] ?? {};
        return `${service?.status}, ${service?.runningCount} of ${service?.desiredCount} running, deployment ${rolloutState}`;
      }),
    ),
  'AWS::ECS::Task': async (options, arns) => {
    const { tasks = [] } = await new ECSClient(options).send(
      new DescribeTasksCommand({ cluster: clusterOf(arns[0]!), tasks: [...arns] }),
    );
    return tasks.map(
      ({ taskDefinitionArn, lastStatus }) => `v${taskDefinitionArn!.split(':').at(-1)} ${lastStatus}`,
    );
  },
};

/** Follows what is made and deleted from one moment on. */
export class Composition {
  private readonly seen = new Set<string>();
  private readonly told = new Map<string, string>();

  private constructor(
    private readonly options: Options,
    private readonly before: ReadonlySet<string>,
  ) {}

  /** Begin: what is there now does not count. */
  static async begin(options: Options): Promise<Composition> {
    return new Composition(options, new Set(await takeInventory(options)));
  }

  /** What has been made and is still there, as `<type> <identifier>`. */
  async made(): Promise<string[]> {
    return (await takeInventory(this.options)).filter((resource) => !this.before.has(resource));
  }

  /** State of the resources of a type, where somebody else looks at it more often. */
  tell(type: string, state: string): void {
    this.told.set(type, state);
  }

  /** One row for each type of which something was made, also when all of it has been deleted again. */
  async rows(): Promise<Row[]> {
    const byType = new Map<string, string[]>([...this.seen].map((type) => [type, []]));
    for (const resource of await this.made()) {
      const space = resource.indexOf(' ');
      const type = resource.slice(0, space);
      byType.set(type, [...(byType.get(type) ?? []), resource.slice(space + 1)]);
      this.seen.add(type);
    }
    return Promise.all(
      [...byType].map(async ([type, identifiers]) => ({
        name: shortName(type),
        state: await this.state(type, identifiers),
      })),
    );
  }

  private async state(type: string, identifiers: readonly string[]): Promise<string> {
    if (identifiers.length === 0) return 'deleted';
    const told = this.told.get(type);
    if (told !== undefined) return told;
    const states = await STATES[type]?.(this.options, identifiers).catch(() => undefined);
    // What is deleted between two calls has no state.
    return counted(states?.map((state) => state ?? 'deleted') ?? identifiers.map(() => 'made'));
  }
}

/** Equal texts once, with how many there are: `2 × made`. */
function counted(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${count} × ${text}`)).join(', ');
}

/** `AWS::ECS::TaskDefinition` → `TaskDefinition`. */
function shortName(type: string): string {
  return type.split('::').at(-1)!;
}

/** The cluster in the ARN of a service or task. */
function clusterOf(arn: string): string {
  return arn.split('/')[1]!;
}
