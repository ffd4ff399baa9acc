/** Looks at one of several ECS services behind a name. */
import type { Clients } from '../../src/aws/clients';
import { Session } from '../../src/aws/session';
import { BEGINNING } from '../../src/core/outcome';
import type { Scope } from '../../src/express-service/composition/component';
import { describedService } from '../../src/express-service/deployments/described-service';
import { newestDeployment } from '../../src/express-service/deployments/service-deployments';
import { ecsServiceOf, identityOf } from '../../src/express-service/identity/identity';

const identity = identityOf(
  { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' },
  'default',
  'hello',
);
const first = ecsServiceOf(identity);
const second = { clusterName: 'default', name: 'hello-2', arn: `${identity.serviceArn}-2` };

/** The same session seen for two ECS services, and the requests that are sent. */
function twoScopes(): { scopes: Scope[]; requests: object[] } {
  const requests: object[] = [];
  const send = async ({ input }: { input: { services?: string[]; service?: string } }) => {
    requests.push(input);
    const name = input.services?.[0] ?? input.service;
    return {
      services: [{ serviceName: name, status: 'ACTIVE' }],
      serviceDeployments: [{ serviceDeploymentArn: `of ${name}`, status: 'SUCCESSFUL' }],
    };
  };
  const scope = {
    identity,
    clients: { ecs: { send } } as unknown as Clients,
    session: new Session(),
    log: () => undefined,
    time: BEGINNING,
  };
  return { scopes: [first, second].map((ecsService) => ({ ...scope, ecsService })), requests };
}

test('each is described once in an invocation, and none is taken for another', async () => {
  const { scopes, requests } = twoScopes();
  const looks = await Promise.all([...scopes, ...scopes].map((scope) => describedService(scope)));
  expect(looks.map((service) => service?.serviceName)).toEqual(['hello', 'hello-2', 'hello', 'hello-2']);
  expect(requests).toMatchObject([{ services: ['hello'] }, { services: ['hello-2'] }]);
});

test('each has a newest deployment of its own', async () => {
  const { scopes } = twoScopes();
  const newest = await Promise.all(scopes.map((scope) => newestDeployment(scope)));
  expect(newest.map((deployment) => deployment?.arn)).toEqual(['of hello', 'of hello-2']);
});
