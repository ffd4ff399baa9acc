/** When certificates are issued. moto issues them at once; here it takes a DNS record and virtual time, as in ACM. */
import { ACMClient, DescribeCertificateCommand, type CertificateDetail } from '@aws-sdk/client-acm';
import {
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type HostedZone,
} from '@aws-sdk/client-route-53';
import { regional, type GuardContext } from './guard';

type Validation = NonNullable<CertificateDetail['DomainValidationOptions']>[number];

/** Virtual milliseconds of a validation that takes its time (ACM user guide, "DNS validation": 30 minutes). */
const SLOW_VALIDATION = 30 * 60_000;

export class CertificateIssuance {
  /** Virtual time at which the domains of a certificate were first seen to be validated. */
  private readonly validatedAt = new Map<string, number>();
  private readonly acm: (region: string) => ACMClient;
  private readonly route53: (region: string) => Route53Client;

  constructor(private readonly context: GuardContext) {
    this.acm = regional(ACMClient, context.motoOptions);
    this.route53 = regional(Route53Client, context.motoOptions);
  }

  /** The certificate as ACM would describe it now. @throws ResourceNotFoundException of the SDK. */
  async describe(region: string, arn: string): Promise<CertificateDetail> {
    const { Certificate } = await this.acm(region).send(
      new DescribeCertificateCommand({ CertificateArn: arn }),
    );
    return this.inTime(Certificate!);
  }

  /** What moto says about a certificate, held back until it is issued here. */
  async inTime(certificate: CertificateDetail): Promise<CertificateDetail> {
    if (certificate.Type !== 'AMAZON_ISSUED' || (await this.isIssued(certificate))) return certificate;
    // Members that a certificate has only once it is issued.
    const { IssuedAt, NotBefore, NotAfter, Serial, Issuer, ...rest } = certificate;
    const waiting = rest.DomainValidationOptions?.map((validation) => ({
      ...validation,
      ValidationStatus: 'PENDING_VALIDATION' as const,
    }));
    return { ...rest, Status: 'PENDING_VALIDATION', DomainValidationOptions: waiting };
  }

  /** Forget all certificates. */
  reset(): void {
    this.validatedAt.clear();
  }

  private async isIssued(certificate: CertificateDetail): Promise<boolean> {
    const { answers, clock, limits, moments } = this.context;
    const arn = certificate.CertificateArn!;
    const takes = answers.holds('acm.issued-within-a-minute')
      ? limits.certificateValidation
      : SLOW_VALIDATION;
    if (!this.validatedAt.has(arn)) {
      const validations = certificate.DomainValidationOptions ?? [];
      if (limits.certificateNeedsDnsRecord && !(await this.allRecordsExist(validations))) return false;
      this.validatedAt.set(arn, clock.now());
      moments.add('certificate', arn, clock.now() + takes);
    }
    return clock.now() >= this.validatedAt.get(arn)! + takes;
  }

  private async allRecordsExist(validations: readonly Validation[]): Promise<boolean> {
    for (const validation of validations) if (!(await this.recordExists(validation))) return false;
    return true;
  }

  private async recordExists({ ResourceRecord }: Validation): Promise<boolean> {
    if (!ResourceRecord) return false;
    const client = this.route53(this.context.motoOptions.region);
    const name = withDot(ResourceRecord.Name!);
    for (const zone of await this.zonesThatAnswer(name)) {
      const { ResourceRecordSets = [] } = await client.send(
        new ListResourceRecordSetsCommand({
          HostedZoneId: zone.Id,
          StartRecordName: name,
          StartRecordType: 'CNAME',
          MaxItems: 1,
        }),
      );
      const [record] = ResourceRecordSets;
      const values = record?.ResourceRecords?.map(({ Value }) => withDot(Value!));
      if (
        record?.Name === name &&
        record.Type === 'CNAME' &&
        values?.includes(withDot(ResourceRecord.Value!))
      )
        return true;
    }
    return false;
  }

  /**
   * The zones that a resolver on the internet comes to when it looks a name up: public ones, from parent to child as NS
   * records delegate. Whether the first of them is delegated itself is beyond this account, and taken for granted.
   */
  private async zonesThatAnswer(name: string): Promise<HostedZone[]> {
    const client = this.route53(this.context.motoOptions.region);
    const { HostedZones = [] } = await client.send(new ListHostedZonesByNameCommand({}));
    const holding = HostedZones.filter(
      ({ Name, Config }) => !Config?.PrivateZone && name.endsWith(`.${withDot(Name!)}`),
    ).sort((one, other) => one.Name!.length - other.Name!.length);
    let answering = holding.filter(({ Name }) => Name === holding[0]?.Name);
    for (const zone of holding) {
      if (zone.Name === answering[0]!.Name) continue;
      const delegations = await Promise.all(answering.map((parent) => this.delegates(parent, zone.Name!)));
      if (delegations.includes(true)) answering = holding.filter(({ Name }) => Name === zone.Name);
    }
    return answering;
  }

  private async delegates(parent: HostedZone, name: string): Promise<boolean> {
    const { ResourceRecordSets = [] } = await this.route53(this.context.motoOptions.region).send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: parent.Id,
        StartRecordName: name,
        StartRecordType: 'NS',
      }),
    );
    const [record] = ResourceRecordSets;
    return record?.Type === 'NS' && withDot(record.Name!) === withDot(name);
  }
}

function withDot(name: string): string {
  return name.endsWith('.') ? name.toLowerCase() : `${name.toLowerCase()}.`;
}
