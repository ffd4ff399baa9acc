import { ECSClient, ListServiceDeploymentsCommand } from '@aws-sdk/client-ecs';
import { inputText } from '../inputs';
import type { Row } from '../row';

const INPUT = 'latest-pushed-again.yml';

/** The template with the property in place of the variable and the tag that were only there to change. */
const TEMPLATE = inputText(INPUT)
  .replace(/^ +Environment: .*\n/m, '')
  .replace(/^ +Tags: .*$/m, '      ForceNewDeployment: {Nonce: !Ref Nonce}');

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right: 'another nonce deploys the same image again, and changes nothing else',
    async shows(account) {
      const ecs = new ECSClient(account.aws.clientOptions());
      const deployments = async () => {
        const { serviceDeployments } = await ecs.send(
          new ListServiceDeploymentsCommand({ service: 'field-latest' }),
        );
        return serviceDeployments!.length;
      };
      const deploy = (Nonce: string) =>
        account.update('latest', { template: TEMPLATE, parameters: { Nonce } });

      await account.create('latest', { template: TEMPLATE, parameters: { Nonce: '1' } });
      expect(await deployments()).toBe(1);
      expect((await deploy('2')).status).toBe('UPDATE_COMPLETE');
      expect(await deployments()).toBe(2);
    },
  },
];
