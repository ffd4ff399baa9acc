import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { TaskNetwork } from '../service';
import { performActions } from './actions';
import type { ClientRequest } from './client-request';
import type { Arrival, Decision } from './decision';
import { findListener } from './listener-lookup';
import { explanation } from './responses';
import { Connections, transportOf } from './connections';
import { Rotation } from './rotation';
import { RoutingChanged, type RoutingTable } from './routing-table';
import { WebAcls } from './web-acl';

/** How often one request is routed anew because the rules changed under it. */
const ATTEMPTS = 5;

/** Decides, for each request, which rule of which listener applies and what it does. */
export class Router {
  private readonly rotation = new Rotation();
  private readonly connections = new Connections();
  private readonly webAcls: WebAcls;

  constructor(
    private readonly table: RoutingTable,
    private readonly network: TaskNetwork,
    private readonly clock: Clock,
    answers: Answers,
  ) {
    this.webAcls = new WebAcls(clock, answers);
  }

  /**
   * What happens to the request by the rules as they are now.
   * @throws the SDK's error when ELB's state cannot be read, {@link RoutingChanged} when it changes all the time.
   */
  async route(request: ClientRequest): Promise<Decision> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.evaluate(request);
      } catch (error) {
        if (!(error instanceof RoutingChanged) || attempt === ATTEMPTS) throw error;
        this.table.invalidate();
      }
    }
  }

  private async evaluate(request: ClientRequest): Promise<Decision> {
    const { table, rotation, network, clock } = this;
    const arrival = await this.arrive(request);
    if ('problem' in arrival) return { type: 'respond', response: explanation(421, arrival.problem) };
    const { loadBalancer, listener } = arrival;
    const established = this.connections.established(request, listener);
    if (established) return established;
    if (!loadBalancer.admits(request.sourceIp, listener.port, transportOf(request, listener)))
      return { type: 'refuse' };
    const blocked = loadBalancer.webAcl && this.webAcls.block(loadBalancer.webAcl, request);
    if (blocked) return { type: 'respond', response: blocked };
    const rule = listener.rules.find((candidate) => candidate.matches(request));
    if (!rule) throw new RoutingChanged();
    const perform = loadBalancer.type === 'network' ? this.connections.open : performActions;
    return perform(rule.actions, {
      ...arrival,
      request,
      ruleArn: rule.arn,
      table,
      rotation,
      network,
      clock,
    });
  }

  /** Where the request arrives; a host that the table does not know is looked for once more in a new one. */
  private async arrive(request: ClientRequest): Promise<Arrival | { readonly problem: string }> {
    const arrival = findListener(await this.table.loadBalancers(), request);
    if (!('problem' in arrival)) return arrival;
    this.table.invalidate();
    return findListener(await this.table.loadBalancers(), request);
  }
}
