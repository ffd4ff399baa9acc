/** The default VPC that every account has. moto's lacks the internet gateway and the route to it. */
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { regional, type GuardContext } from './guard';

export class DefaultVpc {
  private readonly made = new Map<string, Promise<void>>();
  private readonly client: (region: string) => EC2Client;

  constructor({ motoOptions }: GuardContext) {
    this.client = regional(EC2Client, motoOptions);
  }

  /** Connect the default VPC of a Region to the internet, once. */
  connect(region: string): Promise<void> {
    let made = this.made.get(region);
    if (!made) this.made.set(region, (made = this.attachGateway(region)));
    return made;
  }

  reset(): void {
    this.made.clear();
  }

  private async attachGateway(region: string): Promise<void> {
    const ec2 = this.client(region);
    const { Vpcs = [] } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
    );
    const VpcId = Vpcs[0]?.VpcId;
    if (!VpcId) return;
    const { InternetGateways = [] } = await ec2.send(
      new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [VpcId] }] }),
    );
    if (InternetGateways.length > 0) return;
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = InternetGateway!.InternetGatewayId!;
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    const { RouteTables = [] } = await ec2.send(
      new DescribeRouteTablesCommand({
        Filters: [
          { Name: 'vpc-id', Values: [VpcId] },
          { Name: 'association.main', Values: ['true'] },
        ],
      }),
    );
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: RouteTables[0]!.RouteTableId,
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: InternetGatewayId,
      }),
    );
  }
}
